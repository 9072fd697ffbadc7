"""What buttons say when they are pressed: an action and what it acts on, in at most 64 bytes, readable for ever."""

from enum import StrEnum
from uuid import UUID

from bots.messenger import Button


class Action(StrEnum):
    """The subject of the first group is a job's id, that of the others stands beside them."""

    CANCEL = "cancel"
    AGAIN = "again"  # the same words, a new seed
    VARY = "vary"
    LARGER = "larger"
    ANIMATE = "animate"  # a video that starts from the picture
    RETRY = "retry"  # the same request once more, seed included: after a failure
    REMAKE = "remake"  # a picture that has expired, from its seed; the quote was shown
    VOICE = "voice"  # the speech as a voice note
    MORE = "more"  # the whole prompt
    SHOW = "show"  # a finished picture once more
    USE = "use"  # a model; the words stand in the message that was refused
    FIT = "fit"  # the longest side; the words stand in the message that was refused
    FEWER = "fewer"  # how many; the words stand in the message that was refused
    SHORTER = "shorter"  # seconds; the words stand in the message that was refused
    BRIEFER = "briefer"  # tokens of language; the words stand in the message that was refused
    SURPRISE = "surprise"  # nothing
    HELP = "help"  # nothing


def press(action: Action, subject: UUID | str | int = "") -> str:
    """The data of a button."""
    return f"{action}:{subject.hex if isinstance(subject, UUID) else subject}"


def button(label: str, action: Action, subject: UUID | str | int = "") -> Button:
    return Button(label, press(action, subject))


def read(data: str) -> tuple[Action, str] | None:
    """Action and subject of what was pressed, or None for data that no version of Tessera wrote."""
    name, _, subject = data.partition(":")
    try:
        return Action(name), subject
    except ValueError:
        return None


def job_id(subject: str) -> UUID | None:
    """The job that a button names."""
    try:
        return UUID(hex=subject)
    except ValueError:
        return None
