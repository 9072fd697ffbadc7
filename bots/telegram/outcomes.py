"""What a failed call to the Bot API means: aiogram's exceptions as the outcomes that every messenger knows."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)

from bots.messenger import Address, Blocked, Failed, Gone, Later, Moved, TooLarge, Unknown

log = structlog.get_logger(__name__)

TOKEN_REFUSED_SECONDS = 60.0  # an admin has to mend the token; nothing is lost meanwhile

# The beginnings of what Telegram says after "Bad Request: ", in lower case.
NOT_MODIFIED = ("message is not modified",)
DELETED = ("message to edit not found", "message_id_invalid", "message can't be edited", "message identifier is not")
WRONG_KIND = ("there is no text in the message", "there is no caption in the message")
TOO_LARGE = ("file of size", "file is too big", "photo_invalid_dimensions", "photo_save_file_invalid")
NO_TOPIC = ("message thread not found", "topic_deleted", "topic_closed", "topic_id_invalid")


class Unmodified(Failed):
    """The message shows exactly this already."""


class WrongKind(Failed):
    """The message is a text where a caption was to be edited, or the other way round."""


@contextmanager
def outcomes(address: Address) -> Iterator[None]:
    """Raise the outcome for what aiogram raises inside the block."""
    try:
        yield
    except AiogramError as error:
        raise outcome(error, address) from error


def outcome(error: AiogramError, address: Address) -> Failed:
    """A definite answer has its own kind; any other failure leaves open whether the call took effect."""
    match error:
        case TelegramRetryAfter():
            return Later(float(error.retry_after))
        case TelegramMigrateToChat():
            return Moved(moved(address, error.migrate_to_chat_id))
        case TelegramEntityTooLarge():
            return TooLarge(error.message)
        case TelegramBadRequest():
            return of_bad_request(error.message, address)
        case TelegramForbiddenError():
            return Blocked(error.message)
        case TelegramUnauthorizedError() | TelegramNotFound():
            return Later(TOKEN_REFUSED_SECONDS, everywhere=True)
        case TelegramAPIError():
            return Unknown(error.message)
        case _:
            return Unknown(type(error).__name__)


def of_bad_request(message: str, address: Address) -> Failed:
    """The kinds of 400, which only their words tell apart."""
    words = message.removeprefix("Bad Request: ").lower()
    if words.startswith(NOT_MODIFIED):
        return Unmodified(words)
    if words.startswith(DELETED):
        return Gone(words)
    if words.startswith(TOO_LARGE):
        return TooLarge(words)
    if words.startswith(WRONG_KIND):
        return WrongKind(words)
    if words.startswith(NO_TOPIC) and "thread_id" in address:
        return Moved(moved(address, address["chat_id"]))
    log.warning("telegram.refused", words=words[:200])
    return Blocked(words)  # not found, no rights: the same call will never pass


def moved(address: Address, chat_id: int) -> Address:
    """The same person elsewhere, where topics and messages have other numbers."""
    return {"chat_id": chat_id} | ({"user": address["user"]} if "user" in address else {})
