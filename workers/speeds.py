"""How fast this worker has been, by model: running means of what runs took for a token, and of what loads took."""

from scheduler.wire import LONGEST_SPEED

NEW_WEIGHT = 0.2  # of the newest in a running mean
SHORTEST_SECONDS = 0.001  # that are told apart


class Speeds:
    """Written and read on the event loop; every beat states it."""

    def __init__(self) -> None:
        self.paces: dict[str, float] = {}  # seconds for each token that a job is charged, without loading
        self.load_seconds: dict[str, float] = {}

    def ran(self, model: str, seconds: float, tokens: float) -> None:
        """A job was made; of one that came without its price nothing is learnt."""
        if tokens > 0:
            note(self.paces, model, max(seconds, SHORTEST_SECONDS) / tokens)

    def loaded(self, model: str, seconds: float) -> None:
        note(self.load_seconds, model, seconds)


def note(means: dict[str, float], model: str, value: float) -> None:
    mean = means.get(model, value)
    means[model] = min(float(f"{mean + NEW_WEIGHT * (value - mean):.6g}"), LONGEST_SPEED)
