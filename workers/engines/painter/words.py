"""From a prompt's words to what shall be painted."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from workers.engines.painter.counts import counts
from workers.engines.painter.lexicon import COLOURS, FEATURES, LIGHTS, MOODS, PHRASES, PLACES, SMALL, SUBJECTS
from workers.engines.painter.looks import Look, company
from workers.engines.painter.lookup import found, index, look_up

LIMIT = 400  # words after this many no longer change the picture's content, only its seed
HOMES = {
    **dict.fromkeys(("boat", "ship", "whale", "dolphin", "lighthouse"), "sea"),
    **dict.fromkeys(("fish", "turtle"), "underwater"),
    **dict.fromkeys(("astronaut", "rocket"), "space"),
    **dict.fromkeys(("fox", "wolf", "bear", "deer", "owl"), "forest"),
    **dict.fromkeys(("castle", "dragon", "balloon"), "mountains"),
    **dict.fromkeys(("butterfly", "rabbit"), "meadow"),
    "car": "street",
    "penguin": "snow",
    **dict.fromkeys(("bridge", "arch"), "river"),
    "umbrella": "street",
}
SKYWARD = frozenset(LIGHTS) | {"clouds", "sun", "moon", "sky", "fog", "aurora"}
LAND_ANIMALS = frozenset(("fox", "wolf", "dog", "cat", "rabbit", "bear", "deer", "horse", "elephant", "person"))
GROUPS = ("village", "town", "деревн", "dorf")
SINGULARS = frozenset(("fuchs", "ours", "haus", "lis"))  # they end like plurals
WATERS = frozenset(("sea", "lake", "river", "beach", "island", "underwater", "waterfall"))


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that stands, swims or flies in the scene."""

    kind: str
    colour: str | None = None
    many: bool = False
    count: int = 0  # where the words say how many; 2 at least
    looks: tuple[Look, ...] = ()  # of people: one for each


@dataclass(frozen=True, slots=True)
class Scene:
    """What a prompt asks for, in the painter's own vocabulary (the keys of `lexicon`)."""

    place: str
    light: str
    features: frozenset[str]
    subjects: tuple[Subject, ...]
    places: frozenset[str]
    colours: tuple[str, ...]
    sky_colours: tuple[str, ...]
    place_colours: tuple[str, ...]
    key: str

    def counts(self, kind: str) -> bool:
        """Whether the words say how many of these there are: then nobody else puts some into the picture."""
        return any(one.kind == kind and one.count for one in self.subjects)

    def has(self, *features: str) -> bool:
        return not self.features.isdisjoint(features)


def read(prompt: str) -> Scene:
    """Understand a prompt; every word, known or not, ends up in `key`, from which chance is drawn."""
    words = re.findall(r"[\w'-]+", unicodedata.normalize("NFKC", prompt).casefold())
    known = joined(words[:LIMIT])
    places = found(known, PLACES)
    features = found(known, FEATURES)
    lights = found(known, LIGHTS)
    kinds = held(found(known, SUBJECTS))
    people, worn = company(known)
    bound = bind_colours(known, worn)
    place = choose_place(places, lights, features, kinds)
    every = tuple(dict.fromkeys(name for name, _ in bound)) or (mood_colours(known) if place == "abstract" else ())
    return Scene(
        place=place,
        light=choose_light(place, lights, features),
        features=frozenset(features),
        subjects=tuple(subject(kind, known, bound, people) for kind in kinds[:3]),
        places=frozenset(places),
        colours=every,
        sky_colours=tuple(c for c, target in bound if target in SKYWARD),
        place_colours=tuple(c for c, target in bound if target in PLACES),
        key=" ".join(words) or prompt,
    )


def joined(words: list[str]) -> list[str]:
    """The words, those of a phrase replaced by what it means."""
    kept: list[str] = []
    for word in words:
        before = next((at for at in range(len(kept) - 1, -1, -1) if kept[at] not in SMALL), None)
        meaning = None if before is None else PHRASES.get((kept[before], word))
        if meaning:
            kept[before:] = meaning.split()
        else:
            kept.append(word)
    return kept


def held(kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Whoever holds the umbrella is drawn with it."""
    return tuple(kind for kind in kinds if kind != "person" or "umbrella" not in kinds)


def subject(kind: str, words: list[str], bound: list[tuple[str, str | None]], people: tuple[Look, ...]) -> Subject:
    names = index(((kind, SUBJECTS[kind]),))
    named = [word for word in words if look_up(word, names)]
    many = any((word[-1] in "sыи" and word not in SINGULARS) or word.startswith(GROUPS) for word in named)
    looks = (people or (Look(),)) if kind in ("person", "umbrella") else ()
    tint = next((colour for colour, target in bound if target == kind), None)
    return Subject(kind, tint, many, counts(words).get(kind, 0), looks)


def bind_colours(words: list[str], worn: Collection[int] = ()) -> list[tuple[str, str | None]]:
    """Each colour word with the next thing named after it, or else the last one before it; without those at places
    that are `worn` by people."""
    colours = index(tuple((name, spelt) for name, (_, spelt) in COLOURS.items()))
    things = [thing(word) for word in words]
    bound: list[tuple[str, str | None]] = []
    for at, word in enumerate(words):
        for name in look_up(word, colours) if at not in worn else ():
            target = next((t for t in things[at + 1 :] if t), None) or next((t for t in things[:at][::-1] if t), None)
            bound.append((name, target))
    return bound


def thing(word: str) -> str | None:
    if word in ("sky", "небо", "himmel", "ciel", "cielo"):
        return "sky"
    if any(look_up(word, index(((name, spelt),))) for name, (_, spelt) in COLOURS.items()):
        return None
    for table in (SUBJECTS, LIGHTS, PLACES, FEATURES):
        if names := look_up(word, index(tuple(table.items()))):
            return names[0]
    return None


def mood_colours(words: list[str]) -> tuple[str, ...]:
    return next((MOODS[word] for word in words if word in MOODS), ())


def choose_place(
    places: tuple[str, ...], lights: tuple[str, ...], features: tuple[str, ...], kinds: tuple[str, ...]
) -> str:
    named = set(places)
    if "abstract" in named and not (named - {"abstract"} or kinds):
        return "abstract"
    if named & {"city"} and set(kinds) & {"car", "person", "dog", "cat"}:
        return "street"
    if named == {"sea"} and set(kinds) & LAND_ANIMALS:
        return "beach"
    if "sea" in named and "mountains" in named:
        return "lake"
    if "mountains" in named and named & {"forest", "hills", "snow"}:
        return "mountains"
    if named & {"snow"} and "forest" in named:
        return "forest"
    order = [place for place in PLACES if place in named and place != "abstract"]
    if order:
        return order[0]
    if homes := [HOMES[kind] for kind in kinds if kind in HOMES]:
        return homes[0]
    if "aurora" in features:
        return "lake"
    if set(features) & {"neon"}:
        return "street"
    if kinds:
        return "hills"
    if "storm" in lights:
        return "sea"
    if "rain" in features:
        return "street"
    if lights or set(features) & {"clouds", "fog", "autumn", "sun", "moon", "rainbow"}:
        return "forest" if set(features) & {"fog", "autumn"} else "hills"
    return "abstract"


def choose_light(place: str, lights: tuple[str, ...], features: tuple[str, ...]) -> str:
    if "aurora" in features:
        return "night"
    if "neon" in features:
        return "night"
    for light in ("storm", "night", "sunset", "dawn", "dusk", "overcast", "day"):
        if light in lights:
            return light
    return {"street": "dusk", "city": "dusk"}.get(place, "day")
