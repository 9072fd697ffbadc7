"""Discord's rate limits: buckets per route, 50 requests/s per bot, and what happens to those who do not wait."""

import re
from collections import deque
from dataclasses import dataclass

GLOBAL_PER_SECOND = 50
INVALID_REQUESTS_BAN = 10_000
INVALID_REQUESTS_SECONDS = 600.0
# Learnt from the headers of the real API; a message's edits share the bucket of its channel.
BUCKETS = (
    (re.compile(r"POST (/channels/\d+/messages)"), 5, 5.0),
    (re.compile(r"PATCH (/channels/\d+/messages)/\d+"), 5, 5.0),
    (re.compile(r"DELETE (/channels/\d+/messages)/\d+"), 5, 1.0),
    (re.compile(r"POST (/channels/\d+/typing)"), 5, 5.0),
    (re.compile(r"\w+ (/webhooks/\d+/[^/]+)(?:/.*)?"), 5, 2.0),
)
NOT_LIMITED_GLOBALLY = re.compile(r"\w+ /(interactions|webhooks)/")


@dataclass(slots=True)
class Bucket:
    """A window of `seconds` that takes `limit` requests."""

    key: str
    limit: int
    seconds: float
    ends_at: float = 0.0
    used: int = 0
    closed_until: float = 0.0
    """Set by a 429: who comes earlier did not obey."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A 429: wait `retry_after` seconds; `disobedient` when an earlier 429 had already said so."""

    retry_after: float
    everywhere: bool
    disobedient: bool


class Limits:
    """The buckets of all bots."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}
        self._recent: dict[str, deque[float]] = {}
        self._closed_until: dict[str, float] = {}
        self._shut_until = 0.0
        self.invalid: deque[float] = deque()
        self._strangers: set[str] = set()
        """Waits that nobody knows of any more: a bucket's key, a bot's name for its global one."""

    def take(self, bot: str, line: str, now: float) -> Refusal | None:
        """Count one request, or say why it may not pass."""
        if now < self._shut_until:
            return Refusal(self._shut_until - now, everywhere=True, disobedient=True)
        bucket = self.bucket(bot, line)
        if now < bucket.closed_until:
            return Refusal(bucket.closed_until - now, everywhere=False, disobedient=self._knew(bucket.key))
        if not NOT_LIMITED_GLOBALLY.match(line) and (refusal := self._take_global(bot, now)):
            return refusal
        if now >= bucket.ends_at:
            bucket.ends_at, bucket.used = now + bucket.seconds, 0
        if bucket.used >= bucket.limit:
            bucket.closed_until = bucket.ends_at
            return Refusal(bucket.ends_at - now, everywhere=False, disobedient=False)
        bucket.used += 1
        return None

    def close(self, bot: str, line: str, until: float, *, everywhere: bool) -> None:
        """Remember a 429 that a test ordered."""
        if everywhere:
            self._closed_until[bot] = until
        else:
            self.bucket(bot, line).closed_until = until

    def shut(self, until: float) -> None:
        """Remember a 429 of Cloudflare, which stands before all routes."""
        self._shut_until = until

    def forget_who_was_told(self) -> None:
        """The waits stay, but nobody knows of them: the next early call of each is refused and tells."""
        self._strangers = {*self._buckets, *self._closed_until}

    def _knew(self, key: str) -> bool:
        knew = key not in self._strangers
        self._strangers.discard(key)
        return knew

    def headers(self, bot: str, line: str, now: float) -> dict[str, str]:
        """The headers by which clients pace themselves."""
        bucket = self.bucket(bot, line)
        wait = max(0.0, bucket.ends_at - now)
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(max(0, bucket.limit - bucket.used)),
            "X-RateLimit-Reset": f"{now + wait:.3f}",
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Bucket": f"{hash(bucket.key) & 0xFFFFFFFFFFFFFFFF:016x}",
        }

    def bucket(self, bot: str, line: str) -> Bucket:
        for pattern, limit, seconds in BUCKETS:
            if match := pattern.fullmatch(line):
                key = f"{bot} {line.split()[0] if '/channels/' in line else ''} {match[1]}"
                return self._buckets.setdefault(key, Bucket(key, limit, seconds))
        key = f"{bot} {line}"
        return self._buckets.setdefault(key, Bucket(key, GLOBAL_PER_SECOND, 1.0))

    def count_invalid(self, now: float) -> bool:
        """Note a 401, 403 or 429; True when the address would now be banned."""
        self.invalid.append(now)
        while self.invalid[0] < now - INVALID_REQUESTS_SECONDS:
            self.invalid.popleft()
        return len(self.invalid) >= INVALID_REQUESTS_BAN

    def _take_global(self, bot: str, now: float) -> Refusal | None:
        if now < (until := self._closed_until.get(bot, 0.0)):
            return Refusal(until - now, everywhere=True, disobedient=self._knew(bot))
        recent = self._recent.setdefault(bot, deque())
        while recent and recent[0] <= now - 1.0:
            recent.popleft()
        if len(recent) >= GLOBAL_PER_SECOND:
            self._closed_until[bot] = recent[0] + 1.0
            return Refusal(recent[0] + 1.0 - now, everywhere=True, disobedient=False)
        recent.append(now)
        return None
