"""The last beat of each worker: what a scheduler that takes the lead knows of them at once."""

from collections.abc import Sequence

from scheduler.wire import BEAT_SECONDS, Beat

LATELY_SECONDS = 2.5 * BEAT_SECONDS  # whoever has beaten since is there


class Lately:
    def __init__(self) -> None:
        self.beats: dict[str, tuple[float, Beat]] = {}  # and when they came

    def note(self, beats: Sequence[Beat], now: float) -> None:
        self.beats.update({beat.worker_id: (now, beat) for beat in beats})

    def known(self, now: float) -> dict[str, Beat]:
        """By worker; those who have been silent are forgotten."""
        since = now - LATELY_SECONDS
        self.beats = {worker_id: (at, beat) for worker_id, (at, beat) in self.beats.items() if at > since}
        return {worker_id: beat for worker_id, (_, beat) in self.beats.items()}
