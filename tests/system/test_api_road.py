"""The whole road with real processes, asked through the API."""

import aiohttp
import pytest

from scheduler.jobs.model import JobRequest, Status
from tests.system.leaks import leaks
from tests.system.stack import Stack

pytestmark = pytest.mark.system


async def test_a_developer_gets_a_picture(stack: Stack) -> None:
    await stack.scheduler()
    await stack.worker(engines="painter")
    async with stack.client() as scheduler:
        ann = scheduler.acting_for("web:ann", name="Ann")
        accepted = await ann.submit(JobRequest(prompt="a red sunset over the sea"), key="first")
        kinds = [event.kind async for event in ann.job_events(accepted.job.id)]
        job = await ann.job(accepted.job.id)
        picture = await ann.artifact_bytes(job.artifacts[0])
        same = await ann.web_bytes(job.artifacts[0])
        link = await ann.link(job.artifacts[0].id)
        shown = await read(f"{stack.api_url}/openapi.json", f"{stack.api_url}/metrics", stack.api_url + link.url)
    stack.secrets += [("the prompt", job.prompt), ("a link", link.url.partition("signature=")[2])]

    assert leaks(stack.secrets, {url: text for url, text in shown.items() if url.endswith(("json", "metrics"))}) == []
    assert shown[stack.api_url + link.url] == picture
    assert "progress" in kinds
    assert kinds[-1] == "ended"
    assert job.status is Status.COMPLETED
    assert (job.artifacts[0].width, job.artifacts[0].height) == (1024, 1024)
    assert picture.startswith(b"\x89PNG")
    assert (same, job.artifacts[0].web) == (picture, None)  # it is no larger than a screen needs
    assert job.artifacts[0].blurhash


async def read(*urls: str) -> dict[str, bytes]:
    """What anybody is answered."""
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        return {url: await (await session.get(url)).read() for url in urls}


async def test_a_restarted_system_has_forgotten_nothing(stack: Stack) -> None:
    first = await stack.scheduler()
    async with stack.client() as scheduler:
        ann = scheduler.acting_for("web:ann")
        worker = await stack.worker()
        accepted = await ann.submit(JobRequest(prompt="a fox"), key="first")
        async for _ in ann.job_events(accepted.job.id):
            pass
        assert await worker.stop() == 0
        assert await first.stop() == 0
        await stack.scheduler()
        again = await ann.submit(JobRequest(prompt="a fox"), key="first")

        assert again.replayed
        assert again.job.id == accepted.job.id
        assert (await ann.me()).tokens.used_today == 1
