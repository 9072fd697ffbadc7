"""The smaller film for screens, made of the frames of the larger one while that is written."""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import av

from workers.media.film_file import Take, at_most, film_file
from workers.media.screen import X264

AHEAD = 4  # frames that wait, at most: a large one has some megabytes


@contextmanager
def alongside(
    path: Path, size: tuple[int, int], rate: int, metadata: Mapping[str, object], bits: int
) -> Iterator[Take]:
    """Takes what the file of the larger film takes, before or after it, in a thread of its own; what goes wrong there
    is raised here."""
    options = X264 | at_most(bits)
    coming: deque[Future[None]] = deque()
    with film_file(path, size, rate, metadata, options) as take, ThreadPoolExecutor(1, "alongside") as crew:

        def show(frame: av.VideoFrame | None) -> None:
            coming.append(crew.submit(lambda: take(frame and frame.reformat(*size))))
            if len(coming) > AHEAD:
                coming.popleft().result()

        yield show
        for one in coming:
            one.result()
