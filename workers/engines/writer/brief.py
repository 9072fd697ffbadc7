"""From the words given to what shall be written about what: form, subject, language, scene. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workers.engines.painter.words import Scene, read


class Form(StrEnum):
    PROMPT = "prompt"  # the words as a richer prompt for pictures
    TITLES = "titles"
    CAPTIONS = "captions"
    ALT = "alt"  # what a picture shows, for those who cannot see it
    AD = "ad"


NAMES: Mapping[Form, str] = {
    Form.TITLES: "title titles titel überschrift überschriften название названия заголовок заголовки",
    Form.CAPTIONS: "caption captions bildunterschrift bildunterschriften подпись подписи",
    Form.ALT: "alt alt-text alttext alternativtext альт альт-текст",
    Form.AD: "ad ads advert advertisement slogan werbung anzeige werbetext реклама рекламу объявление слоган",
    Form.PROMPT: "prompt prompts expand enrich erweitere erweitern промпт дополни расширь",
}
FORM_OF = {name: form for form, names in NAMES.items() for name in names.split()}
FIRST_WORDS = 5  # a form is named among these, or not at all
FILLER_WORDS = (
    "write me us a an the some short good nice please text texts copy for of about to with",
    "schreib schreibe mir uns eine einen ein kurze kurzen bitte für zu über von text texte",
    "напиши сделай мне нам короткую короткий пожалуйста для про о об к текст",
)
FILLERS = frozenset(word for words in FILLER_WORDS for word in words.split())
ARTICLES = frozenset(("a", "an", "the", "ein", "eine", "einen"))  # these belong to the subject
GERMAN_WORDS = "der die das ein eine einen einem einer und im am mit von für auf über unter zu dem den ist"
GERMAN = frozenset(GERMAN_WORDS.split(" "))
NOMINATIVE = {"einen": "ein", "den": "der"}  # of what stood after "für" or "über"
# which an alt text says itself; in German the case would be wrong without it
OF_A_PICTURE = re.compile(r"(?:(?:an?|the)\s+)?(?:picture|photo|photograph|image)\s+of\s+(?=\S)", re.IGNORECASE)
SUBJECT_LIMIT = 300  # characters; a title holds no novel


@dataclass(frozen=True, slots=True)
class Brief:
    """`subject` is in the person's own words."""

    form: Form
    subject: str
    language: str  # en, de, ru
    scene: Scene


def brief(prompt: str) -> Brief:
    """The form is named among the first words ("titles for a fox in the snow"), else a prompt is asked for."""
    words = " ".join(prompt.split())
    form, subject = split(words)
    subject = subject.strip(" .,:;–—-\"'«»„“")[:SUBJECT_LIMIT].strip() or words[:SUBJECT_LIMIT]
    return Brief(form, subject, language(words), read(subject))


def split(words: str) -> tuple[Form, str]:
    """The form, and the words without those that only name it."""
    tokens = words.split(" ")
    for at, token in enumerate(tokens[:FIRST_WORDS]):
        form = FORM_OF.get(bare(token))
        if form and all(bare(before) in FILLERS for before in tokens[:at]):
            rest = tokens[at + 1 :]
            while rest and bare(rest[0]) in FILLERS - ARTICLES:
                rest = rest[1:]
            return form, named(form, rest)
    return Form.PROMPT, words


def named(form: Form, tokens: list[str]) -> str:
    """The subject as a sentence may begin with it."""
    subject = " ".join([NOMINATIVE.get(token, token) for token in tokens[:1]] + tokens[1:])
    said = OF_A_PICTURE.match(subject) if form is Form.ALT else None
    return subject[said.end() :] if said else subject


def bare(token: str) -> str:
    return token.casefold().strip(".,:;!?–—\"'«»„“")


def language(words: str) -> str:
    if re.search("[а-яё]", words, re.IGNORECASE):
        return "ru"
    tokens = {bare(token) for token in words.split(" ")}
    return "de" if re.search("[äöüß]", words, re.IGNORECASE) or len(tokens & GERMAN) > 0 else "en"
