"""The gateway: one websocket a session, with heartbeats, resuming, and orders to go wrong."""

import asyncio
import json
import secrets
import zlib
from typing import Any

from aiohttp import WSMsgType, web

from tests.rigs.discord import guilds, payloads
from tests.rigs.discord.model import Bot
from tests.rigs.discord.sessions import PAYLOADS, PAYLOADS_SECONDS, Close, Connection, Op, Session
from tests.rigs.discord.world import World

Json = dict[str, Any]
CLIENT_PAYLOAD_BYTES = 4096
GUILD_MESSAGES, DIRECT_MESSAGES, MESSAGE_CONTENT = 1 << 9, 1 << 12, 1 << 15


class Gateway:
    """All sessions of all bots; tests use the methods from `drop` on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._connections: set[Connection] = set()
        self.sessions: dict[str, Session] = {}
        self.heartbeat_seconds = 41.25
        self.is_shut = False
        self.log: list[str] = []
        """What clients did, in order: IDENTIFY and RESUME."""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.is_shut:
            return web.Response(status=503)
        socket = web.WebSocketResponse(max_msg_size=CLIENT_PAYLOAD_BYTES)
        await socket.prepare(request)
        connection = Connection(socket, request)
        self._connections.add(connection)
        connection.push(Op.HELLO, {"heartbeat_interval": round(self.heartbeat_seconds * 1000)})
        writer = asyncio.create_task(self._write(connection))
        try:
            await self._read(connection)
        finally:
            writer.cancel()
            self._connections.discard(connection)
            if connection.session is not None and connection.session.connection is connection:
                connection.session.connection = None
            self._world.changes.happened()
        return socket

    def dispatch(self, bot: Bot, event: str, data: Json) -> None:
        """Tell each process of the bot."""
        for session in self.sessions.values():
            if session.bot is bot and (told := _as_intended(session, event, data)) is not None:
                self._tell(session, event, told)

    def online(self, bot: Bot) -> bool:
        """Whether a process of the bot is connected and identified."""
        return any(session.bot is bot and session.connection for session in self.sessions.values())

    def drop(self, bot: Bot | None = None) -> None:
        """Cut the websockets; clients are expected to RESUME."""
        for connection in self._of(bot):
            connection.abort()

    def shut(self) -> None:
        """Cut the websockets and let nobody in until open()."""
        self.is_shut = True
        self.drop()

    def open(self) -> None:
        self.is_shut = False

    def ask_to_reconnect(self, bot: Bot | None = None) -> None:
        """Send RECONNECT."""
        for connection in self._of(bot):
            connection.push(Op.RECONNECT)

    def invalidate(self, bot: Bot | None = None, *, resumable: bool = False) -> None:
        """Send INVALID_SESSION; unless resumable, the sessions are forgotten."""
        for connection in self._of(bot):
            if connection.session is not None and not resumable:
                self.sessions.pop(connection.session.id, None)
            connection.push(Op.INVALID_SESSION, resumable)

    def _of(self, bot: Bot | None) -> list[Connection]:
        return [c for c in self._connections if bot is None or (c.session is not None and c.session.bot is bot)]

    def _tell(self, session: Session, event: str, data: Json) -> None:
        session.events.append((event, data))
        if session.connection is not None:
            session.connection.push(Op.DISPATCH, data, event, len(session.events))

    async def _write(self, connection: Connection) -> None:
        squeeze = zlib.compressobj() if connection.request.query.get("compress") == "zlib-stream" else None
        while True:
            text = json.dumps(await connection.outbox.get())
            try:
                if squeeze is None:
                    await connection.socket.send_str(text)
                else:
                    await connection.socket.send_bytes(
                        squeeze.compress(text.encode()) + squeeze.flush(zlib.Z_SYNC_FLUSH)
                    )
            except ConnectionError:
                return

    async def _read(self, connection: Connection) -> None:
        while True:
            try:
                frame = await connection.socket.receive(timeout=self.heartbeat_seconds * 2)
            except TimeoutError:
                await connection.socket.close(code=Close.SESSION_TIMED_OUT)
                return
            if frame.type is not WSMsgType.TEXT:
                return
            close = self._too_many(connection) or self._understand(connection, frame.data)
            if close is not None:
                self._world.rule_breaks.append(f"GATEWAY closed with {close} {close.name}")
                await connection.socket.close(code=close)
                return

    def _too_many(self, connection: Connection) -> Close | None:
        recent = connection.received
        recent.append(self._world.clock.now())
        return Close.RATE_LIMITED if len(recent) > PAYLOADS and recent[-1] - recent[0] < PAYLOADS_SECONDS else None

    def _understand(self, connection: Connection, text: str) -> Close | None:
        try:
            payload = json.loads(text)
            return self._take(connection, int(payload["op"]), payload.get("d"))
        except (ValueError, KeyError, TypeError):
            return Close.DECODE_ERROR

    def _take(self, connection: Connection, op: int, data: Any) -> Close | None:
        """Handle one payload of a client; return why to hang up, or None."""
        match op:
            case Op.HEARTBEAT:
                connection.push(Op.ACK)
            case Op.IDENTIFY:
                return self._identify(connection, data)
            case Op.RESUME:
                self._resume(connection, data)
            case 3 | 4 | 8:  # presence, voice state, request members: allowed, of no consequence here
                return None if connection.session else Close.NOT_AUTHENTICATED
            case _:
                return Close.UNKNOWN_OPCODE
        return None

    def _identify(self, connection: Connection, data: Json) -> Close | None:
        if connection.session is not None:
            return Close.ALREADY_AUTHENTICATED
        bot = self._world.bot_by(lambda one: one.token == data["token"])
        if bot is None:
            return Close.AUTHENTICATION_FAILED
        session = Session(secrets.token_hex(16), bot, int(data["intents"]), connection=connection)
        self.sessions[session.id] = session
        connection.session = session
        bot.identified += 1
        self.log.append("IDENTIFY")
        self._welcome(session)
        return None

    def _welcome(self, session: Session) -> None:
        bot = session.bot
        joined = [guild for guild in self._world.guilds.values() if bot in guild.bots]
        ready = {
            "v": 10,
            "user": payloads.user(bot.user),
            "guilds": [{"id": guild.id, "unavailable": True} for guild in joined],
            "session_id": session.id,
            "resume_gateway_url": self._world.gateway_url,
            "application": {"id": bot.id, "flags": 0},
            "shard": [0, 1],
        }
        self._tell(session, "READY", ready)
        for guild in joined:
            self._tell(session, "GUILD_CREATE", guilds.guild_create(guild))
        self._world.changes.happened()

    def _resume(self, connection: Connection, data: Json) -> None:
        self.log.append("RESUME")
        session = self.sessions.get(data["session_id"])
        if session is None or session.bot.token != data["token"] or data["seq"] > len(session.events):
            connection.push(Op.INVALID_SESSION, data=False)
            return
        connection.session, session.connection = session, connection
        for number, (event, told) in enumerate(session.events, start=1):
            if number > data["seq"]:
                connection.push(Op.DISPATCH, told, event, number)
        self._tell(session, "RESUMED", {})
        self._world.changes.happened()


def _as_intended(session: Session, event: str, data: Json) -> Json | None:
    """Cut an event to what the session's intents let it see; None keeps it away."""
    if not event.startswith("MESSAGE_"):
        return data
    if not session.intents & (GUILD_MESSAGES if "guild_id" in data else DIRECT_MESSAGES):
        return None
    own = data.get("author", {}).get("id") == session.bot.id
    mentioned = f"<@{session.bot.id}>" in data.get("content", "")
    if session.intents & MESSAGE_CONTENT or own or mentioned or "guild_id" not in data:
        return data
    return {**data, "content": "", "embeds": [], "components": [], "attachments": []}
