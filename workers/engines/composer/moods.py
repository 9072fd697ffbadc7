"""The moods music can have: scale, harmony, tempo and instruments of each, and the words that ask for it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Scale = tuple[int, ...]  # semitones above the root

MAJOR, LYDIAN, MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 11), (0, 2, 4, 6, 7, 9, 11), (0, 2, 4, 5, 7, 9, 10)
MINOR, DORIAN, PHRYGIAN = (0, 2, 3, 5, 7, 8, 10), (0, 2, 3, 5, 7, 9, 10), (0, 1, 3, 5, 7, 8, 10)


@dataclass(frozen=True, slots=True)
class Mood:
    """`chords` are bars of scale degrees (0: the root's chord), `rhythms` notes of a melody in beats, two bars each;
    `drums` names a pattern, "" for none; `wet` is how much room there is."""

    name: str
    tempo: tuple[int, int]
    scale: Scale
    chords: tuple[tuple[int, ...], ...]
    rhythms: tuple[tuple[float, ...], ...]
    lead: str
    figure: str  # what breaks the chords
    ground: str  # what holds them
    drums: str
    wet: float
    swing: float = 0.0  # how late the second of two eighths comes, in beats
    seventh: bool = True
    words: str = ""


LONG = ((2, 1, 1, 3, 1), (1.5, 0.5, 2, 1, 1, 2), (3, 1, 2, 2))
FLOWING = ((1, 0.5, 0.5, 1, 1, 1.5, 0.5, 2), (0.5, 0.5, 1, 1.5, 0.5, 1, 1, 2), (1, 1, 0.5, 0.5, 1, 1, 1, 2))
QUICK = ((0.5, 0.5, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 2), (0.75, 0.75, 0.5, 1, 1, 0.75, 0.75, 0.5, 2), (1, 0.5, 0.5) * 4)

MOODS: Mapping[str, Mood] = {
    mood.name: mood
    for mood in (
        Mood("calm", (66, 76), MAJOR, ((0, 5, 3, 4), (0, 2, 3, 3), (3, 0, 1, 4)), LONG, "keys", "pluck", "pad", "", 0.9,
             words="calm calming peaceful quiet relax* gentle soft sleep* lullaby slow ambient meditat* ruhig* sanft*"
             " leise still* schlaf* entspann* спокойн* тих* нежн* медленн* медитац* колыбельн* расслаб*"),
        Mood("bright", (104, 118), MAJOR, ((0, 4, 5, 3), (0, 3, 4, 3), (5, 3, 0, 4)), QUICK, "bell", "pluck", "pad",
             "light", 0.5, seventh=False,
             words="bright happy cheerful sunny joy* upbeat summer fun fröhlich* heiter* hell* sonnig* sommer* froh*"
             " весёл* весел* радост* солнечн* яркий яркая светл* летн*"),
        Mood("dark", (58, 70), PHRYGIAN, ((0, 1, 0, 5), (0, 5, 1, 0), (0, 3, 1, 4)), LONG, "bell", "low", "strings",
             "heart", 1.0,
             words="dark gloom* sinister horror scary storm* night* shadow* fear* dunkel* düster* nacht* sturm* angst*"
             " тёмн* темн* мрачн* ночн* ночь ночью гроз* шторм* страшн*"),
        Mood("dreamy", (72, 84), LYDIAN, ((0, 1, 0, 4), (3, 1, 5, 4), (0, 4, 1, 2)), FLOWING, "bell", "keys", "pad", "",
             1.1,
             words="dream* space cosmic floating magic* fairy* stars star aurora ocean sea underwater"
             " traum* träum* meer weltraum sterne magisch* мечт* сон космос* космическ* звёзд* звезд*"
             " волшебн* море морск*"),
        Mood("melancholy", (68, 80), MINOR, ((0, 5, 2, 6), (0, 3, 5, 4), (0, 6, 5, 4)), LONG, "keys", "pluck",
             "strings", "", 0.9,
             words="sad melanchol* lonely rain* autumn nostalg* blue tears traurig* wehmüt* regen* herbst* einsam*"
             " грустн* печальн* дожд* осен* одинок* ностальг* меланхол*"),
        Mood("driving", (116, 128), DORIAN, ((0, 3, 6, 3), (0, 6, 3, 4), (0, 2, 3, 6)), QUICK, "saw", "pluck", "pad",
             "beat", 0.45, seventh=False,
             words="driving energ* fast dance electro* techno run* sport* power* city cyberpunk neon race schnell*"
             " tanz* kraft* treibend* stadt энерг* быстр* танц* электро* город* гонк* бодр*"),
        Mood("epic", (84, 96), MINOR, ((0, 5, 2, 6), (0, 2, 6, 3), (0, 5, 3, 4)), FLOWING, "strings", "low", "strings",
             "drums", 0.9, seventh=False,
             words="epic heroic battle mountain* dragon* castle* adventure* cinematic film grand episch* held* berg*"
             " abenteuer* drache* schlacht* эпич* героич* битв* гор* дракон* замок приключен* кино"),
        Mood("playful", (96, 112), MIXOLYDIAN, ((0, 3, 0, 4), (0, 1, 3, 4), (0, 6, 3, 0)), QUICK, "pluck", "keys", "",
             "light", 0.4, swing=0.14,
             words="playful funny cat* dog* kitten* puppy* child* toy* jazz* swing circus cartoon verspielt* lustig*"
             " katze* hund* kind* игрив* смешн* забавн* кот* кошк* собак* детск* джаз*"),
    )
}  # fmt: skip
USUAL = ("calm", "bright", "dreamy", "melancholy", "playful")  # where the words say nothing
TEMPO = re.compile(r"\b(\d{2,3})\s*(?:bpm|beats|уд)", re.IGNORECASE)
SLOWEST, FASTEST = 40, 220


def mood_in(words: str) -> Mood | None:
    """The mood that most of the words ask for; the first of equals."""
    tokens = re.findall(r"[\w'-]+", words.casefold())
    counts = {mood.name: sum(asks_for(token, mood) for token in tokens) for mood in MOODS.values()}
    best = max(counts, key=lambda name: counts[name])
    return MOODS[best] if counts[best] else None


def asks_for(token: str, mood: Mood) -> bool:
    if token == mood.name:
        return True
    return any(token.startswith(word[:-1]) if word.endswith("*") else token == word for word in mood.words.split())


def tempo_in(words: str) -> int | None:
    """Beats a minute, where the words say them: "90 bpm"."""
    found = TEMPO.search(words)
    return int(found[1]) if found and SLOWEST <= int(found[1]) <= FASTEST else None
