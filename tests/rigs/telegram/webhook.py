"""Pushes a bot's updates to its webhook: in order within a chat, again and again until it answers 2xx."""

import asyncio
import time
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.rigs.telegram.updates import Update, UpdateQueue

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
RETRY_SECONDS = 0.1
TIMEOUT = ClientTimeout(total=30)


@dataclass(slots=True, eq=False)
class Webhook:
    """Where the updates of a bot go, and what came of it."""

    url: str
    secret_token: str
    max_connections: int
    failures: list[str] = field(default_factory=list)
    failed_at: int = 0
    task: asyncio.Task[None] | None = None

    def start(self, queue: UpdateQueue) -> None:
        self.task = asyncio.create_task(self._push(queue))

    async def stop(self) -> None:
        if self.task:
            self.task.cancel()
            await asyncio.wait([self.task])

    async def _push(self, queue: UpdateQueue) -> None:
        busy: set[int] = set()
        room = asyncio.Semaphore(self.max_connections)
        async with ClientSession(timeout=TIMEOUT) as http, asyncio.TaskGroup() as lanes:
            while True:
                for update in list(queue.pending):
                    if update.lane not in busy:
                        busy.add(update.lane)
                        lanes.create_task(self._push_one(update, queue, http, room, busy))
                await queue.changes.next()

    async def _push_one(
        self, update: Update, queue: UpdateQueue, http: ClientSession, room: asyncio.Semaphore, busy: set[int]
    ) -> None:
        async with room:
            failure = await self._post(update, http)
        if failure:
            self.failures.append(failure)
            self.failed_at = int(time.time())
            await asyncio.sleep(RETRY_SECONDS)
        else:
            queue.done(update)
        busy.discard(update.lane)
        queue.changes.announce()

    async def _post(self, update: Update, http: ClientSession) -> str | None:
        """What went wrong, in the words of getWebhookInfo."""
        update.deliveries += 1
        headers = {SECRET_HEADER: self.secret_token} if self.secret_token else {}
        try:
            async with http.post(self.url, json=update.body, headers=headers) as answer:
                if answer.ok:
                    return None
                return f"Wrong response from the webhook: {answer.status} {answer.reason}"
        except (ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}"
