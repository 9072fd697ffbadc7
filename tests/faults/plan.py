"""Which faults strike when: the same plan for the same seed. Pure."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.faults.blows import outages, platforms, processes, servers, wires
from tests.faults.blows.model import Fault
from tests.faults.town import BOTS, CLIENT, LEASE_SECONDS, SCHEDULERS, WORKERS

MEMBERS = (*SCHEDULERS, *WORKERS, *BOTS, CLIENT)
TROUBLES: Sequence[platforms.Trouble] = ("429", "502", "request lost", "reply lost", "late")
ORDERS: Sequence[platforms.Order] = ("drop", "reconnect", "invalidate", "resume")
CLOCKS = (-86_400.0, -3_600.0, -5.0, 5.0, 3_600.0, 86_400.0)
BETWEEN = (
    *(f"{name}>{server}" for name in SCHEDULERS for server in ("postgres", "redis")),
    *(f"{name}>redis" for name in WORKERS),
    *(f"{name}>{scheduler}" for name in (*BOTS, CLIENT) for scheduler in SCHEDULERS),
    *(f"{name}>platform" for name in BOTS),
    "discord>gateway",
)


@dataclass(frozen=True, slots=True)
class Blow:
    """Strike `after` seconds after the blow before began; heal `lasting` seconds later."""

    number: int
    after: float
    lasting: float
    fault: Fault


def plan(seed: str, faults: int, spacing: float, outage_every: int, longest_wait: int) -> list[Blow]:
    """`spacing`: seconds between two blows on average; `longest_wait`: of a 429 and of a half-open connection, in
    seconds. The first outage comes in the middle of the first `outage_every` blows."""
    chance = random.Random(f"{seed}:faults")
    return [
        outage(chance, number, spacing)
        if number % outage_every == outage_every // 2
        else blow(chance, number, spacing, longest_wait)
        for number in range(faults)
    ]


def outage(chance: random.Random, number: int, spacing: float) -> Blow:
    kinds: list[Fault] = [outages.RedisAway(False), outages.RedisAway(True), outages.SchedulersAway()]
    return Blow(number, chance.uniform(0, 2 * spacing), LEASE_SECONDS + 1.5, chance.choice(kinds))


def blow(chance: random.Random, number: int, spacing: float, longest_wait: int) -> Blow:
    """One fault of one kind; each kind is as likely as its number says."""
    makers = [make for times, make in KINDS for _ in range(times)]
    fault, lasting = chance.choice(makers)(chance, longest_wait)
    return Blow(number, chance.uniform(0, 2 * spacing), lasting, fault)


Made = tuple[Fault, float]
Make = Callable[[random.Random, int], Made]


def killed(chance: random.Random, _: int) -> Made:
    return processes.Killed(chance.choice(MEMBERS)), chance.uniform(0.1, 1.5)


def told_to_stop(chance: random.Random, _: int) -> Made:
    return processes.ToldToStop(chance.choice(MEMBERS)), chance.uniform(0.1, 1.0)


def frozen(chance: random.Random, _: int) -> Made:
    return processes.Frozen(chance.choice(MEMBERS)), chance.uniform(0.5, 4.0)


def late(chance: random.Random, _: int) -> Made:
    return processes.Frozen(chance.choice(WORKERS)), LEASE_SECONDS + chance.uniform(1.0, 3.0)


def clock(chance: random.Random, _: int) -> Made:
    return processes.ClockJumped(chance.choice(MEMBERS), chance.choice(CLOCKS)), chance.uniform(1.0, 6.0)


def disk(chance: random.Random, _: int) -> Made:
    size_bytes = chance.choice(processes.FULL_DISK_BYTES)
    return processes.DiskFull(chance.choice((*WORKERS, *SCHEDULERS)), size_bytes), chance.uniform(0.5, 2.0)


def postgres(chance: random.Random, _: int) -> Made:
    kinds: list[Fault] = [servers.PostgresKilled(), servers.PostgresRestarted()]
    return chance.choice(kinds), chance.uniform(0.1, 1.5)


def redis(chance: random.Random, _: int) -> Made:
    kinds: list[Fault] = [servers.RedisFlushed(), servers.RedisKilled(), servers.SaidAgain()]
    return chance.choice(kinds), chance.uniform(0.1, 1.5)


def slow(chance: random.Random, _: int) -> Made:
    return wires.Slow(chance.choice(BETWEEN), chance.uniform(0.02, 0.4)), chance.uniform(1.0, 4.0)


def cut(chance: random.Random, _: int) -> Made:
    return wires.Cut(chance.choice(BETWEEN)), chance.uniform(0.0, 2.0)


def half_open(chance: random.Random, longest_wait: int) -> Made:
    """Mostly short; now and then longer than any time-out."""
    lasting = chance.uniform(0.5, 4.0) if chance.random() < 0.8 else chance.uniform(4.0, max(4.0, longest_wait))
    return wires.HalfOpen(chance.choice(BETWEEN)), lasting


def deaf(chance: random.Random, _: int) -> Made:
    return wires.RepliesDropped(chance.choice(BETWEEN)), chance.uniform(0.2, 2.0)


def telegram(chance: random.Random, longest_wait: int) -> Made:
    trouble = chance.choice(TROUBLES)
    seconds = chance.randint(1, longest_wait if trouble == "429" else 2)
    return platforms.TelegramTroubled(trouble, chance.randint(1, 3), seconds), 2.0


def discord(chance: random.Random, longest_wait: int) -> Made:
    trouble = chance.choice(TROUBLES)
    seconds = chance.randint(1, longest_wait if trouble == "429" else 2)
    return platforms.DiscordTroubled(trouble, chance.randint(1, 3), seconds), 2.0


def repeats(chance: random.Random, _: int) -> Made:
    times = chance.randint(1, 5)
    kinds: list[Fault] = [
        platforms.TelegramRepeats(times),
        platforms.TelegramDisordered(times),
        platforms.DiscordRepeats(times),
    ]
    return chance.choice(kinds), 2.0


def gateway(chance: random.Random, _: int) -> Made:
    return platforms.GatewayTroubled(chance.choice(ORDERS)), 0.5


KINDS: Sequence[tuple[int, Make]] = (
    (6, killed),
    (2, told_to_stop),
    (4, frozen),
    (2, late),
    (2, clock),
    (2, disk),
    (2, postgres),
    (3, redis),
    (2, slow),
    (3, cut),
    (3, half_open),
    (3, deaf),
    (3, telegram),
    (3, discord),
    (2, repeats),
    (1, gateway),
)


def in_words(blows: Sequence[Blow]) -> Iterator[str]:
    for one in blows:
        yield f"{one.number:4} +{one.after:.1f} s, for {one.lasting:.1f} s: {one.fault}"
