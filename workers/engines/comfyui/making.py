"""Makes a task's files on one of the model's servers: the one with the least to do, another one when it is lost."""

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import structlog
from PIL import Image

from workers.engines.comfyui.client import Away, Comfy, Refused, connected, shown
from workers.engines.comfyui.failures import Unfit, refusal
from workers.engines.comfyui.files import fetched, finished, outputs
from workers.engines.comfyui.following import AWAY_SECONDS, PAUSE_SECONDS, Ended, Following, Lost
from workers.engines.comfyui.table import ComfyModel
from workers.engines.comfyui.template import Template
from workers.engines.comfyui.wishes import described, flow_for, wishes
from workers.engines.protocol import Broken, Made, OutOfMemory, Progress, Task

log = structlog.get_logger(__name__)

TRIES = 2  # of one prompt, when its server is lost
LOOK_SECONDS = 10.0  # a server may take so long to say how much it has to do
OTHERS_LOOK_SECONDS = 0.5  # when another one has said it
OTHERS_SECONDS = 5.0  # how long a server is waited for where there are others


async def make(model: ComfyModel, task: Task, progress: Progress) -> list[Made]:
    """All files of a task: in one prompt where the workflow takes the count, else in one for each."""
    flow = flow_for(model, task)
    rounds = 1 if flow.inputs.get("count") else int(task.params.get("count", 1))
    made: list[Made] = []
    left = list(model.servers)  # those that a round finds unfit, the next does not ask again
    for index in range(rounds):

        def share(fraction: float, preview: Any = None, done: int = index) -> None:
            progress((done + fraction) / rounds, preview)

        made += await make_round(model, flow.template, task, index, len(made), share, left)
    return made


async def make_round(
    model: ComfyModel, flow: Template, task: Task, index: int, number: int, tell: Progress, left: list[str]
) -> list[Made]:
    """One prompt's files, numbered from `number`, by one of the servers that are left."""
    losses, too_small = 0, None
    while left and losses < TRIES:
        url = await freest(left, tell)
        if url is None:
            break
        try:
            async with connected(url) as comfy:
                return await make_there(comfy, model, flow, task, (index, losses), number, tell)
        except Unfit as unfit:
            log.warning("comfyui.unfit", model=model.model, server=shown(url), why=str(unfit))
            left.remove(url)
        except OutOfMemory as starved:
            log.warning("comfyui.starved", model=model.model, server=shown(url))
            left.remove(url)
            too_small = starved
        except (Lost, Away) as error:
            log.warning("comfyui.lost", model=model.model, server=shown(url), error=type(error).__name__)
            losses += 1
    if too_small:
        raise too_small
    raise Broken("no server could make it" if left else "no server takes the workflow")


async def make_there(
    comfy: Comfy, model: ComfyModel, flow: Template, task: Task, nth: tuple[int, int], number: int, tell: Progress
) -> list[Made]:
    """Raises Unfit, Lost and Away where another server may do better."""
    prompt_id = attempt_id(task, *nth)
    values = wishes(model, task, nth[0])
    if task.picture is not None:
        values["picture"] = await comfy.upload(
            task.picture.read_bytes(), f"tessera-{prompt_id}.{kind_of(task.picture)}"
        )
    patience = AWAY_SECONDS if len(model.servers) == 1 else OTHERS_SECONDS
    following = Following(comfy, flow.filled(values), prompt_id, tell, flow.streams(), patience)
    try:
        ended = await following.ended()
    except Refused as refused:
        raise refusal(refused.answer, flow) from None
    return await files(comfy, ended, task, number, described(task, values))


async def files(comfy: Comfy, ended: Ended, task: Task, number: int, metadata: Mapping[str, Any]) -> list[Made]:
    found = outputs(ended.entry, task.capability)
    made = [await fetched(comfy, output, task, number + nth, metadata) for nth, output in enumerate(found)]
    for content in ended.streamed if task.capability == "image" else ():
        raw = task.folder / "streamed.png"
        raw.write_bytes(content)
        made.append(finished(raw, raw.suffix, task, number + len(made), dict(metadata)))
        raw.unlink()
    if not made:
        raise Broken(f"the workflow ended without a file of kind {task.capability}")
    return made


def kind_of(picture: Path) -> str:
    """What a name of it must end with: some nodes list only files that look like pictures."""
    with Image.open(picture) as opened:
        return (opened.format or "png").lower()


async def freest(urls: Sequence[str], tell: Progress) -> str | None:
    """The server where the fewest prompts wait; None where none comes back in time."""
    until = time.monotonic() + AWAY_SECONDS
    while True:
        waiting = await lines(urls)
        there = [(count, random.random(), url) for count, url in zip(waiting, urls, strict=True) if count is not None]
        if there:
            return min(there)[2]
        if time.monotonic() > until:
            return None
        tell(0.0, None)
        await asyncio.sleep(PAUSE_SECONDS)


async def lines(urls: Sequence[str]) -> list[int | None]:
    """How many prompts wait at each; None where nobody answers soon after the first."""
    until = time.monotonic() + LOOK_SECONDS
    async with asyncio.TaskGroup() as group:
        looks = [group.create_task(line_at(url)) for url in urls]
        asked = set(looks)
        while asked and (left := until - time.monotonic()) > 0:
            answered, asked = await asyncio.wait(asked, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if any(look.result() is not None for look in answered):
                until = min(until, time.monotonic() + OTHERS_LOOK_SECONDS)
        for look in asked:
            look.cancel()
    return [None if look in asked else look.result() for look in looks]


async def line_at(url: str) -> int | None:
    try:
        async with connected(url) as comfy:
            return await comfy.waiting()
    except Away:
        return None


def attempt_id(task: Task, index: int, losses: int) -> str:
    """A UUID of the attempt, the same whenever it is asked for; each prompt and each try of it has its own."""
    return str(uuid5(NAMESPACE_OID, f"{task.job_id}/{task.attempt}/{index}/{losses}"))
