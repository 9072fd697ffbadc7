"""The line of progress: what one attempt shows harms no other's."""

import asyncio
from uuid import uuid4

from PIL import Image

from scheduler import bus
from scheduler.wire import Progress, preview_key
from workers.link import Link
from workers.narrator import News
from workers.progress import ProgressLine


def news(preview: Image.Image) -> News:
    return News(Progress(job_id=uuid4(), attempt=1, fraction=0.5, preview=1), "events", preview)


async def test_a_preview_that_cannot_be_shown_takes_no_line_away(redis_url: str) -> None:
    async with bus.commands(redis_url) as redis, redis.pubsub() as heard:
        await heard.subscribe("events")
        line = ProgressLine(redis, Link(asyncio.Event()))
        bad, good = news(Image.new("RGB", (0, 0))), news(Image.new("RGB", (8, 8)))
        line.tell(bad)
        line.tell(good)
        await line.tick()
        said: list[Progress] = []
        async with asyncio.timeout(5):
            while len(said) < 2:
                if message := await heard.get_message(ignore_subscribe_messages=True, timeout=1):
                    said.append(Progress.model_validate_json(message["data"]))

        assert said == [bad.progress, good.progress]
        assert await redis.get(preview_key(bad.progress.job_id)) is None
        assert await redis.get(preview_key(good.progress.job_id)) is not None
