"""The engine `openai`: asks a language model behind a server, and writes down what it answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog

from workers.engines.openai import client
from workers.engines.openai.server import Server
from workers.engines.openai.stream import Answer
from workers.engines.openai.writing import written
from workers.engines.protocol import (
    BadRequest,
    Broken,
    Made,
    ModelOffer,
    Progress,
    Report,
    Result,
    Served,
    Task,
    each,
    one_by_one,
)
from workers.engines.wanted import run_wanted

log = structlog.get_logger(__name__)

MAX_TOKENS = 1000  # where nobody says how many
SEEDS = 2**31


class OpenAIEngine:
    """One server for each model that it offers."""

    name = "openai"

    def __init__(self, tables: Sequence[Mapping[str, Any]]) -> None:
        self._servers = {table["model"]: Server.model_validate(table) for table in tables}
        self._names: dict[str, str] = {}  # that were asked for

    def offers(self) -> Iterable[ModelOffer]:
        for model, server in self._servers.items():
            yield ModelOffer(model, "text", f"{model} ({server.name or server.host})", max_side=8192, memory_gib=0.0)

    def load(self, model: str) -> None:
        """The server loads it."""

    def unload(self, model: str) -> None:
        """Nothing was loaded here."""

    def servers(self) -> Iterable[Served]:
        """Each model with its server, and what is wrong there."""
        return [Served(model, server.host, trouble(server)) for model, server in self._servers.items()]

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        """One answer for each of the task's count."""
        server = self._servers[task.model]
        try:
            return each(task, progress, lambda index, progress: self.answered(server, task, index, progress))
        except Broken as broken:
            self._names.pop(task.model, None)  # it may be another one by now
            log.warning("openai.failed", model=task.model, server=server.host, why=str(broken))
            raise

    def answered(self, server: Server, task: Task, index: int, progress: Progress) -> Made:
        prompt, seed = str(task.params.get("prompt", "")), (int(task.params.get("seed", 0)) + index) % SEEDS
        if not prompt.strip():
            raise BadRequest("prompt_empty", "there is no question")
        most = int(task.params.get("max_tokens") or MAX_TOKENS)
        done = 0.0

        def heard(so_far: Answer) -> None:
            nonlocal done
            done = min(so_far.pieces / most, 1.0)
            progress(done, None)

        async def asked() -> Answer:
            name = server.name or self._names.get(task.model) or await first_listed(server)
            self._names[task.model] = name
            return await client.answer(server, body(server, name, prompt, seed, most), heard)

        answer = run_wanted(asked(), lambda: progress(done, None))
        return written(task, index, seed, answer, server.system)


def body(server: Server, name: str, prompt: str, seed: int, most: int) -> dict[str, Any]:
    """The request, of fields that vLLM, llama.cpp and Ollama know alike."""
    told = [{"role": "system", "content": server.system}] if server.system else []
    return {
        "model": name,
        "messages": [*told, {"role": "user", "content": prompt}],
        "max_tokens": most,
        "seed": seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def first_listed(server: Server) -> str:
    names = await client.listed(server)
    if not names:
        raise Broken("the server lists no model")
    return names[0]


def trouble(server: Server) -> str | None:
    """What keeps the server from answering, as far as its list of models tells."""
    try:
        names = run_wanted(client.listed(server), lambda: None)
    except Broken as broken:
        return str(broken)
    if not names:  # of those that may be there all the same
        return None if server.name else "the server lists no model: say its name"
    if server.name is None or {server.name, f"{server.name}:latest"} & set(names):
        return None
    return f"the server does not have {server.name}; it has {', '.join(names[:5])}"
