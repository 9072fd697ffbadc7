"""Where interactions are answered: within Discord's three seconds, in public or to one person alone."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import discord
import structlog

from bots.commands import CommandError
from bots.discord.messenger import DiscordMessenger
from bots.discord.place import Place, place_of
from bots.discord.whispers import Whispers
from bots.discord.words import Words
from bots.files import Files
from bots.messenger import Failed, Screen
from bots.replies import interactions, progress, refusals
from bots.replies.translator import Translator
from bots.settings import BotEntry
from bots.status import StatusBoard
from scheduler.client import Scheduler, User
from scheduler.errors import Refused, Unreachable
from scheduler.jobs.model import Accepted, JobRequest

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.8  # then "is thinking…" is shown; Discord waits 3 s for a sign
FETCHED_AT_ONCE = 4  # pictures of people, held in memory
REMEMBERED = 1_000  # interactions; after a reconnect Discord may announce one again


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """Nothing was asked of the workers; the words are those a button of the screen may ask for again."""

    screen: Screen
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Unheard:
    """The scheduler gave no answer to the request."""

    request: JobRequest


class Desk:
    """One for each bot; a cog reads what was asked, asks for it here, and the desk answers."""

    def __init__(
        self, bot: BotEntry, scheduler: Scheduler, messenger: DiscordMessenger, board: StatusBoard, files: Files
    ) -> None:
        self.bot = bot
        self.scheduler = scheduler
        self.messenger = messenger
        self.whispers = Whispers(messenger.calls)
        self.board = board
        self.files = files
        self.fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self.known: OrderedDict[int, None] = OrderedDict()
        self.at_work = 0
        self.idle = asyncio.Event()
        self.idle.set()

    def user(self, act: discord.Interaction) -> User:
        """The scheduler, as the person who acts sees it."""
        return self.scheduler.acting_for(ref(act.user.id), name=act.user.display_name, locale=str(act.locale))

    def key(self, act: discord.Interaction) -> str:
        return f"{self.bot.bot_id}:{act.id}"

    async def privately(self, act: discord.Interaction, work: Awaitable[Screen]) -> None:
        """Answer with the screen, or with why there is none, to the person alone."""
        with self.working():
            await self.whispered(act, work)

    async def paint(self, act: discord.Interaction, wanted: Awaitable[JobRequest | Screen]) -> None:
        """Submit what is wanted and open its status message, the interaction's answer; a screen is a refusal."""
        with self.working():
            await self.painted(act, wanted)

    def is_new(self, act: discord.Interaction) -> bool:
        """Whether the interaction was not announced before."""
        if act.id in self.known:
            return False
        self.known[act.id] = None
        while len(self.known) > REMEMBERED:
            self.known.popitem(last=False)
        return True

    async def whispered(self, act: discord.Interaction, work: Awaitable[Screen]) -> None:
        place = place_of(act)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(worded(work, translator(act)))
            if not (await asyncio.wait([asked], timeout=PATIENCE_SECONDS))[0]:
                place = await self.whispers.think(place, privately=True)
        await self.whispers.say(place, asked.result())

    async def painted(self, act: discord.Interaction, wanted: Awaitable[JobRequest | Screen]) -> None:
        place = place_of(act)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(self.submitted(act, place, wanted))
            if not (await asyncio.wait([asked], timeout=PATIENCE_SECONDS))[0]:
                place = await self.whispers.think(place)
        match asked.result():
            case Accepted() as accepted:
                await self.open(act, place, accepted)
            case TurnedDown(screen, words):
                await self.turn_down(act, place.model_copy(update={"words": words}), screen)
            case Unheard(request):
                await self.keep_asking(act, place, request)

    async def submitted(
        self, act: discord.Interaction, place: Place, wanted: Awaitable[JobRequest | Screen]
    ) -> "Accepted | TurnedDown | Unheard":
        tr = translator(act)
        try:
            request = await wanted
        except (CommandError, Refused, Unreachable) as error:
            return TurnedDown(refusals.worded(error, tr, datetime.now(UTC)))
        if isinstance(request, Screen):
            return TurnedDown(request)
        destination = self.board.destination(place.address())
        try:
            return await self.user(act).submit(request, key=self.key(act), destination=destination)
        except Refused as refused:
            screen = refusals.worded(refused, tr, datetime.now(UTC), helps=True)
            return TurnedDown(screen, Words.of(request))
        except Unreachable:
            return Unheard(request)

    async def open(self, act: discord.Interaction, place: Place, accepted: Accepted) -> None:
        """Show the status message at once; where that fails, the postman finds another way."""
        message = None
        if accepted.owned and not accepted.replayed:
            screen = progress.opening(accepted.job, translator(act), datetime.now(UTC))
            try:
                message = await self.messenger.send(place.address(), screen)
            except Failed as error:
                log.info("discord.opening_failed", job=str(accepted.job.id), error=str(error))
        await self.board.open(
            accepted,
            place.address(),
            user=ref(act.user.id),
            locale=str(act.locale),
            message=message,
            shown=message is not None,
        )

    async def turn_down(self, act: discord.Interaction, place: Place, screen: Screen) -> None:
        """Say it to the person alone; where everybody saw "is thinking…", that becomes a neutral line."""
        if not place.deferred:
            await self.whispers.say(place, screen)
            return
        await self.whispers.say(place, interactions.not_started(translator(act)))
        await self.whispers.add(place, screen)

    async def keep_asking(self, act: discord.Interaction, place: Place, request: JobRequest) -> None:
        place = place.model_copy(update={"words": Words.of(request)})
        await self.board.keep_asking(
            self.user(act),
            request,
            key=self.key(act),
            address=place.address(),
            ref=ref(act.user.id),
            locale=str(act.locale),
            helps=True,
        )

    @contextmanager
    def working(self) -> Iterator[None]:
        """`idle` is set while nothing is being answered."""
        self.at_work += 1
        self.idle.clear()
        try:
            yield
        finally:
            self.at_work -= 1
            if not self.at_work:
                self.idle.set()


def ref(user_id: int | str) -> str:
    return f"discord:{user_id}"


def translator(act: discord.Interaction) -> Translator:
    return Translator(str(act.locale), DiscordMessenger.platform)


async def worded(work: Awaitable[Screen], tr: Translator) -> Screen:
    """What the work gives, or the words for what it raised."""
    try:
        return await work
    except (CommandError, Refused, Unreachable) as error:
        return refusals.worded(error, tr, datetime.now(UTC))
