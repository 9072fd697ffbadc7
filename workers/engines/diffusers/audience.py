"""Who still waits for what is being made: tells each task how far it is, and forgets those that were called off."""

from collections import Counter
from collections.abc import Callable, Sequence

from PIL import Image

from workers.engines.diffusers.orders import Order, Shot
from workers.engines.protocol import Cancelled, Report, Stopped, Task

Previews = Callable[[], Sequence[Image.Image] | None]  # one of each shot
MADE = 0.97  # of a shot; then it is written


class NobodyWaits(Exception):
    """Every task of a pass was called off: it ends at once."""


class Audience:
    """`ended`: the tasks that get nothing, and why."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._done: Counter[Task] = Counter()
        self.ended: dict[Task, Stopped] = {}

    def waits_for(self, shot: Shot) -> bool:
        return shot.order.task not in self.ended

    def begin(self, order: Order) -> None:
        self._tell(order.task, 0.0, None)

    def hear(self, shots: Sequence[Shot], fraction: float, previews: Previews = lambda: None) -> None:
        """How far a pass is; raises NobodyWaits when nobody does."""
        pictures = previews()
        of_each = Counter(shot.order.task for shot in shots)
        for number, shot in enumerate(shots):
            if task_once(shots, number) and self.waits_for(shot):
                task = shot.order.task
                so_far = self._done[task] + of_each[task] * fraction * MADE
                self._tell(task, so_far / shot.order.count, pictures[number] if pictures else None)
        if not any(map(self.waits_for, shots)):
            raise NobodyWaits

    def finish(self, shot: Shot, picture: Image.Image | None) -> None:
        task = shot.order.task
        self._done[task] += 1
        self._tell(task, self._done[task] / shot.order.count, picture)

    def fail(self, task: Task, why: Stopped) -> None:
        self.ended.setdefault(task, why)

    def _tell(self, task: Task, fraction: float, preview: Image.Image | None) -> None:
        try:
            self._report(task, fraction, preview)
        except Cancelled as cancelled:
            self.fail(task, cancelled)


def task_once(shots: Sequence[Shot], number: int) -> bool:
    """Whether this is the first shot of its task in the pass."""
    return all(shot.order.task is not shots[number].order.task for shot in shots[:number])
