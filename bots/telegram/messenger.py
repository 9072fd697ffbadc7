"""Status messages on Telegram: a text that is edited into a photo, by the Bot API."""

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)
from aiogram.types import Message as Sent

from bots.messenger import TEXT_LIMIT, Address, Button, Chat, Link, Message, Picture, PictureLimits, Rate, Screen
from bots.replies.frame import cut, units
from bots.telegram.media import LIMITS, digest, input_media, is_strip, of_audio, of_video, upload
from bots.telegram.outcomes import Unmodified, WrongKind, outcomes
from bots.telegram.seal import Seal

LONGEST_CAPTION = TEXT_LIMIT
OF_A_JOB = re.compile(r"[a-z]+:[0-9a-f]{32}")
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

# Telegram's: 30 a second for a bot, 1 a second in a chat with short bursts, 20 a minute in a group; a little is left
# for clocks that differ and for calls that overtake each other.
BOT_RATE = Rate(25, 1.0)
PRIVATE_RATE = Rate(8, 8.0)
GROUP_RATE = Rate(18, 60.0)
NO_VOICE_NOTES = "VOICE_MESSAGES_FORBIDDEN"  # a setting of Telegram Premium
PRIVATE_PREVIEW_SECONDS = 3.0
GROUP_PREVIEW_SECONDS = 15.0


class TelegramMessenger:
    """The `Messenger` of one bot.

    Addresses are {"chat_id", "thread_id"?, "reply_to"?, "user"?}: in groups a user whose job may be repeated by others.
    Messages are {"message_id", "kind": "text" | "media"} and, while the file they show is known, "file_id", "digest".
    """

    platform = "telegram"
    rate = BOT_RATE
    limits = LIMITS

    def __init__(self, bot: Bot) -> None:
        self.bot = bot
        self.seal = Seal.of(bot.token)

    def chat(self, address: Address) -> Chat:
        chat_id = address["chat_id"]
        if chat_id > 0:
            return Chat(str(chat_id), PRIVATE_RATE, PRIVATE_PREVIEW_SECONDS)
        return Chat(str(chat_id), GROUP_RATE, GROUP_PREVIEW_SECONDS)

    def limits_at(self, address: Address) -> PictureLimits:
        return self.limits

    async def send(self, address: Address, screen: Screen) -> Message:
        picture, where = screen.picture, destination(address)
        markup = keyboard(address, screen, self.seal)
        with outcomes(address):
            if picture is None:
                text = cut(screen.text, LIMITS.characters)
                sent = await self.bot.send_message(
                    text=text,
                    entities=linked(text, screen.links),
                    link_preview_options=NO_PREVIEW,
                    reply_markup=markup,
                    **where,
                )
                return shown(sent, None)
            return shown(
                await self.send_media(picture, {**captioned(screen), "reply_markup": markup, **where}), picture
            )

    async def send_media(self, picture: Picture, told: dict[str, Any]) -> Sent:
        """As the platform's own kind."""
        match picture.kind:
            case "video":
                return await self.bot.send_video(video=upload(picture), **of_video(picture), **told)
            case "audio":
                return await self.bot.send_audio(audio=upload(picture), **of_audio(picture), **told)
            case "voice":
                return await self.send_voice(picture, told)
            case "words":
                return await self.bot.send_document(document=upload(picture), **told)
            case "image" if is_strip(picture):
                return await self.bot.send_document(document=upload(picture), **told)
            case "image":
                return await self.bot.send_photo(photo=upload(picture), **told)

    async def send_voice(self, picture: Picture, told: dict[str, Any]) -> Sent:
        """Whoever takes no voice notes gets the sound."""
        try:
            return await self.bot.send_voice(voice=upload(picture), duration=round(picture.seconds or 0), **told)
        except TelegramBadRequest as error:
            if NO_VOICE_NOTES not in error.message:
                raise
            return await self.bot.send_audio(audio=upload(picture), **of_audio(picture), **told)

    async def edit(self, address: Address, message: Message, screen: Screen) -> Message:
        if screen.picture is not None:
            return await self.edit_media(address, message, screen, screen.picture)
        kinds = ("text", "media") if message["kind"] == "text" else ("media", "text")
        try:
            return await self.edit_words(address, message | {"kind": kinds[0]}, screen)
        except WrongKind:  # the process that knew better was killed before it could store it
            return await self.edit_words(address, message | {"kind": kinds[1]}, screen)

    async def edit_words(self, address: Address, message: Message, screen: Screen) -> Message:
        """Change text or caption; a picture stays."""
        target = {"chat_id": address["chat_id"], "message_id": message["message_id"]}
        with suppress(Unmodified), outcomes(address):
            if message["kind"] == "text":
                text = cut(screen.text, LIMITS.characters)
                await self.bot.edit_message_text(
                    text=text,
                    entities=linked(text, screen.links),
                    link_preview_options=NO_PREVIEW,
                    reply_markup=keyboard(address, screen, self.seal),
                    **target,
                )
            else:
                await self.bot.edit_message_caption(
                    **captioned(screen), reply_markup=keyboard(address, screen, self.seal), **target
                )
        return message

    async def edit_media(self, address: Address, message: Message, screen: Screen, picture: Picture) -> Message:
        """Put the picture in place of the text or of another picture; a file that is there already is named by its id,
        so that repeating the edit changes nothing."""
        known = message.get("file_id") if message.get("digest") == digest(picture) else None
        media = input_media(picture, known or upload(picture), captioned(screen))
        with suppress(Unmodified), outcomes(address):
            sent = await self.bot.edit_message_media(
                media=media,
                chat_id=address["chat_id"],
                message_id=message["message_id"],
                reply_markup=keyboard(address, screen, self.seal),
            )
            return shown(sent, picture) if isinstance(sent, Sent) else message
        return message


