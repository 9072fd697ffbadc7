"""Everything of a round, wired: servers, proxies, processes, the two platforms, and the people on them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import asyncpg

from scheduler import database
from scheduler.standalone.machine import free_port
from tests.faults.api_people import ApiPeople
from tests.faults.doors import Doors
from tests.faults.people import Somebody, populace
from tests.faults.processes import Member
from tests.faults.proxy import Port, Reach, Wire, tcp, unix
from tests.faults.record import prepare
from tests.faults.servers import Servers, own_servers
from tests.rigs.discord import Bot, FakeDiscord
from tests.rigs.discord import Person as Member_
from tests.rigs.telegram import FakeBot, FakeTelegram, Person
from tests.system.stack import SERVICE_KEY

SCHEDULERS = ("scheduler-1", "scheduler-2")
WORKERS = ("worker-1", "worker-2", "worker-3", "worker-4")
BOTS = ("telegram", "discord")
CLIENT = "client"
LEASE_SECONDS = 6.0  # three beats
CLAIM_SECONDS = 8.0
PEOPLE_IN_A_CHANNEL = 5
EXIT_LOOK_SECONDS = 0.2
READY_SECONDS = 150.0  # a machine that has other work takes its time


Place = tuple[str, str, str]  # bot, chat, message


@dataclass(slots=True)
class Outage:
    """`running`: the attempts in the hands of workers that lived; job -> how many of its attempts were lost before."""

    why: str
    since: datetime
    running: dict[str, int]
    until: datetime | None = None


@dataclass(slots=True)
class Town:
    """`wires` are named "process>server". `by_themselves`: processes that ended although nobody had ended them."""

    folder: Path
    servers: Servers
    db: asyncpg.Pool
    telegram: FakeTelegram
    telegram_bot: FakeBot
    discord: FakeDiscord
    discord_bot: Bot
    people: list[Somebody]
    doors: Doors
    api: ApiPeople = field(default_factory=ApiPeople)
    members: dict[str, Member] = field(default_factory=dict)
    wires: dict[str, Wire] = field(default_factory=dict)
    ports: list[Port] = field(default_factory=list)
    telegram_people: dict[int, Person] = field(default_factory=dict)
    discord_people: dict[int, Member_] = field(default_factory=dict)
    by_themselves: list[str] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    written: set[tuple[int, int]] = field(default_factory=set)  # chat, message: what people asked the Telegram bot
    forgotten: set[tuple[int, int]] = field(
        default_factory=set
    )  # of these, refusals that a killed bot still had to say
    deleted: set[Place] = field(default_factory=set)  # what people deleted
    interrupted: set[Place] = field(default_factory=set)  # sent by a bot that was ended before it could store that

    @property
    def store(self) -> Path:
        return self.folder / "store"

    async def port(self, process: str, servers: Mapping[str, Wire]) -> int:
        """A port for the process on which one of the servers answers."""
        self.wires |= {wire.name: wire for wire in servers.values()}
        if len(servers) == 1:
            only = next(iter(servers.values()))
            port = Port(lambda: only)
        else:
            port = Port(partial(self.doors.choose, servers))
        await port.open()
        self.ports.append(port)
        return port.number

    async def wire(self, process: str, server: str, reach: Reach) -> int:
        return await self.port(process, {server: Wire(f"{process}>{server}", reach)})

    async def redis_url(self, process: str) -> str:
        return f"redis://127.0.0.1:{await self.wire(process, 'redis', unix(str(self.servers.valkey.socket)))}"

    async def database_url(self, process: str) -> str:
        port = await self.wire(process, "postgres", unix(str(self.servers.postgres.socket)))
        return f"postgresql://tessera@127.0.0.1:{port}/{self.servers.database}?sslmode=disable"

    async def api_url(self, process: str) -> str:
        wires = {name: Wire(f"{process}>{name}", tcp(port)) for name, port in self.doors.ports.items()}
        return f"http://127.0.0.1:{await self.port(process, wires)}"

    def add(self, name: str, *arguments: str, takes_input: bool = False, **settings: str) -> Member:
        shared = {
            "TESSERA_SERVICE_KEY": SERVICE_KEY,
            "TESSERA_STORE_URL": self.store.as_uri(),
            "TESSERA_LOG_FORMAT": "json",
            "TESSERA_LEASE_SECONDS": str(LEASE_SECONDS),
            "TESSERA_CLAIM_SECONDS": str(CLAIM_SECONDS),
        }
        member = Member(name, arguments, shared | settings, self.folder, takes_input)
        self.members[name] = member
        return member

    async def settle_in(self) -> None:
        """Members with their wires; nothing runs yet."""
        for name in SCHEDULERS:
            self.add(
                name,
                "scheduler",
                TESSERA_PORT=str(self.doors.ports[name]),
                TESSERA_DATABASE_URL=await self.database_url(name),
                TESSERA_REDIS_URL=await self.redis_url(name),
            )
        for name in WORKERS:
            self.add(
                name,
                "workers",
                TESSERA_WORKER_NAME=name,
                TESSERA_WORKER_ENGINES="instant",
                TESSERA_WORKER_SCRATCH=str(self.folder / "scratch"),  # and the outcomes that were not acknowledged
                TESSERA_REDIS_URL=await self.redis_url(name),
            )
        bot_api = await self.wire("telegram", "platform", tcp(self.telegram.port))
        self.add(
            "telegram",
            "bots",
            "telegram",
            TESSERA_TELEGRAM_TOKEN=self.telegram_bot.token,
            TESSERA_TELEGRAM_API_BASE=f"http://127.0.0.1:{bot_api}",
            TESSERA_API_URL=await self.api_url("telegram"),
        )
        origin = self.discord.api_base.removeprefix("http://127.0.0.1:")
        number, _, path = origin.partition("/")
        rest = await self.wire("discord", "platform", tcp(int(number)))
        gateway = await self.wire("discord", "gateway", tcp(int(number)))
        self.add(
            "discord",
            "bots",
            "discord",
            TESSERA_DISCORD_TOKEN=self.discord_bot.token,
            TESSERA_DISCORD_API_BASE=f"http://127.0.0.1:{rest}/{path}",
            TESSERA_DISCORD_GATEWAY_URL=f"ws://127.0.0.1:{gateway}/gateway",
            TESSERA_API_URL=await self.api_url("discord"),
        )
        self.add(CLIENT, "tests.faults.client", takes_input=True, TESSERA_API_URL=await self.api_url(CLIENT))
        for name in BOTS:
            self.wires[f"{name}>platform"].on_lost = self.forget_who_was_told
        self.move_in()

    def move_in(self) -> None:
        """The people, where they stand."""
        guild = self.discord.guild("Studio")
        channel = guild.channels[0]
        for place, somebody in enumerate(s for s in self.people if s.where == "discord"):
            if place % PEOPLE_IN_A_CHANNEL == 0:
                channel = self.discord.channel(guild, f"studio-{place}")
            self.discord_people[somebody.number] = self.discord.person(somebody.name, channel=channel)
        for somebody in self.people:
            if somebody.where == "telegram":
                self.telegram_people[somebody.number] = self.telegram.person(somebody.name)

    def ref(self, somebody: Somebody) -> tuple[str, str]:
        """Platform and id there."""
        match somebody.where:
            case "telegram":
                return "telegram", str(self.telegram_people[somebody.number].user.id)
            case "discord":
                return "discord", self.discord_people[somebody.number].id
            case _:
                return "web", somebody.name

    def forget_who_was_told(self) -> None:
        """A bot was killed, or did not read a reply: it cannot know what the platforms told it."""
        self.telegram.forgets_who_was_told(self.telegram_bot)
        self.discord.forget_who_was_told()

    async def open(self) -> None:
        """Start all, and wait until people can be served."""
        for member in self.members.values():
            await member.start()
        async with asyncio.timeout(READY_SECONDS):
            while not (len(self.doors.ready) == len(SCHEDULERS) and await self.workers_heard() == len(WORKERS)):
                await asyncio.sleep(0.1)
            await self.telegram_bot.listens(READY_SECONDS)
            await self.discord.online(self.discord_bot, "imagine", timeout=READY_SECONDS)

    async def workers_heard(self) -> int:
        count: int = await self.db.fetchval("select count(*) from workers where state = 'ready'")
        return count

    async def watch_exits(self) -> None:
        """A process that ends although nobody ended it is noted, and started again so that the round goes on."""
        while True:
            for member in self.members.values():
                if member.ended_by_itself and member.process:
                    self.by_themselves.append(f"{member.name}: exit code {member.process.returncode}")
                    await member.start()
            await asyncio.sleep(EXIT_LOOK_SECONDS)

    async def close(self) -> None:
        for wire in self.wires.values():
            wire.heal()
        await asyncio.gather(*(member.stop() for member in self.members.values()))
        for wire in self.wires.values():
            wire.cut()
        for port in self.ports:
            await port.close()


@asynccontextmanager
async def open_town(folder: Path, seed: str) -> AsyncIterator[Town]:
    """A town whose people can be served."""
    async with AsyncExitStack() as stack:
        servers = await stack.enter_async_context(own_servers())
        db = await asyncpg.create_pool(servers.url, min_size=0, max_size=4, init=database.prepare)
        stack.callback(db.terminate)
        telegram = await stack.enter_async_context(FakeTelegram())
        discord = await stack.enter_async_context(FakeDiscord())
        doors = Doors({name: free_port() for name in SCHEDULERS})
        people = populace(seed)
        town = Town(folder, servers, db, telegram, telegram.new_bot(), discord, discord.new_bot(), people, doors)
        await town.settle_in()
        await prepare(town.db, [(*town.ref(somebody), somebody) for somebody in people])
        stack.push_async_callback(town.close)
        async with asyncio.TaskGroup() as group:
            endless = [doors.watch(), town.api.listen(town.members[CLIENT]), town.watch_exits()]
            tasks = [group.create_task(work) for work in endless]
            try:
                await town.open()
                yield town
            finally:
                for task in tasks:
                    task.cancel()
