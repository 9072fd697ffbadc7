"""Messages and presses on the fake Telegram, with an unmodified aiogram bot: what may change, and what is refused."""

import pytest
from aiogram import Bot
from aiogram.exceptions import (
    TelegramEntityTooLarge,
)
from aiogram.types import (
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
)
from PIL import Image

from tests.rigs.telegram import FakeTelegram, Person
from tests.rigs.telegram_stage import AGAIN, picture, refusal, upload


async def test_one_message_goes_from_text_through_preview_to_the_picture(
    bot: Bot, ann: Person, telegram: FakeTelegram
) -> None:
    status = await bot.send_message(ann.id, "Next in line", reply_markup=AGAIN)
    await status.edit_text("<b>Third</b> &amp; last", parse_mode="HTML")
    preview, final = picture("gray"), picture("red")
    await bot.edit_message_media(
        InputMediaPhoto(media=upload(preview), caption="60 %"), chat_id=ann.id, message_id=status.message_id
    )
    edited = await bot.edit_message_media(
        InputMediaPhoto(media=upload(final), caption="a fox"),
        chat_id=ann.id,
        message_id=status.message_id,
        reply_markup=AGAIN,
    )

    seen = await ann.waits_for(lambda message: message.photo == final)
    assert isinstance(edited, Message)
    assert edited.photo
    assert (edited.photo[-1].width, edited.photo[-1].height) == (640, 480)
    assert (seen.text, seen.button_texts, seen.edits) == ("a fox", ["Again"], 3)
    assert [look.text for look in seen.history] == ["Next in line", "Third & last", "60 %", "a fox"]
    assert seen.history[1].buttons == ()
    telegram.assert_clean()


async def test_the_same_content_is_not_modified(bot: Bot, ann: Person) -> None:
    status = await bot.send_message(ann.id, "same", reply_markup=AGAIN)
    assert "message is not modified" in await refusal(status.edit_text("same", reply_markup=AGAIN))
    await status.edit_text("same")


async def test_a_photo_is_edited_again_by_its_file_id(bot: Bot, ann: Person) -> None:
    sent = await bot.send_photo(ann.id, upload(), caption="a fox")
    assert sent.photo
    media = InputMediaPhoto(media=sent.photo[-1].file_id, caption="a fox")
    assert "message is not modified" in await refusal(sent.edit_media(media))
    await sent.edit_media(media, reply_markup=AGAIN)
    copy = await bot.send_photo(ann.id, sent.photo[-1].file_id)
    assert copy.photo == sent.photo


