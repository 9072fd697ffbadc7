"""Each result is in its chat exactly once, the status message shows the end, and no rule of a platform was broken."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.acting import Doings
from tests.faults.checks.jobs import lines
from tests.faults.checks.model import Check, Key
from tests.faults.checks.sheets import Sheet, all_sheets
from tests.faults.town import Place, Town

TELLING_SECONDS = 20.0  # a half-open connection to a scheduler may hold up for so long what a bot has to tell it

DELIVERIES = """
    select d.job_id, d.bot_id, d.state, d.message, d.address, d.last_error, j.status
      from deliveries d join jobs j on j.id = d.job_id where d.bot_id in ('telegram', 'discord')
"""


async def posted_twice(doings: Doings) -> Sequence[str]:
    """Messages that ever showed the end of the same job, whatever they show now."""
    counts = Counter(job for sheet in all_sheets(doings.town).values() for job in sheet.results)
    return [f"{job}: {times} messages" for job, times in counts.items() if times > 1]


async def not_posted(doings: Doings) -> Sequence[str]:
    """Deliveries that are neither posted nor uncertain; a dead letter only where the person did delete the message."""
    return [
        f"{row['job_id']} {row['state']} {row['last_error']}"
        for row in await doings.town.db.fetch(DELIVERIES)
        if row["state"] in ("waiting", "due") or (row["state"] == "dead" and not was_deleted(doings.town, row))
    ]


def was_deleted(town: Town, row: Any) -> bool:
    """Whether the bot says that the message is gone, and somebody deleted it."""
    return row["last_error"] == "message deleted" and place_of(row) in town.deleted


async def not_delivered(doings: Doings) -> Sequence[str]:
    """Jobs of the bots' people whose result nobody was to post."""
    return await lines(
        doings.town,
        """
        select id, bot_id, status from jobs j
         where bot_id in ('telegram', 'discord') and not exists (select from deliveries d where d.job_id = j.id)
        """,
    )


async def not_shown(doings: Doings) -> Sequence[str]:
    """Posted, and the message does not show it: lost, or overwritten by a stale edit."""
    town, found = doings.town, []
    sheets = all_sheets(town)
    for row in await town.db.fetch(DELIVERIES):
        place = place_of(row)
        if row["state"] != "posted" or place in town.deleted:
            continue
        sheet = sheets.get(place) if place else None
        if sheet is None or not shows_the_end(sheet, row):
            found.append(
                f"{row['job_id']} {row['status']} {row['bot_id']} {sheet.looks[-1] if sheet else 'no message'}"
            )
    return found


def shows_the_end(sheet: Sheet, row: Any) -> bool:
    look = sheet.looks[-1]
    if row["status"] == "COMPLETED":
        return look.result_of == row["job_id"] and look.has_picture
    return not look.is_open and look.result_of in (row["job_id"], None)


async def unstored(town: Town) -> dict[Place, Sheet]:
    """Status messages of which the scheduler does not know."""
    kept = {place_of(row) for row in await town.db.fetch(DELIVERIES)}
    return {place: sheet for place, sheet in all_sheets(town).items() if sheet.is_status and place not in kept}


async def in_flight(town: Town, bot: str, lived_seconds: float) -> set[Place]:
    """What a bot that has just been ended after so long had sent, and not yet told the scheduler of: the newest message
    of a job of which the scheduler knows none, or one that was deleted. Older ones it had the time to tell of."""
    rows = await town.db.fetch(DELIVERIES)
    told_of = {row["job_id"] for row in rows if row["message"] and place_of(row) not in town.deleted}
    sent_lately = min(lived_seconds, TELLING_SECONDS)
    newest: dict[object, Sheet] = {}
    for place, sheet in (await unstored(town)).items():
        if place[0] == bot and sheet.age_seconds <= sent_lately and sheet.job not in told_of:
            key = sheet.job or place
            newest[key] = min(newest.get(key, sheet), sheet, key=lambda each: each.age_seconds)
    return {sheet.place for sheet in newest.values()}


async def uncertain(town: Town) -> list[str]:
    """Status messages that nobody keeps: sent, and the answer lost; and results whose sending was left open."""
    left = [f"{place} {sheet.looks[-1]}" for place, sheet in (await unstored(town)).items()]
    rows = await town.db.fetch("select job_id::text from deliveries where state = 'uncertain'")
    return left + [row["job_id"] for row in rows]


async def more_uncertain_than_lost(doings: Doings) -> Sequence[str]:
    sends, replies = await uncertain(doings.town), dropped_replies(doings.town)
    return [f"{len(sends)} uncertain sends, {replies} dropped replies", *sends] if len(sends) > replies else []


async def broken_rules(doings: Doings) -> Sequence[str]:
    """What the bots did against the platforms' descriptions and rules."""
    telegram, discord = doings.town.telegram, doings.town.discord
    return [
        *telegram.problems,
        *(f"{each.rule}: {each.detail} by {each.call!r}" for each in telegram.rule_breaks),
        *discord.problems,
        *discord.rule_breaks,
    ]


def place_of(row: Any) -> Place | None:
    """Where the status message of a delivery stands."""
    message: dict[str, Any] | None = row["message"]
    if message is None:
        return None
    chat = message["channel_id"] if row["bot_id"] == "discord" else row["address"]["chat_id"]
    return row["bot_id"], str(chat), str(message["message_id"])


def dropped_replies(town: Town) -> int:
    """Replies of the platforms that no bot could use: dropped on order, by a proxy, or on their way to a process that
    was killed or frozen, where a reply is under way until what it said is stored. Requests that were dropped before
    they had an effect are none."""
    lost = sum(wire.lost_replies for name, wire in town.wires.items() if name.endswith(">platform"))
    without_effect = sum(call.error is not None and call.error.code == 0 for call in town.telegram.calls)
    cut = sum(call.status == 499 for call in town.discord.calls) - town.discord.dropped_replies
    return lost - without_effect - cut + len(town.interrupted)


CHECKS = [
    Check(Key.DOUBLE_POSTED, "results that were posted twice", posted_twice),
    Check(Key.LOST, "deliveries that were not posted", not_posted),
    Check(Key.LOST, "jobs without a delivery", not_delivered),
    Check(Key.LOST, "posted, and not to be seen", not_shown),
    Check(Key.RULE_BREAKS, "rules of the platforms", broken_rules),
    Check(Key.RULE_BREAKS, "more uncertain sends than lost replies", more_uncertain_than_lost),
]
