"""The REST server: reads a request, lets faults, limits and rules speak, and routes it to its handler."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web

from tests.rigs.discord import basics, calls, channels, commands, interactions, webhooks
from tests.rigs.discord.calls import PREFIX, Call
from tests.rigs.discord.errors import ApiError, invalid_form, no_such_route, unauthorized
from tests.rigs.discord.faults import Fault, Kind
from tests.rigs.discord.limits import Refusal
from tests.rigs.discord.model import Bot
from tests.rigs.discord.reply import Reply
from tests.rigs.discord.spec import answer_problems, find_operation, request_problems
from tests.rigs.discord.world import World

Handler = Callable[..., Reply]
BODY_BYTES = 64 * 2**20
AGENT = "DiscordBot ("
VIA = {"Via": "1.1 google"}
"""discord.py believes a 429 only with this header, which Cloudflare's own answers lack."""

AS_BOT: list[tuple[str, str, Handler]] = [
    ("GET", "/users/@me", basics.me),
    ("GET", "/users/@me/guilds", basics.my_guilds),
    ("POST", "/users/@me/channels", basics.open_direct),
    ("GET", "/applications/@me", basics.application),
    ("GET", "/oauth2/applications/@me", basics.application),
    ("GET", "/gateway", basics.gateway),
    ("GET", "/gateway/bot", basics.gateway_bot),
    ("GET", "/guilds/{guild_id}", basics.guild),
    ("GET", "/channels/{channel_id}", basics.channel),
    ("POST", "/channels/{channel_id}/messages", channels.send),
    ("GET", "/channels/{channel_id}/messages", channels.history),
    ("GET", "/channels/{channel_id}/messages/{message_id}", channels.read),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}", channels.edit),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}", channels.delete),
    ("POST", "/channels/{channel_id}/typing", channels.typing),
    ("GET", "/applications/{application_id}/commands", commands.read_all),
    ("PUT", "/applications/{application_id}/commands", commands.replace_all),
    ("POST", "/applications/{application_id}/commands", commands.add),
    ("GET", "/applications/{application_id}/commands/{command_id}", commands.read),
    ("PATCH", "/applications/{application_id}/commands/{command_id}", commands.edit),
    ("DELETE", "/applications/{application_id}/commands/{command_id}", commands.delete),
    ("GET", "/applications/{application_id}/guilds/{guild_id}/commands", commands.read_all),
    ("PUT", "/applications/{application_id}/guilds/{guild_id}/commands", commands.replace_all),
    ("POST", "/applications/{application_id}/guilds/{guild_id}/commands", commands.add),
]
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
BY_TOKEN: list[tuple[str, str, Handler]] = [
    ("POST", "/interactions/{interaction_id}/{interaction_token}/callback", interactions.answer),
    ("POST", WEBHOOK, webhooks.follow_up),
    ("GET", f"{WEBHOOK}/messages/@original", webhooks.read_original),
    ("PATCH", f"{WEBHOOK}/messages/@original", webhooks.edit_original),
    ("DELETE", f"{WEBHOOK}/messages/@original", webhooks.delete_original),
    ("GET", f"{WEBHOOK}/messages/{{message_id}}", webhooks.read),
    ("PATCH", f"{WEBHOOK}/messages/{{message_id}}", webhooks.edit),
    ("DELETE", f"{WEBHOOK}/messages/{{message_id}}", webhooks.delete),
]
"""Routes where a token in the path stands for the bot's own."""


