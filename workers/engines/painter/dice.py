"""All chance in a picture: a tree of number streams that a variation can follow closely or loosely."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")


def stream(*parts: object) -> np.random.Generator:
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


@dataclass(slots=True)
class Dice:
    """Uniform numbers from `key` and `seed`; with a parent, the parent's numbers moved by at most strength/2.

    Every layer forks its own stream, so that a layer which draws more numbers does not disturb the next one.
    """

    key: str
    seed: int
    parent_seed: int | None = None
    strength: float = 1.0
    _own: np.random.Generator = field(init=False)
    _parent: np.random.Generator | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._own = stream(self.key, self.seed)
        if self.parent_seed is not None:
            self._parent = stream(self.key, self.parent_seed)

    def fork(self, label: str) -> "Dice":
        return Dice(f"{self.key}\x1e{label}", self.seed, self.parent_seed, self.strength)

    def random(self, shape: int | tuple[int, ...]) -> NDArray[np.float32]:
        own = self._own.random(shape, dtype=np.float32)
        if self._parent is None:
            return own
        moved = np.abs(
            self._parent.random(shape, dtype=np.float32) + np.float32(self.strength) * (own - np.float32(0.5))
        )
        reflected: NDArray[np.float32] = np.minimum(moved, np.float32(2) - moved).clip(0, np.float32(0.9999999))
        return reflected

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        return low + (high - low) * float(self.random(1)[0])

    def spread(self, low: float, high: float, size: int) -> NDArray[np.float32]:
        result: NDArray[np.float32] = low + (high - low) * self.random(size)
        return result.astype(np.float32)

    def integer(self, low: int, high: int) -> int:
        """One of low .. high, both included."""
        return low + int(self.uniform() * (high - low + 1))

    def chance(self, probability: float) -> bool:
        return self.uniform() < probability

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.uniform() * len(items))]

    def side(self) -> int:
        return 1 if self.chance(0.5) else -1

    def table(self, size: int = 256) -> NDArray[np.float32]:
        """A square of numbers for `noise.value`."""
        return self.random((size, size))

    def normal(self, shape: Any) -> NDArray[np.float32]:
        """Roughly normal numbers, from sums of uniform ones so that a variation stays close."""
        total: NDArray[np.float32] = sum((self.random(shape) for _ in range(3)), np.zeros(shape, np.float32))
        return (total - np.float32(1.5)) * np.float32(2)
