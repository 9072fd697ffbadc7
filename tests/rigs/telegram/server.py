"""The Bot API over HTTP: reads a call, lets the ordered trouble happen, checks, counts, performs and answers."""

import asyncio
import inspect
from typing import Any

from aiohttp import web

from tests.rigs.telegram import rules, spec
from tests.rigs.telegram.bots import FakeBot
from tests.rigs.telegram.contents import Context
from tests.rigs.telegram.faults import Fault, Faults, Trouble
from tests.rigs.telegram.methods import HANDLERS, messages_in
from tests.rigs.telegram.model import ApiError, Call, Json, bad_request
from tests.rigs.telegram.pace import Floods, Limits, Pace
from tests.rigs.telegram.request import read_call
from tests.rigs.telegram.world import World

BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>"
HOOK_IS_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
CLIENT_MAX_BYTES = 64 * 2**20


class Server:
    """The HTTP side of one world."""

    def __init__(self, world: World, faults: Faults, limits: Limits, *, is_strict: bool) -> None:
        self.world = world
        self.faults = faults
        self.pace = Pace(limits)
        self.floods = Floods()
        self.is_strict = is_strict

    def application(self) -> web.Application:
        application = web.Application(client_max_size=CLIENT_MAX_BYTES)
        application.router.add_route("*", "/bot{token}/{method}", self._api)
        application.router.add_get("/file/bot{token}/{folder}/{name}", self._download)
        return application

    async def _api(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bots.get(request.match_info["token"])
        if bot is None:
            return _refusal(ApiError(401, "Unauthorized"))
        call = await read_call(request, bot, self.world.now())
        if call.method != "getUpdates":
            self.world.calls.append(call)
        try:
            return await self._answer(request, bot, call)
        except Exception as error:
            self.world.problems.append(f"the rig failed at {call!r}: {error!r}")
            raise
        finally:
            call.is_reply_lost = not _is_alive(request)
            call.is_done = True
            self.world.changes.announce()

    async def _answer(self, request: web.Request, bot: FakeBot, call: Call) -> web.StreamResponse:
        if error := self._flood(call):
            return _fail(call, error)
        fault = self.faults.take(call)
        if fault and (answer := await self._suffer(request, call, fault)):
            return answer
        try:
            self._check(call)
            call.result = await self._perform(request, bot, call)
        except ApiError as error:
            answer = _fail(call, error)
        else:
            answer = web.json_response({"ok": True, "result": call.result})
        if fault and fault.trouble is Trouble.DROPPED_AFTER:
            return _hang_up(request)
        return answer

    def _flood(self, call: Call) -> ApiError | None:
        """A call that comes before an imposed wait is over."""
        now = self.world.now()
        flood = self.floods.over(call.bot.id, _scope(call), now)
        if flood is None:
            return None
        if self.floods.could_know(flood, now):
            self.world.breaks("flood-wait", f"{flood.until - now:.1f} s before retry_after was over", call)
        self.floods.tell_again(call.bot.id, _scope(call), now)
        return _too_many(flood.left_at(now))

    async def _suffer(self, request: web.Request, call: Call, fault: Fault) -> web.StreamResponse | None:
        """The answer that a trouble gives instead of the platform's, if it does."""
        match fault.trouble:
            case Trouble.TOO_MANY_REQUESTS:
                self._impose(call, fault.seconds)
                return _fail(call, _too_many(int(fault.seconds)))
            case Trouble.BAD_GATEWAY:
                call.error = ApiError(502, "Bad Gateway")
                return web.Response(status=502, text=BAD_GATEWAY, content_type="text/html")
            case Trouble.DROPPED_BEFORE:
                call.error = ApiError(0, "connection dropped before the effect")
                return _hang_up(request)
            case Trouble.DELAYED:
                await asyncio.sleep(fault.seconds)
        return None

    def _check(self, call: Call) -> None:
        """Hold the call against the description, the rules in prose, and the pace."""
        rules.refuse_large(call.uploads)
        problems = spec.check(call.method, call.params)
        problems = problems or list(rules.complaints(call.method, call.params, call.uploads))
        if not problems and call.method not in HANDLERS and call.method != "getUpdates":
            problems = [f"{call.method}: the rig does not simulate this method yet"]
        self.world.problems += problems
        if problems:
            raise bad_request(problems[0]) if spec.knows(call.method) else ApiError(404, "Not Found")
        messages = messages_in(call.method, call.params)
        if messages and call.chat_id is not None:
            self._count(call, call.chat_id, messages)

    def _count(self, call: Call, chat_id: int, messages: int) -> None:
        now = self.world.now()
        excesses = self.pace.excesses(call.bot.id, chat_id, messages, now)
        for excess in excesses:
            self.world.breaks(excess.rule, excess.detail, call)
        if excesses and self.is_strict:
            worst = max(excess.retry_after for excess in excesses)
            self._impose(call, worst)
            raise _too_many(worst)
        self.pace.count(call.bot.id, chat_id, messages, now)

    def _impose(self, call: Call, seconds: float) -> None:
        self.floods.impose(call.bot.id, _scope(call), seconds, self.world.now())

    async def _perform(self, request: web.Request, bot: FakeBot, call: Call) -> Any:
        if call.method == "getUpdates":
            return await self._get_updates(request, bot, call)
        result = HANDLERS[call.method](Context(self.world, bot, call))
        return await result if inspect.isawaitable(result) else result

    async def _get_updates(self, request: web.Request, bot: FakeBot, call: Call) -> list[Json]:
        if bot.webhook:
            raise ApiError(409, HOOK_IS_ACTIVE)
        params = call.params
        if bot.updates.has_poller():
            self.world.breaks("two-pollers", "getUpdates while another one is under way", call)
        if "allowed_updates" in params:
            bot.updates.allowed = frozenset(params["allowed_updates"])
        if offset := params.get("offset", 0):
            bot.updates.confirm(offset)
        return await bot.updates.poll(params.get("limit", 100), params.get("timeout", 0), lambda: _is_alive(request))

    async def _download(self, request: web.Request) -> web.StreamResponse:
        bot = self.world.bots.get(request.match_info["token"])
        file_id = request.match_info["name"].partition(".")[0]
        data = self.world.files.read(file_id, bot.id) if bot else None
        return web.Response(body=data) if data is not None else _refusal(ApiError(404, "Not Found"))


def _scope(call: Call) -> object:
    """What a 429 blocks: the messages of a chat, or else calls of the same method."""
    is_message = call.chat_id is not None and call.method.startswith(("send", "edit", "delete"))
    return call.chat_id if is_message else call.method


def _too_many(seconds: int) -> ApiError:
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def _fail(call: Call, error: ApiError) -> web.Response:
    call.error = error
    return _refusal(error)


def _refusal(error: ApiError) -> web.Response:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.code)


def _hang_up(request: web.Request) -> web.Response:
    """Break the connection; the response goes nowhere."""
    if request.transport:
        request.transport.abort()
    return web.Response()


def _is_alive(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()
