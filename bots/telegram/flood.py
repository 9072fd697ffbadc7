"""What Telegram refused with 429 is not sent again before its time, whoever calls."""

import math
import time
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramRetryAfter
from aiogram.methods import Response, TelegramMethod
from aiogram.methods.base import TelegramType

MESSAGES = ("send", "edit", "delete")  # the beginnings of the methods whose budget is that of their chat


class FloodGate(BaseRequestMiddleware):
    """Answers a call too early itself, as Telegram would: with the seconds that are left."""

    def __init__(self) -> None:
        self.closed: dict[object, float] = {}  # until when, on the monotonic clock

    async def __call__(
        self, make_request: NextRequestMiddlewareType[TelegramType], bot: Bot, method: TelegramMethod[TelegramType]
    ) -> Response[TelegramType]:
        budget = budget_of(method)
        if (left := self.closed.get(budget, 0.0) - time.monotonic()) > 0:
            raise TelegramRetryAfter(method, "not asked again yet", math.ceil(left))
        self.closed.pop(budget, None)
        try:
            return await make_request(bot, method)
        except TelegramRetryAfter as error:
            self.closed[budget] = time.monotonic() + error.retry_after
            raise


def budget_of(method: TelegramMethod[Any]) -> object:
    """What a 429 closes: the messages of a chat, or else calls of the same method."""
    name = method.__api_method__
    chat = getattr(method, "chat_id", None)
    return chat if chat is not None and name.startswith(MESSAGES) else name
