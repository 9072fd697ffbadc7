"""The people behind the API client: what they asked and what they were told, kept apart from the process that asks."""

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.faults.processes import Member


@dataclass(slots=True)
class Question:
    """`said` is the one answer; `at` when it came, in seconds since the epoch."""

    asked: dict[str, Any]
    said: dict[str, Any] | None = None
    at: float = 0.0


@dataclass(slots=True)
class ApiPeople:
    """A client process that was killed is asked again, with the same keys, once the next one runs."""

    questions: dict[str, Question] = field(default_factory=dict)
    talking: asyncio.subprocess.Process | None = None

    @property
    def open(self) -> list[Question]:
        return [question for question in self.questions.values() if question.said is None]

    def ask(self, asked: dict[str, Any]) -> None:
        self.questions[asked["key"]] = Question(asked)
        if self.talking is not None:
            self._write(self.talking, asked)

    def newest_job(self, user: str) -> str | None:
        """Of those that somebody asked for and was told of."""
        told = (q for q in reversed(self.questions.values()) if q.asked["user"] == user and q.said)
        return next((q.said["job"] for q in told if q.said and "job" in q.said and "request" in q.asked), None)

    async def listen(self, member: Member) -> None:
        """Follow one client process after the other."""
        while True:
            await member.born.wait()
            process = member.process
            if process is None or process is self.talking:
                await asyncio.sleep(0.05)
                continue
            self.talking = process
            for question in self.open:
                self._write(process, question.asked)
            assert process.stdout
            while line := await process.stdout.readline():
                self._hear(line)

    def _hear(self, line: bytes) -> None:
        with suppress(ValueError):  # a line cut by a kill
            said = json.loads(line)
            question = self.questions[said["key"]]
            question.said, question.at = said, time.time()

    def _write(self, process: asyncio.subprocess.Process, asked: dict[str, Any]) -> None:
        assert process.stdin
        with suppress(OSError):
            process.stdin.write(json.dumps(asked).encode() + b"\n")
