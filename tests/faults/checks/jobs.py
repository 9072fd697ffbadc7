"""Each accepted job is in exactly one terminal state; nothing accepted is missing, nothing refused exists."""

from collections.abc import Sequence
from typing import Any

from tests.faults.acting import Doings
from tests.faults.checks.model import Check, Key
from tests.faults.town import LEASE_SECONDS, Town
from tests.rigs.telegram import Call

Spot = tuple[int, int]  # chat and message
ENDED = ("COMPLETED", "FAILED", "CANCELLED")
SOON_SECONDS = LEASE_SECONDS - 0.5  # what is lost later may be another fault's doing


async def lines(town: Town, query: str, *values: Any) -> list[str]:
    return [" ".join(f"{name}={value}" for name, value in row.items()) for row in await town.db.fetch(query, *values)]


async def open_jobs(doings: Doings) -> Sequence[str]:
    return await lines(doings.town, "select id, status, attempt from jobs where status <> all($1::text[])", ENDED)


async def not_ended_once(doings: Doings) -> Sequence[str]:
    return await lines(
        doings.town,
        """
        select j.id, count(c.number) as ends from jobs j
          left join faults.changes c on c.job_id = j.id and c.status = any($1::text[])
         where j.status = any($1::text[]) group by j.id having count(c.number) <> 1
        """,
        ENDED,
    )


async def accepted_and_missing(doings: Doings) -> Sequence[str]:
    """Of what the API client was told was accepted."""
    told = [q.said["job"] for q in doings.town.api.questions.values() if q.said and "job" in q.said]
    return await lines(
        doings.town, "select t.id from unnest($1::uuid[]) t (id) where id not in (select id from jobs)", told
    )


async def refused_and_there(doings: Doings) -> Sequence[str]:
    """Of what the API client was told was refused."""
    questions = doings.town.api.questions.values()
    keys = [q.asked["key"] for q in questions if q.asked["deed"] == "ask" and q.said and "refused" in q.said]
    return await lines(
        doings.town,
        """
        select j.id, j.created_at, j.idempotency_key from jobs j join users u on u.id = j.user_id
         where u.platform = 'web' and j.idempotency_key = any($1::text[])
        """,
        keys,
    )


async def never_answered(doings: Doings) -> Sequence[str]:
    """Requests of the API client, and words to the Telegram bot: each became a job, or somebody was told why not. What
    the bot says of a refusal it says once, and notes where it could not."""
    town = doings.town
    waiting = [f"API: {question.asked['key']}" for question in town.api.open]
    waiting += [f"Telegram: update {update.id}" for update in town.telegram_bot.updates.pending]
    silent = await unanswered(town) - town.forgotten
    return waiting + ([f"Telegram: {spot}" for spot in silent] if len(silent) > noted(town) else [])


def noted(town: Town) -> int:
    """Answers that the Telegram bot says it could not give."""
    log = town.members["telegram"].log.read_text()
    return log.count('"event": "answer.failed"') + log.count('"event": "answer.left_out"')


async def unanswered(town: Town) -> set[Spot]:
    """Words to the Telegram bot that it confirmed, and that neither became a job nor were replied to."""
    keys = await town.db.fetch("select idempotency_key as key from jobs where bot_id = 'telegram'")
    told = {spot_of(row["key"]) for row in keys} | {quoted(call) for call in town.telegram.calls}
    pending = [update.body["message"] for update in town.telegram_bot.updates.pending if "message" in update.body]
    return town.written - told - {(message["chat"]["id"], message["message_id"]) for message in pending}


def spot_of(key: str) -> Spot:
    """Chat and message of a Telegram key; those of presses have none."""
    _, chat, message = key.split(":")
    return (int(chat), int(message)) if chat != "cb" else (0, 0)


def quoted(call: Call) -> Spot:
    """Chat and message that a call answers."""
    reply: dict[str, Any] = call.params.get("reply_parameters") or {}
    return call.chat_id or 0, reply.get("message_id", 0)


async def ran_twice(doings: Doings) -> Sequence[str]:
    """After an outage, an attempt in the hands of a worker that lived all the time was given to another."""
    found = []
    for outage in doings.town.outages:
        lost = await doings.town.db.fetch(
            """
            select job_id::text, lost from faults.changes
             where job_id = any($1::uuid[]) and at between $2 and $3::timestamptz + make_interval(secs => $4)
            """,
            list(outage.running),
            outage.since,
            outage.until,
            SOON_SECONDS,
        )
        found += [f"{row['job_id']} after {outage.why}" for row in lost if row["lost"] > outage.running[row["job_id"]]]
    return found


async def needed_a_hand(doings: Doings) -> Sequence[str]:
    """Processes that ended by themselves."""
    return doings.town.by_themselves


async def began_too_early(doings: Doings) -> Sequence[str]:
    """In line before its start time, or before the jobs that it comes after had completed."""
    return await lines(
        doings.town,
        """
        select j.id, j.start_at, c.at from jobs j join faults.changes c on c.job_id = j.id and c.was = 'CREATED'
         where c.status = 'QUEUED'
           and (c.at < j.start_at or exists (
                  select from unnest(j.after) a (id)
                   where not exists (select from faults.changes p where p.job_id = a.id and p.status = 'COMPLETED'
                                        and p.number < c.number)))
        """,
    )


async def failed_for_nothing(doings: Doings) -> Sequence[str]:
    """Failed for a job that it was to come after, and all of those completed."""
    return await lines(
        doings.town,
        """
        select j.id, j.after from jobs j
         where j.error ->> 'code' = 'parent_failed'
           and not exists (select from jobs p where p.id = any(j.after) and p.status in ('FAILED', 'CANCELLED'))
        """,
    )


CHECKS = [
    Check(Key.LIMIT_BREAKS, "began too early", began_too_early),
    Check(Key.LOST, "failed for a job that completed", failed_for_nothing),
    Check(Key.LOST, "jobs that have not ended", open_jobs),
    Check(Key.LOST, "jobs that ended more than once", not_ended_once),
    Check(Key.LOST, "accepted and missing", accepted_and_missing),
    Check(Key.LOST, "asked and never answered", never_answered),
    Check(Key.LOST, "ran twice because of an outage", ran_twice),
    Check(Key.LOST, "processes that needed a hand", needed_a_hand),
    Check(Key.DOUBLE_CHARGED, "refused and there all the same", refused_and_there),
]
