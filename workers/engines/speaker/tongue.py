"""In which language a text is, as far as its letters and small words tell. Pure."""

import re
from collections.abc import Mapping

SCRIPTS: Mapping[str, str] = {  # the first that fits
    "ja": "[\u3040-\u30ff]", "ko": "[\uac00-\ud7af]", "cmn": "[\u4e00-\u9fff]", "el": "[\u0370-\u03ff]",
    "he": "[\u0590-\u05ff]", "ar": "[\u0600-\u06ff]", "hi": "[\u0900-\u097f]", "ka": "[\u10a0-\u10ff]",
    "hy": "[\u0530-\u058f]", "uk": "[іїєґІЇЄҐ]", "ru": "[\u0400-\u04ff]",
}  # fmt: skip
SMALL_WORDS: Mapping[str, str] = {  # the first of equals
    "en-us": "the to of is are and a an in for your you my this that with on at it hello",
    "de": "der die das und ist nicht ein eine ich du wir mit auf für zu dein mein guten hallo",
    "fr": "le la les et est pas un une je tu nous avec sur pour bonjour des du mon ma",
    "es": "el la los y es no un una yo tú con por para hola del mi está buenos",
    "it": "il lo gli e è non un una io tu con per ciao della mio sono",
    "pt": "o os e é não um uma eu você com por para olá do da meu",
    "pl": "i jest nie się na w z to dzień dobry mój jak",
    "nl": "de het en is niet een ik jij wij met op voor hallo mijn",
    "tr": "ve bir bu değil ben sen için merhaba çok",
}
LETTERS: Mapping[str, str] = {"de": "äöüß", "fr": "çèêëîïœù", "es": "ñ¿¡", "pt": "ãõ", "pl": "ąęłńśźż", "tr": "ğış"}
USUAL = "en-us"


def language(text: str) -> str:
    """A name that eSpeak NG knows; English where nothing speaks against it."""
    for name, letters in SCRIPTS.items():
        if re.search(letters, text):
            return name
    tokens = re.findall(r"[^\W\d_]+", text.casefold())
    points = {name: sum(token in words.split() for token in tokens) for name, words in SMALL_WORDS.items()}
    for name, letters in LETTERS.items():
        points[name] += 2 * sum(text.casefold().count(letter) for letter in letters)
    best = max(points, key=lambda name: points[name])
    return best if points[best] else USUAL
