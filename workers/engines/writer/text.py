"""Writes what a brief asks for. Pure: the same brief and seed give the same text."""

import re
from types import ModuleType

from workers.engines.painter.lexicon import LIGHTS as LIGHT_WORDS
from workers.engines.painter.lookup import found
from workers.engines.painter.words import Scene
from workers.engines.writer import english, german, russian
from workers.engines.writer.brief import Brief, Form
from workers.engines.writer.grammar import Speaker, capital, sentences

LANGUAGES: dict[str, ModuleType] = {"en": english, "de": german, "ru": russian}
PIECES = {Form.PROMPT: 3, Form.TITLES: 8, Form.CAPTIONS: 4, Form.ALT: 3, Form.AD: 2}
GROUPS = {
    **dict.fromkeys(("sea", "lake", "river", "beach", "island", "waterfall"), "water"),
    **dict.fromkeys(("mountains", "hills", "forest", "meadow", "snow", "desert", "volcano"), "wild"),
    **dict.fromkeys(("city", "street"), "town"),
    **dict.fromkeys(("space", "underwater"), "deep"),
}
ARTICLE = re.compile(r"^(?:an?|the)\s+", re.IGNORECASE)
SMALL = frozenset(("a", "an", "the", "and", "or", "of", "in", "on", "at", "by", "to", "for", "with", "from", "over"))


def write(brief: Brief, seed: int, model: str) -> str:
    """The text, and below it what it is."""
    language = LANGUAGES[brief.language]
    speaker = Speaker(grammar(language, brief), own_words(language, brief), f"{brief.subject}\x1f{seed}")
    pieces = [piece(speaker, brief.form, language) for _ in range(PIECES[brief.form])]
    gap = "\n" if brief.form is Form.TITLES else "\n\n"
    footer = language.FOOTER.format(model=model, seed=seed)
    return gap.join(dict.fromkeys(pieces)) + f"\n\n— {footer}\n"


def piece(speaker: Speaker, form: Form, language: ModuleType) -> str:
    if form is Form.AD:
        return sentences(speaker.say("headline")) + "\n" + sentences(speaker.say("body"))
    said = speaker.say(form)
    if form is Form.TITLES:
        return titled(said) if language.TITLE_CASE else capital(said)
    return capital(said) if form is Form.PROMPT else sentences(said)


def grammar(language: ModuleType, brief: Brief) -> dict[str, tuple[str, ...]]:
    """With what the scene says of light and place."""
    scene = brief.scene
    light = scene.light if names_light(brief) else ""
    place = "" if scene.place == "hills" and not scene.places else GROUPS.get(scene.place, "")
    return {**language.GRAMMAR, "light": language.LIGHTS[light], "place": language.PLACES[place]}


def own_words(language: ModuleType, brief: Brief) -> dict[str, str]:
    """The person's words, and what a picture made of them is sure to show."""
    words = brief.subject
    bare = ARTICLE.sub("", words) if language is english else words
    the = f"the {bare}" if bare != words else bare
    said = language.FACTS[brief.scene.light] if names_light(brief) else ""
    colours = language.COLOURS.format(colours=", ".join(brief.scene.colours)) if brief.scene.colours else ""
    return {"words": words, "bare": bare, "the": the, "facts": "".join(f" {fact}" for fact in (said, colours) if fact)}


def names_light(brief: Brief) -> bool:
    return bool(found(re.findall(r"[\w'-]+", brief.subject.casefold()), LIGHT_WORDS)) or is_dark(brief.scene)


def is_dark(scene: Scene) -> bool:
    return scene.light == "night" and scene.has("aurora")


def titled(words: str) -> str:
    """English title case: small words stay small inside."""
    tokens = words.split(" ")
    return " ".join(token if at and token.lower() in SMALL else capital(token) for at, token in enumerate(tokens))
