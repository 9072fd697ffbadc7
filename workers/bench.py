"""The engines of one slot; an engine is called by one thread at a time, so each slot has its own."""

from collections.abc import Iterable, Sequence
from math import inf
from pathlib import Path
from typing import Self

from scheduler.errors import SettingsError
from workers.engines.protocol import Broken, Engine, ModelOffer, OutOfMemory, Remote, Served, Task
from workers.engines.registry import BadProgram, BadTable, NotInstalled, Table, UnknownEngine, engines
from workers.hand import Hand

Held = tuple[str, str]  # engine, model


class Bench:
    """Blocking: everything but `warm` and `servers` belongs to the thread that works here now. `memory_gib`: what its
    models may take together; one that is larger alone is loaded nevertheless, its engine knows how."""

    def __init__(self, made: Sequence[Engine], memory_gib: float = inf) -> None:
        self.hand = Hand()
        self.offers: list[ModelOffer] = [offer for engine in made for offer in engine.offers()]
        self.warm: tuple[str, ...] = ()
        self._memory_gib = memory_gib
        self._loaded: dict[Held, float] = {}  # and its memory; the one used last stands last
        self._engines = {engine.name: engine for engine in made}
        self._makers = {
            (offer.capability, offer.model): (engine, offer) for engine in made for offer in engine.offers()
        }

    @classmethod
    def of(
        cls,
        names: Sequence[str],
        memory_gib: float = inf,
        tables: Sequence[Table] = (),
        ffmpeg: Path | None = None,
    ) -> Self:
        """Raises SettingsError when there is no engine of a name, its packages are not here, or a table or the ffmpeg
        that is configured is wrong."""
        try:
            return cls(engines(names, tables, ffmpeg), memory_gib)
        except (UnknownEngine, NotInstalled) as error:
            raise SettingsError(f"TESSERA_WORKER_ENGINES: {error}") from None
        except BadTable as error:
            raise SettingsError(f"TESSERA_MODELS: {error}") from None
        except BadProgram as error:
            raise SettingsError(f"TESSERA_WORKER_FFMPEG: {error}") from None

    @property
    def names(self) -> Iterable[str]:
        return self._engines

    @property
    def remote(self) -> list[str]:
        """The models that are on servers."""
        return [model for (_, model), (engine, _) in self._makers.items() if isinstance(engine, Remote)]

    def servers(self) -> list[Served]:
        """Its models that are on servers, and what is wrong there; from any thread, and not at once."""
        remote = [engine for engine in self._engines.values() if isinstance(engine, Remote)]
        return [served for engine in remote for served in engine.servers()]

    def load(self, task: Task) -> Engine:
        """The engine that runs the task, with its model loaded; Broken when no engine here offers it."""
        found = self._makers.get((task.capability, task.model))
        if found is None:
            raise Broken("no engine of this worker offers the model")
        engine, offer = found
        held = (engine.name, task.model)
        if held not in self._loaded:
            self._make_room(offer.memory_gib)
            self._load(engine, task.model)
        self._loaded[held] = self._loaded.pop(held, offer.memory_gib)
        self._note_warm()
        return engine

    def films_twice(self, task: Task) -> bool:
        """Whether the task's engine makes the rendition of a film itself."""
        found = self._makers.get((task.capability, task.model))
        return found is not None and found[1].films_twice

    def _load(self, engine: Engine, model: str) -> None:
        """Where it takes more memory than it says, once more with all of it."""
        try:
            engine.load(model)
        except (OutOfMemory, MemoryError):
            if not self._loaded:
                raise
            self._make_room(None)
            engine.load(model)

    def _make_room(self, memory_gib: float | None) -> None:
        """Unload what was used longest ago, until there is room or, for None, nothing left."""
        while self._loaded and (memory_gib is None or sum(self._loaded.values()) + memory_gib > self._memory_gib):
            name, model = next(iter(self._loaded))
            del self._loaded[name, model]
            self._note_warm()
            self._engines[name].unload(model)

    def _note_warm(self) -> None:
        self.warm = tuple(model for _, model in self._loaded)
