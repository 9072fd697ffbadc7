"""Which of our languages a browser asks for."""

from bots.replies.translator import FALLBACK, known

MOST_TAGS = 20


def preferred(accept_language: str) -> str:
    """The language that "de-AT, de;q=0.9, en;q=0.5" likes best among those we have."""
    tags = sorted((weighted(part) for part in accept_language.split(",")[:MOST_TAGS]), key=lambda tag: -tag[1])
    for tag, weight in tags:
        language = tag.partition("-")[0].lower()
        if weight > 0 and language and known(language) == language:
            return language
    return FALLBACK


def weighted(part: str) -> tuple[str, float]:
    tag, _, quality = part.strip().partition(";")
    try:
        return tag.strip(), float(quality.strip().removeprefix("q=")) if quality else 1.0
    except ValueError:
        return tag.strip(), 0.0
