"""Places at the door and lines behind it: how many are for whom."""

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic
from typing import TypeVar

from scheduler.accounts.model import Party

MOST_OF_A_USER = 24  # of the places of each kind; of a bot's users and of people with a key of their own
FEW = 128  # requests that are let in however long the others take
STANDING_SECONDS = 0.35  # an older request means that they come faster than they are answered

K = TypeVar("K", str, Party)


@dataclass(slots=True)
class Places:
    """So many at once. A key may hold an equal part, reckoned as if one more key came; a user behind it a few."""

    most: int
    total: int = 0
    keys: Counter[str] = field(default_factory=Counter)
    users: Counter[Party] = field(default_factory=Counter)

    def has_room(self, party: Party) -> bool:
        others = len(self.keys) - (party.key in self.keys)
        if self.total >= self.most or self.keys[party.key] >= max(1, self.most // (others + 2)):
            return False
        return party.user is None or self.users[party] < MOST_OF_A_USER

    def take(self, party: Party) -> None:
        self.total += 1
        self.keys[party.key] += 1
        if party.user is not None:
            self.users[party] += 1

    def leave(self, party: Party) -> None:
        self.total -= 1
        lower(self.keys, party.key)
        if party.user is not None:
            lower(self.users, party)


@dataclass(slots=True)
class Lines:
    """Requests that are here as a whole and not answered yet: times, the oldest first, by the key and by whose line it
    is. A bot has one for all its users; people with keys of their own, and strangers, have one each."""

    began: dict[str, dict[str | None, dict[int, float]]] = field(default_factory=dict)

    def join(self, party: Party, request: int) -> None:
        self.began.setdefault(party.key, {}).setdefault(owner(party), {})[request] = monotonic()

    def leave(self, party: Party, request: int) -> None:
        lines = self.began[party.key]
        line = lines[owner(party)]
        del line[request]
        if not line:
            del lines[owner(party)]
        if not lines:
            del self.began[party.key]

    def is_standing(self, party: Party) -> bool:
        """Whether so many of this one's requests are open, and for so long, that one more would wait too long."""
        lines = self.began.get(party.key, {})
        line = lines.get(owner(party))
        if not line or monotonic() - next(iter(line.values())) <= STANDING_SECONDS:
            return False
        return len(line) > max(1, FEW // len(self.began) // len(lines))


def owner(party: Party) -> str | None:
    return None if party.is_bot else party.user


def lower(counts: Counter[K], name: K) -> None:
    """One less; who has none is forgotten."""
    counts[name] -= 1
    if not counts[name]:
        del counts[name]
