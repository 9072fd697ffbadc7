"""Discord as a Messenger: by the interaction's token while it lives, by channel and message id afterwards."""

import asyncio
from dataclasses import dataclass, field, replace

import structlog

from bots.discord import screens
from bots.discord.calls import Calls
from bots.discord.place import FILE_BYTES, Place
from bots.discord.rest import Rejected
from bots.messenger import Address, Blocked, Chat, Failed, Gone, Message, PictureLimits, Rate, Screen, TooLarge
from bots.replies import interactions
from bots.replies.translator import Translator

log = structlog.get_logger(__name__)

UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10008, 10015, 10062
TOO_LARGE = 40005
ALREADY_ANSWERED, TOKEN_EXPIRED = 40060, 50027
NO_ACCESS = frozenset({10003, 10004, 50001, 50007, 50013, 50278})  # unknown channel or guild, may not see or write
UPLOAD_SECONDS = 60  # that a large file may take on its way, its turn and its repetition included
LAST_WORDS_SECONDS = 90  # before the token ends, where afterwards the bot could not edit


@dataclass(slots=True)
class Shown:
    """A message that is reached by a token and shows a job that has not ended."""

    place: Place
    message: Message
    screen: Screen
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class DiscordMessenger:
    """One bot's messages. `farewell` is to be called every few seconds."""

    platform = "discord"
    rate = Rate(45, 1.0)  # Discord takes 50 a second
    limits = PictureLimits(size_bytes=FILE_BYTES, file_bytes=FILE_BYTES, characters=1900)  # markup is escaped

    def __init__(self, calls: Calls) -> None:
        self.calls = calls
        self.shown: dict[str, Shown] = {}  # by interaction

    def chat(self, address: Address) -> Chat:
        """A token has its own limit; without it, all messages of a channel share one."""
        place = Place.model_validate(address)
        return Chat(place.interaction_id if place.alive else place.channel_id, Rate(5, 5.0))

    def limits_at(self, address: Address) -> PictureLimits:
        """A server that pays for it takes larger files; of a channel without a token we do not know."""
        place = Place.model_validate(address)
        if place.seconds_left < UPLOAD_SECONDS:
            return self.limits
        return replace(self.limits, size_bytes=place.file_bytes, file_bytes=place.file_bytes)

    async def send(self, address: Address, screen: Screen) -> Message:
        place = Place.model_validate(address)
        try:
            message_id = await self.answered(place, screen) if place.alive else None
            via = "interaction" if message_id else "channel"
            message_id = message_id or await self.calls.post(place, screen)
        except Rejected as error:
            raise outcome(error) from None
        message = {"channel_id": place.channel_id, "message_id": message_id, "via": via}
        self.remember(place, message, screen)
        return message

    async def edit(self, address: Address, message: Message, screen: Screen) -> Message:
        place = Place.model_validate(address)
        shown = self.remember(place, message, screen)
        async with shown.turn:
            try:
                return await self.changed(place, message, screen)
            except Rejected as error:
                raise outcome(error) from None

    async def farewell(self) -> None:
        """Point to /jobs where a token ends soon and the bot could not edit any more."""
        for key, shown in list(self.shown.items()):
            if shown.place.seconds_left > LAST_WORDS_SECONDS:
                continue
            async with shown.turn:
                if self.shown.pop(key, None) is shown and shown.place.alive:
                    try:
                        await self.changed(shown.place, shown.message, shown.screen)
                    except Failed as error:
                        log.info("discord.farewell_failed", error=type(error).__name__)

    async def answered(self, place: Place, screen: Screen) -> str | None:
        """The id of the message that answers the interaction, or None when it can only be answered in the channel."""
        if place.awaits_first_answer:
            try:
                return await self.calls.answer(place, screen)
            except Rejected as error:
                if error.code not in (ALREADY_ANSWERED, UNKNOWN_INTERACTION):
                    raise
        try:
            return await self.calls.change_original(place, screen)
        except Rejected as error:
            if error.code == UNKNOWN_MESSAGE:  # deleted
                return await self.calls.follow_up(place, screen)
            if error.code in (UNKNOWN_WEBHOOK, TOKEN_EXPIRED):  # never answered, or too late
                return None
            raise

    async def changed(self, place: Place, message: Message, screen: Screen) -> Message:
        """Edit by the token while it lives, else in the channel."""
        message_id = message["message_id"]
        if message["via"] == "interaction" and place.alive:
            try:
                await self.calls.change(place, message_id, await self.last_words(place, screen))
                return message
            except Rejected as error:
                if error.code not in (UNKNOWN_WEBHOOK, TOKEN_EXPIRED):
                    raise
        await self.calls.change_in_channel(place, message_id, screen)
        return {**message, "via": "channel"}

    async def last_words(self, place: Place, screen: Screen) -> Screen:
        """The screen, with a word on where the result will be if this may be the last edit."""
        if place.seconds_left > LAST_WORDS_SECONDS or not screens.is_open(screen) or await self.calls.sees(place):
            return screen
        note = interactions.look_in_jobs(Translator(place.locale, self.platform))
        return replace(screen, text=f"{screen.text}\n{note}")

    def remember(self, place: Place, message: Message, screen: Screen) -> Shown:
        """Keep in mind what a token's message shows while its job has not ended."""
        words = replace(screen, picture=None)  # without one, an edit leaves the picture that is there
        shown = self.shown.get(place.interaction_id) or Shown(place, message, words)
        shown.message, shown.screen = message, words
        if place.alive and message["via"] == "interaction" and screens.is_open(screen):
            self.shown[place.interaction_id] = shown
        else:
            self.shown.pop(place.interaction_id, None)
        return shown


def outcome(error: Rejected) -> Failed:
    """What a refusal means to the postman; one that no repetition mends is a dead letter."""
    if error.code == UNKNOWN_MESSAGE:
        return Gone(str(error))
    if error.code == TOO_LARGE:
        return TooLarge(str(error))
    if error.code not in NO_ACCESS:
        log.warning("discord.rejected", status=error.status, code=error.code)
    return Blocked(str(error))
