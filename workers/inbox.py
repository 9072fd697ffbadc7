"""Reads what the scheduler sends to this worker, and passes it on."""

from collections.abc import Mapping, Sequence
from typing import assert_never, cast

import structlog
from pydantic import ValidationError

from scheduler.bus import Redis, RedisError
from scheduler.wire import Acknowledged, Assignment, AttemptRef, Cancel, Recall, ToWorker, inbox, unpacked
from workers.holding import Holding
from workers.link import Link
from workers.runner import Runner

log = structlog.get_logger(__name__)

BLOCK_SECONDS = 2.0
EXPIRE_SECONDS = 3600  # an inbox that a killed worker left behind goes away by itself
MOST = 100  # entries in one read
Entry = tuple[bytes, dict[bytes, bytes]]  # id and fields, as redis-py gives them
Message = Assignment | Cancel | Recall | Acknowledged


class Inbox:
    """A stream of this incarnation's own. What was handled is deleted, so that reading always starts at the beginning:
    no position is kept that a flush, a restart or a clock that was set back could make wrong."""

    def __init__(
        self, reading: Redis, redis: Redis, worker_id: str, runner: Runner, holding: Holding, link: Link
    ) -> None:
        self._reading = reading
        self._redis = redis
        self._key = inbox(worker_id)
        self._runner = runner
        self._holding = holding
        self._link = link

    async def tick(self) -> bool:
        """Handle what is there, or wait for it; there may always be more."""
        try:
            entries = await self._read()
            for _, fields in entries:
                self._handle_all(fields)
            if entries:
                await self._delete([entry_id for entry_id, _ in entries])
        except RedisError as error:
            await self._link.failed("inbox", error)
        else:
            self._link.works("inbox")
        return True

    async def close(self) -> None:
        await self._redis.delete(self._key)

    async def _read(self) -> list[Entry]:
        answer = await self._reading.xread({self._key: "0"}, count=MOST, block=int(BLOCK_SECONDS * 1000))
        streams = cast(Sequence[tuple[bytes, list[Entry]]], answer or ())
        return [entry for _, entries in streams for entry in entries]

    async def _delete(self, entry_ids: list[bytes]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            pipe.xdel(self._key, *entry_ids)
            pipe.expire(self._key, EXPIRE_SECONDS)
            await pipe.execute()

    def _handle_all(self, fields: Mapping[bytes, bytes]) -> None:
        """What came in one entry; assignments of one pass are accepted together."""
        messages = [message for content in unpacked(fields) if (message := parsed(content))]
        passes: dict[object, list[Assignment]] = {}
        for one in messages:
            if isinstance(one, Assignment):
                passes.setdefault((one.model, one.pass_id or one.job_id), []).append(one)
        for together in passes.values():
            self._runner.accept(together)
        for message in messages:
            self._handle(message)

    def _handle(self, message: Message) -> None:
        match message:
            case Assignment():
                return  # accepted
            case Cancel():
                self._runner.cancel(AttemptRef(job_id=message.job_id, attempt=message.attempt))
            case Recall():
                self._runner.recall(AttemptRef(job_id=message.job_id, attempt=message.attempt))
            case Acknowledged():
                self._holding.forget(AttemptRef(job_id=message.job_id, attempt=message.attempt))
            case _:
                assert_never(message)


def parsed(content: bytes) -> Message | None:
    try:
        return ToWorker.validate_json(content)
    except ValidationError as error:  # from a newer scheduler, or from nobody we know
        log.warning("inbox.unreadable", errors=error.error_count())
        return None
