"""Each result is in its chat exactly once, the status message shows the end, and no rule of a platform was broken."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tests.faults.acting import Doings
from tests.faults.checks.model import Check, Key
from tests.faults.checks.sheets import Sheet, all_sheets
from tests.faults.town import Place, Town

DELIVERIES = """
    select d.job_id, d.bot_id, d.state, d.message, d.address, d.last_error, j.status
      from deliveries d join jobs j on j.id = d.job_id where d.bot_id in ('telegram', 'discord')
"""


async def posted_twice(doings: Doings) -> Sequence[str]:
    """Messages that ever showed the end of the same job, whatever they show now."""
    counts = Counter(job for sheet in all_sheets(doings.town).values() for job in sheet.results)
    return [f"{job}: {times} messages" for job, times in counts.items() if times > 1]


async def not_posted(doings: Doings) -> Sequence[str]:
    """Deliveries that are neither posted nor uncertain; a dead letter only where the person deleted the message."""
    return [
        f"{row['job_id']} {row['state']} {row['last_error']}"
        for row in await doings.town.db.fetch(DELIVERIES)
        if row["state"] in ("waiting", "due") or (row["state"] == "dead" and row["last_error"] != "message deleted")
    ]


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
    Check(Key.LOST, "posted, and not to be seen", not_shown),
    Check(Key.RULE_BREAKS, "rules of the platforms", broken_rules),
    Check(Key.RULE_BREAKS, "more uncertain sends than lost replies", more_uncertain_than_lost),
]
