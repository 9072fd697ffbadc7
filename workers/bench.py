"""The engines of one slot; an engine is called by one thread at a time, so each slot has its own."""

from collections.abc import Sequence
from typing import Self

from scheduler.errors import SettingsError
from workers.engines.protocol import Broken, Engine, ModelOffer, Task
from workers.engines.registry import UnknownEngine, engines


class Bench:
    """Blocking: everything but `warm` belongs to the thread that works here now."""

    def __init__(self, made: Sequence[Engine]) -> None:
        self.offers: list[ModelOffer] = [offer for engine in made for offer in engine.offers()]
        self.warm: tuple[str, ...] = ()
        self._loaded: dict[str, str] = {}  # engine -> the model it loaded last; it may have dropped the one before
        self._engines = {(offer.capability, offer.model): engine for engine in made for offer in engine.offers()}

    @classmethod
    def of(cls, names: Sequence[str]) -> Self:
        """Raises SettingsError when there is no engine of a name."""
        try:
            return cls(engines(names))
        except UnknownEngine as error:
            raise SettingsError(f"TESSERA_WORKER_ENGINES: {error}") from None

    def load(self, task: Task) -> Engine:
        """The engine that runs the task, with its model loaded; Broken when no engine here offers it."""
        engine = self._engines.get((task.capability, task.model))
        if engine is None:
            raise Broken("no engine of this worker offers the model")
        if self._loaded.get(engine.name) != task.model:
            self._loaded.pop(engine.name, None)
            self.warm = tuple(self._loaded.values())
            engine.load(task.model)
            self._loaded[engine.name] = task.model
            self.warm = tuple(self._loaded.values())
        return engine
