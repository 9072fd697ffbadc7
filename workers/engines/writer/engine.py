"""The engine `writer`: words by grammar from the words given, and it says so."""

from collections.abc import Iterable, Sequence

from workers.engines.protocol import BadRequest, Made, ModelOffer, Progress, Report, Result, Task, each, one_by_one

MODEL = "writer"
SEEDS = 2**31


class WriterEngine:
    """Expands a prompt into richer ones, writes titles, captions, alt texts and advertisements."""

    name = "writer"

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer(MODEL, "text", "writer (no model)", max_side=8192, memory_gib=0.1, no_gpu=True)

    def load(self, model: str) -> None:
        """Nothing to load: there are no weights."""

    def unload(self, model: str) -> None:
        """Nothing was loaded."""

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        """One text for each of the task's count."""
        from workers.engines.writer.brief import brief
        from workers.engines.writer.text import write

        words = str(task.params.get("prompt", ""))
        if not words.strip():
            raise BadRequest("prompt_empty", "there are no words to write about")
        asked = brief(words)

        def make(index: int, progress: Progress) -> Made:
            progress(0.0, None)
            seed = (int(task.params.get("seed", 0)) + index) % SEEDS
            path = task.folder / f"{index}.txt"
            path.write_text(write(asked, seed, MODEL), encoding="utf-8", errors="replace")
            metadata = {"model": MODEL, "seed": seed, "form": asked.form.value, "language": asked.language}
            progress(1.0, None)
            return Made(path, "text", "txt", metadata=metadata)

        return each(task, progress, make)
