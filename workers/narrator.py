"""What an engine's reports become: progress at a bearable pace, previews more seldom, the end of a called-off task."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from scheduler.wire import Assignment, Progress
from workers.attempt import Attempt
from workers.engines.protocol import Cancelled
from workers.media import screen

PROGRESS_SECONDS = 0.25  # least time between two lines of progress
FILMED = 0.75  # of the work on a film that is then made once more for screens; 0.6 to 0.9 was measured


@dataclass(frozen=True, slots=True)
class News:
    """One line of progress, where it is published, and the preview that came with it, as large as it came."""

    progress: Progress
    channel: str
    preview: Image.Image | None = None


class Narrator:
    """What one attempt's engine reports, called in its thread; `tell` must be safe to call from there."""

    def __init__(
        self,
        attempt: Attempt,
        tell: Callable[[News], None],
        preview_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        left: Callable[[], None] = lambda: None,
    ) -> None:
        """`left` is called when the engine is told to leave the attempt, which was called off."""
        self._attempt = attempt
        self._tell = tell
        self._preview_seconds = preview_seconds
        self._clock = clock
        self._left = left
        self._began = clock()
        self._told_at = self._began
        self._previewed_at = float("-inf")
        self._previews = 0
        self._shown = 0.0
        self._engines = FILMED if made_twice(attempt.assignment) else 1.0  # the engine's part of the work

    def begin(self, *, films_twice: bool = False) -> None:
        """The engine starts: seconds left are reckoned from here, without the loading of the model. `films_twice`: it
        makes the rendition of a film itself."""
        self._began = self._clock()
        if films_twice:
            self._engines = 1.0

    @property
    def assignment(self) -> Assignment:
        return self._attempt.assignment

    def __call__(self, fraction: float, preview: Image.Image | None = None) -> None:
        self.check()
        now = self._clock()
        if fraction == fraction:  # not NaN
            self._attempt.fraction = max(self._attempt.fraction, min(float(fraction), 1.0) * self._engines)
        due = preview is not None and now - self._previewed_at >= self._preview_seconds
        if not due and now - self._told_at < PROGRESS_SECONDS:
            return
        self._told_at = now
        if due:
            self._previewed_at = now
            self._previews += 1
        shown = preview if due else None
        self._tell(News(self._progress(now), self._attempt.assignment.events_channel, shown))

    def render(self, fraction: float) -> None:
        """The engine is done, and so much of a film's rendition. Where none was foreseen, less is done than was told;
        what is told never goes back."""
        self.check()
        self._attempt.fraction = FILMED + (1 - FILMED) * fraction
        now = self._clock()
        if now - self._told_at >= PROGRESS_SECONDS:
            self._told_at = now
            self._tell(News(self._progress(now), self._attempt.assignment.events_channel))

    def finish(self) -> None:
        """All is made, and will be stored: the last line, always told."""
        self.check()
        self._attempt.fraction = 1.0
        self._tell(News(self._progress(self._clock()), self._attempt.assignment.events_channel))

    def check(self) -> None:
        if self._attempt.calloff is not None:
            self._left()
            raise Cancelled

    def _progress(self, now: float) -> Progress:
        fraction = self._attempt.fraction
        self._shown = max(self._shown, fraction)
        left = (now - self._began) * (1 - fraction) / fraction if fraction else None
        return Progress(
            job_id=self._attempt.assignment.job_id,
            attempt=self._attempt.assignment.attempt,
            fraction=self._shown,
            seconds_left=None if left is None else round(left, 1),
            preview=self._previews or None,
        )


def made_twice(assignment: Assignment) -> bool:
    """Whether it is a film that is larger than a screen. One that becomes too heavy for a chat is not known before."""
    sides = assignment.params.get("width"), assignment.params.get("height")
    if assignment.capability != "video" or not all(isinstance(side, int) for side in sides):
        return False
    return screen.size_of((int(sides[0] or 0), int(sides[1] or 0)), size_bytes=0) is not None


def first_line(attempt: Attempt) -> News:
    """Told the moment the attempt starts."""
    progress = Progress(job_id=attempt.assignment.job_id, attempt=attempt.assignment.attempt, fraction=0.0)
    return News(progress, attempt.assignment.events_channel)
