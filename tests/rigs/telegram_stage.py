"""A bot, and Ann who has started it: the stage of the Telegram rig's own tests."""

import io
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
)
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
)
from PIL import Image

from tests.rigs.telegram import FakeBot, FakeTelegram, Person

TOKEN = "777:tok"
AGAIN = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Again", callback_data="again:1")]])


def picture(color: str = "green", size: tuple[int, int] = (640, 480)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def upload(data: bytes | None = None, name: str = "picture.png") -> BufferedInputFile:
    return BufferedInputFile(picture() if data is None else data, name)


def new_client(telegram: FakeTelegram, token: str = TOKEN) -> Bot:
    return Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def account(telegram: FakeTelegram) -> FakeBot:
    return telegram.new_bot(TOKEN, "tessera_bot")


@pytest.fixture
async def bot(telegram: FakeTelegram, account: FakeBot) -> AsyncIterator[Bot]:
    client = new_client(telegram)
    yield client
    await client.session.close()


@pytest.fixture
def ann(telegram: FakeTelegram, account: FakeBot) -> Person:
    person = telegram.person("Ann", language="de")
    person.writes("/start")
    return person


async def refusal(call: Awaitable[Any]) -> str:
    with pytest.raises(TelegramBadRequest) as caught:
        await call
    return caught.value.message