async def test_a_file_id_of_another_bot_or_kind_is_refused(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    telegram.new_bot("888:tok", "other_bot")
    sent = await bot.send_photo(ann.id, upload())
    assert sent.photo
    foreign = sent.photo[-1].file_id.replace("777", "888")
    assert "wrong file identifier" in await refusal(bot.send_photo(ann.id, foreign))
    assert "can't use file of type Photo as Document" in await refusal(
        bot.send_document(ann.id, sent.photo[-1].file_id)
    )


async def test_edits_that_the_platform_does_not_allow(bot: Bot, ann: Person) -> None:
    text = await bot.send_message(ann.id, "text")
    photo = await bot.send_photo(ann.id, upload())
    voice = await bot.send_voice(ann.id, upload(b"OggS", "voice.ogg"))
    keys = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Yes")]])
    keyed = await bot.send_message(ann.id, "?", reply_markup=keys)

    assert "there is no text in the message to edit" in await refusal(photo.edit_text("words"))
    assert "there is no caption in the message to edit" in await refusal(text.edit_caption(caption="words"))
    assert "there is no media in the message" in await refusal(voice.edit_media(InputMediaPhoto(media=upload())))
    assert "message can't be edited" in await refusal(keyed.edit_text("!"))
    theirs = ann.writes("mine")
    assert "message can't be edited" in await refusal(
        bot.edit_message_text("stolen", chat_id=ann.id, message_id=theirs)
    )


async def test_a_deleted_message_is_not_found(bot: Bot, ann: Person) -> None:
    status = await bot.send_message(ann.id, "here")
    ann.deletes(ann.sees_from_bot()[0])
    assert "message to edit not found" in await refusal(status.edit_text("gone"))
    assert "message to delete not found" in await refusal(status.delete())
    assert ann.sees_from_bot() == []


async def test_photos_beyond_the_limits_are_refused(bot: Bot, ann: Person) -> None:
    assert "too big for a photo" in await refusal(bot.send_photo(ann.id, upload(b"x" * (10 * 2**20 + 1))))
    assert "PHOTO_INVALID_DIMENSIONS" in await refusal(bot.send_photo(ann.id, upload(picture(size=(9000, 1001)))))
    assert "PHOTO_INVALID_DIMENSIONS" in await refusal(bot.send_photo(ann.id, upload(picture(size=(21, 1)))))
    assert "IMAGE_PROCESS_FAILED" in await refusal(bot.send_photo(ann.id, upload(b"no picture")))
    with pytest.raises(TelegramEntityTooLarge):
        await bot.send_document(ann.id, upload(b"x" * (50 * 2**20 + 1)))


async def test_an_album_and_a_download(bot: Bot, ann: Person) -> None:
    ann.sends_photo(picture("blue"), "look")
    update = (await bot.get_updates(offset=-1))[0]
    assert update.message
    assert update.message.photo
    full = await bot.download(update.message.photo[-1])
    small = await bot.download(update.message.photo[0])
    assert full
    assert small
    assert full.read() == picture("blue")
    assert Image.open(small).size == (320, 240)

    sent = await bot.send_media_group(
        ann.id, [InputMediaPhoto(media=upload(), caption="one"), InputMediaPhoto(media=upload(picture("red")))]
    )
    assert len({message.media_group_id for message in sent}) == 1
    assert [seen.photo for seen in ann.sees_from_bot()] == [picture(), picture("red")]
    assert "must" not in await refusal(sent[0].edit_media(InputMediaDocument(media=upload())))


async def test_a_reply_names_its_message(bot: Bot, ann: Person) -> None:
    asked = ann.writes("question")
    update = (await bot.get_updates(offset=-1))[0]
    assert update.message
    await update.message.reply("answer")
    assert ann.sees_from_bot()[0].reply_to == asked
    ann.deletes(asked)
    assert "message to be replied not found" in await refusal(update.message.reply("again"))


async def test_an_album_may_mix_photos_and_videos(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    await bot.send_media_group(
        ann.id, [InputMediaPhoto(media=upload()), InputMediaVideo(media=upload(b"video", "a.mp4"))]
    )
    assert [seen.kind for seen in ann.sees_from_bot()] == ["photo", "video"]
    telegram.assert_clean()


async def test_video_and_animation_replace_text(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    status = await bot.send_message(ann.id, "working")
    await status.edit_media(InputMediaVideo(media=upload(b"video", "a.mp4"), duration=2, width=64, height=64))
    animation = await bot.send_animation(ann.id, upload(b"GIF", "a.gif"))
    assert animation.animation
    assert [(seen.kind, seen.file) for seen in ann.sees_from_bot()] == [("video", b"video"), ("animation", b"GIF")]
    telegram.assert_clean()


async def test_a_press_is_answered_once_and_in_time(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    await bot.send_message(ann.id, "done", reply_markup=AGAIN)
    press = ann.presses(ann.sees_from_bot()[0], "Again")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    assert (query.data, isinstance(query.message, Message)) == ("again:1", True)
    assert telegram.unanswered_presses
    await query.answer("Queued", show_alert=True)
    assert (await press.is_answered_within(1), press.is_alert) == ("Queued", True)

    assert "query is too old" in await refusal(query.answer())
    assert [each.rule for each in telegram.rule_breaks] == ["answered-twice"]


async def test_a_late_answer_is_refused(bot: Bot, ann: Person, telegram: FakeTelegram) -> None:
    await bot.send_message(ann.id, "done", reply_markup=AGAIN)
    ann.presses(ann.sees_from_bot()[0], "again:1", inaccessible=True)
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    telegram.callback_lifetime_seconds = 0
    assert "query is too old" in await refusal(query.answer())
    telegram.assert_clean()