def destination(address: Address) -> dict[str, Any]:
    """The chat, the topic, and the message that is answered, which may have been deleted meanwhile."""
    found: dict[str, Any] = {"chat_id": address["chat_id"]}
    if thread_id := address.get("thread_id"):
        found["message_thread_id"] = thread_id
    if reply_to := address.get("reply_to"):
        found["reply_parameters"] = ReplyParameters(message_id=reply_to, allow_sending_without_reply=True)
    return found


def keyboard(address: Address, screen: Screen, seal: Seal) -> InlineKeyboardMarkup | None:
    """The buttons; without any, what was there disappears."""
    if not screen.buttons:
        return None
    rows = [[key(button, address, seal) for button in row] for row in screen.buttons]
    return InlineKeyboardMarkup(inline_keyboard=rows)


def key(button: Button, address: Address, seal: Seal) -> InlineKeyboardButton:
    """A button; what names a job says in a group also whose it is, signed."""
    data, owner = button.data, address.get("user")
    if owner and OF_A_JOB.fullmatch(data):
        data = seal.signed(f"{data}:{owner}", address["chat_id"])
    return InlineKeyboardButton(text=button.label, callback_data=data)


def captioned(screen: Screen) -> dict[str, Any]:
    caption = cut(screen.text, LONGEST_CAPTION)
    return {"caption": caption, "caption_entities": linked(caption, screen.links)}


def linked(text: str, links: Sequence[Link]) -> list[MessageEntity] | None:
    """Where in the text, in UTF-16 code units, words are links; they stand at its end: the last of them are meant."""
    found, end = [], len(text)
    for link in reversed(links):
        at = text.rfind(link.words, 0, end)
        if at < 0:  # it was cut off
            continue
        end = at
        found.append(MessageEntity(type="text_link", offset=units(text[:at]), length=units(link.words), url=link.url))
    return found[::-1] or None


def shown(sent: Sent, picture: Picture | None) -> Message:
    """The message as it is stored."""
    if picture is None:
        return {"message_id": sent.message_id, "kind": "text"}
    file = sent.video or sent.audio or sent.voice or sent.document or (sent.photo[-1] if sent.photo else None)
    known = {"file_id": file.file_id, "digest": digest(picture)} if file else {}
    return {"message_id": sent.message_id, "kind": "media", **known}
