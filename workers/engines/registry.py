"""The engines a worker can be told to run, by name; nothing of them is imported before it is asked for."""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import cast

from workers.engines.protocol import Engine

ENGINES: Mapping[str, str] = {
    "painter": "workers.engines.painter.engine:PainterEngine",
    "instant": "workers.engines.instant:InstantEngine",
}


class UnknownEngine(ValueError):
    """A name that no engine has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = sorted(known)
        super().__init__(f"there is no engine {name!r}; known are: {', '.join(self.known)}")


def engines(names: Iterable[str]) -> list[Engine]:
    """One engine for each distinct name, in the order given; raises UnknownEngine before any is made."""
    factories = [factory(name) for name in dict.fromkeys(names)]
    return [make() for make in factories]


def factory(name: str) -> Callable[[], Engine]:
    """The class of the engine called `name`."""
    if name not in ENGINES:
        raise UnknownEngine(name, ENGINES)
    module, _, attribute = ENGINES[name].partition(":")
    return cast(Callable[[], Engine], getattr(import_module(module), attribute))
