"""The engine `composer`: music from a mood, a tempo and a seed, by numpy alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from workers.engines.protocol import BadRequest, Made, ModelOffer, Progress, Report, Result, Task, each, one_by_one

MODEL = "composer"
SEEDS = 2**31
USUAL_SECONDS, SHORTEST_SECONDS, LONGEST_SECONDS = 20.0, 1.0, 600.0
USUAL_FORMAT = "ogg"


@dataclass(frozen=True, slots=True)
class Order:
    """What a task's params ask for, checked; a mood and a tempo may stand in the prompt."""

    prompt: str
    seed: int
    seconds: float
    format: str
    mood: str
    tempo: int | None


class ComposerEngine:
    """Composes, plays and mixes."""

    name = "composer"

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer(MODEL, "audio", "composer (no GPU)", max_side=8192, memory_gib=0.5, no_gpu=True)

    def load(self, model: str) -> None:
        """There are no weights; what it is made of is imported now, not when the worker starts."""
        import_module("workers.engines.composer.piece")

    def unload(self, model: str) -> None:
        """Nothing was loaded."""

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        """One piece for each of the task's count."""
        from workers.engines.composer.piece import compose

        def make(index: int, progress: Progress) -> Made:
            order = checked(task.params, index)
            return compose(order, MODEL, task.folder / f"{index}.{order.format}", lambda done: progress(done, None))

        return each(task, progress, make)


def checked(params: Mapping[str, Any], index: int) -> Order:
    """The order in a task's params, or BadRequest."""
    from workers.engines.composer.moods import FASTEST, MOODS, SLOWEST, USUAL, mood_in, tempo_in

    prompt, seed = str(params.get("prompt", "")), (int(params.get("seed", 0)) + index) % SEEDS
    seconds = float(params.get("seconds") or USUAL_SECONDS)
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise BadRequest("seconds_out_of_range", f"music is {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g} s long")
    tempo = params.get("tempo") or tempo_in(prompt)
    if tempo is not None and not SLOWEST <= int(tempo) <= FASTEST:
        raise BadRequest("tempo_out_of_range", f"a tempo is {SLOWEST} to {FASTEST} beats a minute")
    mood = params.get("mood")
    if mood is not None and mood not in MOODS:
        raise BadRequest("unknown_mood", f"there is no mood {str(mood)[:30]}; there are {', '.join(MOODS)}")
    found = mood_in(prompt)
    name = mood or (found.name if found else USUAL[seed % len(USUAL)])
    wanted = params.get("format") or USUAL_FORMAT
    if wanted not in ("ogg", "mp3"):
        raise BadRequest("unknown_format", "music comes as ogg or mp3")
    return Order(prompt, seed, seconds, wanted, name, None if tempo is None else int(tempo))
