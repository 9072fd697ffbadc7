"""Discord as a Messenger: by the interaction's token while it lives, by channel and message id afterwards."""

import asyncio
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bots.discord import screens
from bots.discord.place import Place
from bots.discord.rest import Rejected, Rest, Upload
from bots.messenger import Address, Blocked, Chat, Failed, Gone, Message, PictureLimits, Rate, Screen, Unknown
from bots.replies import interactions
from bots.replies.translator import Translator

log = structlog.get_logger(__name__)

NEW_MESSAGE, THINKING = 4, 5  # kinds of first answers
UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10008, 10015, 10062
ALREADY_ANSWERED, TOKEN_EXPIRED = 40060, 50027
NO_ACCESS = frozenset({10003, 10004, 50001, 50007, 50013, 50278})  # unknown channel or guild, may not see or write
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
    limits = PictureLimits(10 * 2**20)

    def __init__(self, rest: Rest) -> None:
        self.rest = rest
        self.shown: dict[str, Shown] = {}  # by interaction

    def chat(self, address: Address) -> Chat:
        """A token has its own limit; without it, all messages of a channel share one."""
        place = Place.model_validate(address)
        return Chat(place.interaction_id if place.alive else place.channel_id, Rate(5, 5.0))

    async def send(self, address: Address, screen: Screen) -> Message:
        place = Place.model_validate(address)
        try:
            message_id = await self.answered(place, screen) if place.alive else None
            via = "interaction" if message_id else "channel"
            message_id = message_id or await self.posted(place, screen)
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
                return await self.first_answer(place, screen)
            except Rejected as error:
                if error.code not in (ALREADY_ANSWERED, UNKNOWN_INTERACTION):
                    raise
        try:
            return await self.by_token(place, "PATCH", "/messages/@original", screen)
        except Rejected as error:
            if error.code == UNKNOWN_MESSAGE:  # deleted
                return await self.by_token(place, "POST", "", screen, {"wait": "true"})
            if error.code in (UNKNOWN_WEBHOOK, TOKEN_EXPIRED):  # never answered, or too late
                return None
            raise

    async def first_answer(self, place: Place, screen: Screen, *, privately: bool = False) -> str:
        """Answer the interaction with a message; returns its id."""
        data = screens.body(screen, place) | {"flags": screens.flags(privately)}
        told = await self.respond(place, {"type": NEW_MESSAGE, "data": data}, screens.uploads(screen))
        return str(told["interaction"]["response_message_id"])

    async def defer(self, place: Place, *, privately: bool = False) -> Place:
        """Show "is thinking…"; the place says whether that worked."""
        try:
            await self.respond(place, {"type": THINKING, "data": {"flags": screens.ONLY_THEY_SEE if privately else 0}})
        except Failed as error:
            log.info("discord.defer_failed", error=str(error))
            return place
        return place.model_copy(update={"deferred": True})

    async def whisper(self, place: Place, screen: Screen) -> None:
        """Answer the person alone: the first answer, or what a private "is thinking…" becomes."""
        for last in (False, True):
            try:
                if place.awaits_first_answer:
                    await self.first_answer(place, screen, privately=True)
                else:
                    await self.by_token(place, "PATCH", "/messages/@original", screen)
                return
            except Failed as error:
                if last or not isinstance(error, Unknown):
                    log.info("discord.whisper_failed", error=str(error))
                    return

    async def add(self, place: Place, screen: Screen) -> None:
        """A further answer to an interaction that was answered, for the person alone."""
        try:
            await self.by_token(place, "POST", "", screen, {"wait": "true"}, screens.flags(privately=True))
        except Failed as error:
            log.info("discord.whisper_failed", error=str(error))

    async def respond(self, place: Place, answer: Any, files: tuple[Upload, ...] = ()) -> Any:
        """Answer the interaction for the first time."""
        return await self.rest.call(
            "POST",
            f"/interactions/{place.interaction_id}/{place.token}/callback",
            answer,
            bucket=f"callback {place.interaction_id}",
            files=files,
            query={"with_response": "true"},
            as_bot=False,
        )

    async def by_token(
        self, place: Place, method: str, path: str, screen: Screen, query: dict[str, str] | None = None, flags: int = 0
    ) -> str:
        """Change or add a message with the interaction's token; returns its id."""
        told = await self.rest.call(
            method,
            f"/webhooks/{place.application_id}/{place.token}{path}",
            screens.body(screen, place) | ({"flags": flags} if flags else {}),
            bucket=f"token {place.interaction_id}",
            files=screens.uploads(screen),
            query=query,
            as_bot=False,
        )
        return str(told["id"])

    async def posted(self, place: Place, screen: Screen) -> str:
        """Send a fresh message in the channel; repeated within minutes, Discord gives the first one again."""
        told = await self.rest.call(
            "POST",
            f"/channels/{place.channel_id}/messages",
            screens.body(screen, place)
            | {"nonce": place.interaction_id, "enforce_nonce": True, "flags": screens.flags()},
            bucket=f"posts {place.channel_id}",
            files=screens.uploads(screen),
        )
        return str(told["id"])

    async def changed(self, place: Place, message: Message, screen: Screen) -> Message:
        """Edit by the token while it lives, else in the channel."""
        message_id = message["message_id"]
        if message["via"] == "interaction" and place.alive:
            try:
                await self.by_token(place, "PATCH", f"/messages/{message_id}", await self.last_words(place, screen))
                return message
            except Rejected as error:
                if error.code not in (UNKNOWN_WEBHOOK, TOKEN_EXPIRED):
                    raise
        await self.rest.call(
            "PATCH",
            f"/channels/{place.channel_id}/messages/{message_id}",
            screens.body(screen, place),
            bucket=f"edits {place.channel_id}",
            files=screens.uploads(screen),
        )
        return {**message, "via": "channel"}

    async def last_words(self, place: Place, screen: Screen) -> Screen:
        """The screen, with a word on where the result will be if this may be the last edit."""
        if place.seconds_left > LAST_WORDS_SECONDS or not screens.is_open(screen) or await self.sees(place):
            return screen
        note = interactions.look_in_jobs(Translator(place.locale, self.platform))
        return replace(screen, text=f"{screen.text}\n{note}")

    async def sees(self, place: Place) -> bool:
        """Whether the bot itself can see the channel, not only answer in it."""
        try:
            await self.rest.call("GET", f"/channels/{place.channel_id}", bucket=f"look {place.channel_id}")
        except Rejected:
            return False
        return True

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
    if error.code not in NO_ACCESS:
        log.warning("discord.rejected", status=error.status, code=error.code)
    return Blocked(str(error))