class Server:
    """Answers as https://discord.com/api/v10 would."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.AbstractRouteDef]:
        table = [(*route, True) for route in AS_BOT] + [(*route, False) for route in BY_TOKEN]
        known = [web.route(verb, PREFIX + path, self._endpoint(call, bot)) for verb, path, call, bot in table]
        unknown = web.route("*", PREFIX + "/{rest:.*}", self._endpoint(nowhere, as_bot=False))
        return [*known, web.get("/attachments/{channel}/{file}/{name}", self._file), unknown]

    def _endpoint(self, handler: Handler, as_bot: bool) -> Callable[[web.Request], Any]:
        async def endpoint(request: web.Request) -> web.StreamResponse:
            call = calls.begin(request, self._world.clock.now())
            self._world.calls.append(call)
            try:
                await calls.read_body(request, call)
                reply = await self._answer(request, call, handler, as_bot)
            except ApiError as refused:
                reply = self._refuse(call, refused)
            call.status = reply.status
            self._world.changes.happened()
            return reply

        return endpoint

    async def _answer(self, request: web.Request, call: Call, handler: Handler, as_bot: bool) -> web.Response:
        bot = self._world.bot_by(lambda one: one.token == call.token) if as_bot else self._bot_of(request)
        if as_bot and bot is None:
            raise unauthorized()
        call.bot = bot.name if bot else None
        if as_bot and not request.headers.get("User-Agent", "").startswith(AGENT):
            self._world.broke_rule(call, f"the User-Agent must begin with {AGENT!r}")
        fault = self._world.faults.due(call.line)
        if fault is not None and fault.kind is Kind.DELAY:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind is Kind.DROP_BEFORE:
            return self._hang_up(request)
        if refused := self._world.limits.take(self._key(call), call.line, self._world.clock.now()):
            return self._slow_down(call, refused)
        if fault is not None and fault.kind in (Kind.RATE_LIMIT, Kind.ERROR):
            return self._fail(call, fault)
        self._judge(call)
        reply = handler(self._world, call, *([bot] if as_bot else []), **request.match_info)
        self._check_own(call, reply)
        if fault is not None and fault.kind is Kind.DROP_AFTER:
            self._world.dropped_replies += 1
            return self._hang_up(request)
        return self._respond(call, reply.status, reply.body)

    def _bot_of(self, request: web.Request) -> Bot | None:
        """Find the bot behind an interaction's path."""
        if act := self._world.interactions.get(request.match_info.get("interaction_id", "")):
            return act.bot
        return self._world.bot_by(lambda one: one.id == request.match_info.get("webhook_id"))

    def _judge(self, call: Call) -> None:
        """Hold the request against the official description."""
        found = request_problems(call.method, call.path, call.query, call.body)
        self._world.problems += [f"{call.line} {problem.where}: {problem.what}" for problem in found]
        if find_operation(call.method, call.path) is None:
            raise no_such_route()
        if found:
            raise invalid_form({problem.where: problem.what for problem in found})

    def _check_own(self, call: Call, reply: Reply) -> None:
        """Hold the rig's answer against the official description: a fake that lies proves nothing."""
        body = json.loads(json.dumps(reply.body))
        for problem in answer_problems(call.method, call.path, reply.status, body):
            self._world.own_problems.append(f"{call.line} {problem.where}: {problem.what}")

    def _slow_down(self, call: Call, refused: Refusal) -> web.Response:
        if refused.disobedient:
            self._world.broke_rule(call, f"called {refused.retry_after:.2f} s before retry_after had passed")
        scope = "global" if refused.everywhere else "user"
        return self._too_many(call, refused.retry_after, scope)

    def _fail(self, call: Call, fault: Fault) -> web.Response:
        if fault.kind is Kind.ERROR:
            call.status = fault.status
            return web.Response(status=fault.status, text="<html>Bad Gateway</html>", content_type="text/html")
        until = self._world.clock.now() + fault.seconds
        if fault.via:
            self._world.limits.close(self._key(call), call.line, until, everywhere=fault.everywhere)
        else:
            self._world.limits.shut(until)
            self._count_invalid()
            headers = {"Retry-After": f"{fault.seconds:.0f}"}
            return web.Response(status=429, text="<html>1015</html>", content_type="text/html", headers=headers)
        return self._too_many(call, fault.seconds, "global" if fault.everywhere else "user")

    def _too_many(self, call: Call, retry_after: float, scope: str) -> web.Response:
        self._count_invalid()
        body = {
            "message": "You are being rate limited.",
            "retry_after": round(retry_after, 3),
            "global": scope == "global",
        }
        headers = {"Retry-After": f"{retry_after:.3f}", "X-RateLimit-Scope": scope, "X-RateLimit-Remaining": "0"}
        return self._respond(call, 429, body, headers | ({"X-RateLimit-Global": "true"} if scope == "global" else {}))

    def _refuse(self, call: Call, refused: ApiError) -> web.Response:
        call.code = refused.code
        if refused.status in (401, 403):
            self._count_invalid()
        return self._respond(call, refused.status, refused.body())

    def _count_invalid(self) -> None:
        if self._world.limits.count_invalid(self._world.clock.now()):
            self._world.rule_breaks.append("10,000 invalid requests in 10 minutes: the address is banned")

    def _respond(self, call: Call, status: int, body: Any, more: dict[str, str] | None = None) -> web.Response:
        limits = self._world.limits.headers(self._key(call), call.line, self._world.clock.now())
        headers = {**VIA, **limits, **(more or {})}
        if body is None:
            return web.Response(status=status, headers=headers)
        # discord.py reads JSON only when the type is exactly this, without a charset.
        return web.Response(
            status=status, headers={**headers, "Content-Type": "application/json"}, body=json.dumps(body).encode()
        )

    def _hang_up(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=499)

    async def _file(self, request: web.Request) -> web.Response:
        file = self._world.files.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(body=file.data, content_type=file.content_type)

    @staticmethod
    def _key(call: Call) -> str:
        return call.bot or "nobody"


def nowhere(world: World, call: Call, rest: str) -> Reply:
    raise no_such_route()


async def listen(world: World, routes: list[web.AbstractRouteDef]) -> web.AppRunner:
    """Serve on a free port of the loopback and tell the world where."""
    application = web.Application(client_max_size=BODY_BYTES)
    application.add_routes(routes)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    logging.getLogger("aiohttp.server").setLevel(logging.ERROR)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    world.origin = f"http://127.0.0.1:{port}"
    world.gateway_url = f"ws://127.0.0.1:{port}/gateway"
    return runner
