"""Follows one prompt on one server from its queueing to its end, through lost sockets and restarts."""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import uuid4

from PIL import Image, UnidentifiedImageError

from workers.engines.comfyui.client import Away, Comfy, Ear, Refused
from workers.engines.comfyui.events import Event, Picture, Standing
from workers.engines.comfyui.failures import ending, failure, interrupted
from workers.engines.protocol import Progress

LOOK_SECONDS = 0.1  # between two looks at a cancel
SILENT_SECONDS = 10.0  # then the server is asked what became of the prompt
AWAY_SECONDS = 30.0  # a server may take so long to come back
PAUSE_SECONDS = 0.5  # between two tries to reach it
CANCEL_SECONDS = 3.0  # the runner does not wait much longer for an engine that was told to stop
UNANSWERED_SECONDS = 1.5  # a prompt that was sent may still come into the queue


class Lost(Exception):
    """The server does not know the prompt any more, or is away for too long: it may be tried again."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The prompt's entry in the history, and the pictures that came over the socket instead."""

    entry: Mapping[str, Any]
    streamed: list[bytes]


@dataclass(slots=True)
class Following:
    """`ended` raises Lost, Refused, what the protocol knows, and whatever `tell` raises: then the prompt was ended on
    the server as well. `streams`: the nodes whose pictures are results."""

    comfy: Comfy
    graph: Mapping[str, Any]
    prompt_id: str
    tell: Progress
    streams: frozenset[str]
    patience_seconds: float = AWAY_SECONDS
    clock: Callable[[], float] = time.monotonic
    standing: Standing = field(init=False)
    streamed: list[bytes] = field(init=False, default_factory=list)
    client_id: str = field(init=False)  # of this prompt alone: a second socket of one id would silence the first
    submitted: bool = field(init=False, default=False)
    accepted: bool = field(init=False, default=False)  # the server has said under which id
    away_since: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.standing = Standing.of(self.graph)
        self.client_id = uuid4().hex

    async def ended(self) -> Ended:
        try:
            return await self._through_losses()
        except (Lost, Refused):
            raise
        except BaseException:
            if self.submitted:
                await self._cancel()
            raise

    async def _through_losses(self) -> Ended:
        while True:
            began: float | None = self.clock()  # one that does not answer is away from here on
            try:
                async with self.comfy.socket(self.client_id) as ear:
                    if not self.submitted:
                        self.submitted = True  # from now on it may be there, whatever becomes of the answer
                        self.prompt_id = await self.comfy.submit(self.graph, self.prompt_id, self.client_id)
                        self.accepted = True
                    elif ended := await self._what_became():
                        return ended
                    self.away_since = began = None
                    return await self._heard(ear)
            except Away:
                self.away_since = self.away_since or began or self.clock()
                if self.clock() - self.away_since > self.patience_seconds:
                    raise Lost from None
            self.tell(self.standing.fraction, None)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _heard(self, ear: Ear) -> Ended:
        quiet_since = self.clock()
        while True:
            self.tell(self.standing.fraction, None)
            heard = await ear.hear(LOOK_SECONDS)
            if isinstance(heard, Picture):
                quiet_since = self.clock()
                self._see(heard)
            elif isinstance(heard, Event) and heard.prompt_id == self.prompt_id:
                quiet_since = self.clock()
                if ended := await self._take(heard):
                    return ended
            elif self.clock() - quiet_since > SILENT_SECONDS:
                if ended := await self._what_became():
                    return ended
                quiet_since = self.clock()

    async def _take(self, event: Event) -> Ended | None:
        """`execution_success` comes before the history is written; the node that is none comes after."""
        self.standing.hear(event)
        if event.type == "execution_error":
            self.submitted = False  # it has ended
            raise failure(event.data)
        if event.type == "execution_interrupted":
            self.submitted = False
            raise interrupted()
        if event.type == "executing" and event.data.get("node") is None:
            return await self._what_became()
        return None

    async def _what_became(self) -> Ended | None:
        """None while it waits or runs; raises Lost where nothing is known of it."""
        state = await self.comfy.job(self.prompt_id)
        if ended := await self._in_history():
            return ended
        if state in ("pending", "in_progress") or await self.comfy.queued(self.prompt_id):
            return None
        if ended := await self._in_history():  # it ended between the two questions
            return ended
        raise Lost

    async def _in_history(self) -> Ended | None:
        if (entry := await self.comfy.history(self.prompt_id)) is None:
            return None
        self.submitted = False
        if stopped := ending(entry):
            raise stopped
        return Ended(entry, self.streamed)

    def _see(self, picture: Picture) -> None:
        if picture.prompt_id not in (None, self.prompt_id):
            return
        if (picture.node or self.standing.current) in self.streams:
            self.streamed.append(picture.content)
        with suppress(UnidentifiedImageError, OSError):
            preview = Image.open(BytesIO(picture.content))
            preview.load()  # what is no picture is found out here
            self.tell(self.standing.fraction, preview)

    async def _cancel(self) -> None:
        with suppress(Away, TimeoutError):
            async with asyncio.timeout(CANCEL_SECONDS):
                if not self.accepted:
                    self.prompt_id = await self._found()
                await self.comfy.cancel(self.prompt_id)

    async def _found(self) -> str:
        """The id of the prompt whose acceptance was not waited for; ours, where it does not come."""
        until = self.clock() + UNANSWERED_SECONDS
        while self.clock() < until:
            if found := await self.comfy.queued_by(self.client_id):
                return found
            await asyncio.sleep(LOOK_SECONDS)
        return self.prompt_id
