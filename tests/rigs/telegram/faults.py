"""The troubles a test can order: for the next n calls whose method matches, in the order they were ordered."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.rigs.telegram.model import Call


class Trouble(StrEnum):
    """What happens to a call."""

    TOO_MANY_REQUESTS = "429"
    BAD_GATEWAY = "502"
    DROPPED_BEFORE = "dropped before the effect"
    DROPPED_AFTER = "dropped after the effect"
    DELAYED = "delayed"


@dataclass(slots=True, eq=False)
class Fault:
    """One order; `times` counts down. `hit` holds the calls it was applied to."""

    trouble: Trouble
    methods: re.Pattern[str]
    times: int
    seconds: float = 0
    where: Callable[[Call], bool] | None = None
    hit: list[Call] = field(default_factory=list)

    def takes(self, call: Call) -> bool:
        return self.times > 0 and bool(self.methods.fullmatch(call.method)) and (self.where is None or self.where(call))


class Faults:
    """The orders of a test. `methods` is a regex that must match the whole method name."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []

    def order(
        self,
        trouble: Trouble,
        methods: str,
        times: int,
        where: Callable[[Call], bool] | None,
        seconds: float = 0,
    ) -> Fault:
        fault = Fault(trouble, re.compile(methods), times, seconds, where)
        self._orders.append(fault)
        return fault

    def take(self, call: Call) -> Fault | None:
        """The first order that the call falls under; it is used up by one."""
        fault = next((order for order in self._orders if order.takes(call)), None)
        if fault:
            fault.times -= 1
            fault.hit.append(call)
        return fault

    def clear(self) -> None:
        self._orders.clear()
