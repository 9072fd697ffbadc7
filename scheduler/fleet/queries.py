"""The workers that were ever seen, and what they offer."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from scheduler.accounts.model import WorkerView
from scheduler.database import Db, columns
from scheduler.wire import Beat


async def record_beats(db: Db, beats: Sequence[Beat]) -> None:
    """Insert or refresh workers, one row per incarnation. The next beat comes soon: it does not wait for the disk."""
    rows = [
        (
            beat.worker_id,
            beat.name,
            beat.state,
            beat.slots,
            beat.memory_gib,
            json.dumps([offer.model_dump() for offer in beat.offers]),
            json.dumps(beat.warm),
            beat.version,
        )
        for beat in sorted({beat.worker_id: beat for beat in beats}.values(), key=lambda beat: beat.worker_id)
    ]
    await db.execute(
        """
        with hasty as materialized (select set_config('synchronous_commit', 'off', true))
        insert into workers as w (worker_id, name, state, slots, memory_gib, offers, warm, version, gone_at)
        select b.id, b.name, b.state, b.slots, b.memory, b.offers::jsonb,
               array(select jsonb_array_elements_text(b.warm::jsonb)), b.version,
               case b.state when 'gone' then now() end
          from hasty, unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::float8[], $6::text[], $7::text[],
                             $8::text[])
               b (id, name, state, slots, memory, offers, warm, version)
            on conflict (worker_id) do update
           set state = excluded.state, slots = excluded.slots, memory_gib = excluded.memory_gib,
               offers = excluded.offers, warm = excluded.warm, last_seen_at = now(), gone_at = excluded.gone_at
        """,
        *columns(rows, 8),
    )


async def mark_gone(db: Db, silent_for: timedelta) -> list[str]:
    """Workers that were silent too long; their names."""
    rows = await db.fetch(
        """
        update workers set state = 'gone', gone_at = now()
         where state <> 'gone' and last_seen_at < now() - $1::interval
        returning worker_id
        """,
        silent_for,
    )
    return [row["worker_id"] for row in rows]


class Offers(NamedTuple):
    """The longest side by model."""

    ever: dict[str, int]  # that any worker ever offered, without a given picture
    online: dict[str, int]  # that a live one offers
    ever_from_picture: dict[str, int]  # the same of those that can start from a given picture
    online_from_picture: dict[str, int]


async def offered_models(db: Db, alive_for: timedelta) -> Offers:
    """What there was, and what there is."""
    rows = await db.fetch(
        """
        select o.model, max(o.side) filter (where not o.needs) as ever,
               max(o.side) filter (where not o.needs and w.here) as online,
               max(o.side) filter (where o.takes) as ever_from_picture,
               max(o.side) filter (where o.takes and w.here) as online_from_picture
          from (select offers, state <> 'gone' and last_seen_at > now() - $1::interval
                               and coalesce(aside_until <= now(), true) as here from workers) w,
               lateral (select offer ->> 'model' as model, least((offer ->> 'max_side')::numeric, 100000)::int as side,
                               coalesce((offer ->> 'takes_picture')::bool, false) as takes,
                               coalesce((offer ->> 'needs_picture')::bool, false) as needs
                          from jsonb_array_elements(w.offers) offer) o
         group by o.model
        """,
        alive_for,
    )
    return Offers(*({row["model"]: row[kind] for row in rows if row[kind] is not None} for kind in Offers._fields))


async def too_small(db: Db, starved: Sequence[tuple[UUID, str]]) -> dict[UUID, tuple[str, ...] | None]:
    """For jobs whose worker had not enough memory: the names of the live workers of the model that have no more; None
    where none has more. What a model takes that is on a server is not its worker's: any other may do better."""
    rows = await db.fetch(
        """
        select j.id, array_agg(distinct w.name) filter (where not larger) as small, bool_or(larger) as found
          from unnest($1::uuid[], $2::text[]) s (job_id, worker_id)
          join jobs j on j.id = s.job_id join workers mine on mine.worker_id = s.worker_id
          join workers w
            on w.state = 'ready'
           and w.offers @> jsonb_build_array(jsonb_build_object('model', j.params -> 'model'))
         cross join lateral (select w.name <> mine.name and (w.memory_gib > mine.memory_gib or exists (
               select from jsonb_array_elements(mine.offers) o
                where o -> 'model' = j.params -> 'model' and (o ->> 'memory_gib')::float8 = 0))) c (larger)
         group by j.id
        """,
        *columns(starved, 2),
    )
    known = {row["id"]: tuple(row["small"] or ()) if row["found"] else None for row in rows}
    return {job_id: known.get(job_id) for job_id, _ in starved}


async def live_workers(db: Db) -> list[WorkerView]:
    """Workers that are not gone, with how many jobs they run."""
    rows = await db.fetch(
        """
        select w.worker_id, w.name, w.state, w.slots, w.warm, w.offers,
               extract(epoch from now() - w.last_seen_at)::float8 as silent,
               extract(epoch from w.aside_until - now())::float8 as aside,
               (select count(*) from jobs j where j.worker_id = w.worker_id and j.status = 'RUNNING'
                                             and j.started_at is not null)::int as running
          from workers w
         where w.state <> 'gone'
         order by w.name, w.worker_id
        """
    )
    return [
        WorkerView(
            worker_id=row["worker_id"],
            name=row["name"],
            state=row["state"],
            slots=row["slots"],
            running=row["running"],
            models=sorted(offer["model"] for offer in row["offers"]),
            warm=row["warm"],
            seen_seconds_ago=round(row["silent"], 1),
            aside_seconds=round(row["aside"], 1) if (row["aside"] or 0.0) > 0 else None,
        )
        for row in rows
    ]


async def forget_gone(db: Db, older_than: timedelta, keep_offers_of: int = 1) -> None:
    """Drop workers long gone, but keep the newest of each name: what was ever offered stays known."""
    await db.execute(
        """
        delete from workers w
         where w.state = 'gone' and w.gone_at < now() - $1::interval
           and (select count(*) from workers n where n.name = w.name and n.started_at > w.started_at) >= $2
        """,
        older_than,
        keep_offers_of,
    )
