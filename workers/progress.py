"""Publishes progress and previews: the newest of each attempt only, and nothing twice."""

import asyncio
from dataclasses import replace

import structlog
from PIL import Image

from scheduler.bus import Redis, RedisError
from scheduler.wire import PREVIEW_SECONDS, AttemptRef, preview_key
from workers import thumbnails
from workers.link import Link
from workers.narrator import News

log = structlog.get_logger(__name__)


class ProgressLine:
    """What is told while Redis does not answer is replaced by what is told later, and lost with it."""

    def __init__(self, redis: Redis, link: Link) -> None:
        self._redis = redis
        self._link = link
        self._latest: dict[AttemptRef, News] = {}
        self.told = asyncio.Event()

    def tell(self, news: News) -> None:
        ref = AttemptRef(job_id=news.progress.job_id, attempt=news.progress.attempt)
        earlier = self._latest.get(ref)
        if earlier is not None and news.preview is None:
            news = replace(news, preview=earlier.preview)
        self._latest[ref] = news
        self.told.set()

    async def tick(self) -> None:
        latest, self._latest = self._latest, {}
        try:
            for news in latest.values():
                await self._publish(news)
        except RedisError as error:
            await self._link.failed("progress", error)
        else:
            self._link.works("progress")

    async def _publish(self, news: News) -> None:
        """The preview is there before anybody is told of it. Another thread makes it small: the engine does not wait
        for that."""
        if news.preview is not None and (preview := await asyncio.to_thread(made_small, news.preview)):
            await self._redis.set(preview_key(news.progress.job_id), preview, ex=PREVIEW_SECONDS)
        await self._redis.publish(news.channel, news.progress.model_dump_json())


def made_small(preview: Image.Image) -> bytes | None:
    """None for what no JPEG can be made of: its attempt goes on without, and so do the lines of the others."""
    try:
        return thumbnails.preview(preview)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this preview's alone
        log.warning("preview.failed", error=type(error).__name__)
        return None
