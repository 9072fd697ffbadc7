"""Who waits in a class and how much: the place in line, without looking at every job."""

from heapq import merge
from itertools import islice
from math import log2
from typing import NamedTuple

from scheduler.jobs.policy.lines import Member, by_seq
from scheduler.jobs.policy.model import Waiting

BUCKETS = 256  # of waiting tokens per member, eight to an octave
WORD = 12  # bits of a number that tell its place in a word
LAST_BIT = (1 << WORD) - 1
FEW = 64  # members that are counted one by one
FEW_JOBS = 16  # of a line or a member that are looked at; the others count as what is left on average


class Ahead(NamedTuple):
    """What will be served before a job, were all workers alike."""

    jobs: int
    tokens: float


class Joined:
    """The numbers of those who joined, and how many are smaller than one: a bit each, in words by the thousands."""

    def __init__(self) -> None:
        self.words: dict[int, int] = {}

    def add(self, seq: int) -> None:
        self.words[seq >> WORD] = self.words.get(seq >> WORD, 0) | 1 << (seq & LAST_BIT)

    def remove(self, seq: int) -> None:
        left = self.words.pop(seq >> WORD, 0) & ~(1 << (seq & LAST_BIT))
        if left:
            self.words[seq >> WORD] = left

    def before(self, seq: int) -> int:
        mine, smaller = seq >> WORD, (1 << (seq & LAST_BIT)) - 1
        whole = sum(word.bit_count() for number, word in self.words.items() if number < mine)
        return whole + (self.words.get(mine, 0) & smaller).bit_count()


class Crowd:
    """The members of one class who wait. Above FEW the counts are estimates from a histogram of their tokens."""

    def __init__(self) -> None:
        self.jobs = 0
        self.tokens = 0.0
        self.members: dict[Member, None] = {}
        self.joined = Joined()
        self.cells: dict[int, list[float]] = {}  # bucket -> members, tokens, jobs; only those that have members

    def join(self, member: Member, tokens: float, seq: int) -> None:
        if not member.jobs:
            member.joined = seq
            self.joined.add(seq)
        self._change(member, tokens, 1)

    def leave(self, member: Member, tokens: float) -> None:
        self._change(member, -tokens, -1)

    def _change(self, member: Member, tokens: float, jobs: int) -> None:
        """Out of the old bucket, into the new one."""
        if member.jobs:
            cell = self.cells[member.bucket]
            cell[0] -= 1
            cell[1] -= member.tokens
            cell[2] -= member.jobs
            if not cell[0]:
                del self.cells[member.bucket]
        self.jobs += jobs
        self.tokens += tokens
        member.jobs += jobs
        if member.jobs:
            member.tokens += tokens
            member.bucket = bucket(member.tokens)
            cell = self.cells.setdefault(member.bucket, [0, 0.0, 0])
            cell[0] += 1
            cell[1] += member.tokens
            cell[2] += member.jobs
            if jobs > 0:
                self.members[member] = None
        else:
            member.tokens = 0.0
            del self.members[member]
            self.joined.remove(member.joined)
            if not self.jobs:
                self.tokens = 0.0

    def before(self, tag: float, reach: float, seq: int, but: Member | None) -> Ahead:
        """What the members, except one, are served before the start tag `tag`, which lies `reach` tokens ahead of the
        present; at the same tag the earlier admission goes first."""
        if len(self.members) > FEW:
            return self._estimate(reach, but) if reach > 0 else self._first(seq, but)
        parts = [until(member, tag, seq) for member in self.members if member is not but]
        return Ahead(sum(one.jobs for one in parts), sum(one.tokens for one in parts))

    def _first(self, seq: int, but: Member | None) -> Ahead:
        """At the present each member takes the one job that was admitted before."""
        jobs = self.joined.before(seq) - (but is not None and but.jobs > 0 and but.joined < seq)
        return Ahead(jobs, jobs * self.tokens / self.jobs)

    def _estimate(self, reach: float, but: Member | None) -> Ahead:
        """Each member takes the least of what it has waiting and `reach`, but one job at least."""
        jobs = tokens = 0.0
        for members, waiting, count in self.cells.values():
            part = min(1.0, max(reach * members / waiting, members / count))
            jobs += part * count
            tokens += part * waiting
        if but and but.jobs:
            part = min(1.0, max(reach / but.tokens, 1 / but.jobs))
            jobs -= part * but.jobs
            tokens -= part * but.tokens
        return Ahead(round(jobs), tokens)


def bucket(tokens: float) -> int:
    return min(BUCKETS - 1, int(8 * log2(tokens + 1)))


def until(member: Member, tag: float, seq: int) -> Ahead:
    """The member's jobs whose start tags come before `tag`, or at it with an earlier admission."""
    lines = [line for line in member.lines if line]
    start = min(line.key for line in lines)
    firsts = (line.jobs[line.first : line.first + FEW_JOBS] for line in lines)
    jobs, tokens = 0, 0.0
    for job in islice(merge(*firsts, key=by_seq), FEW_JOBS):
        if start > tag or (start == tag and job.seq > seq):
            return Ahead(jobs, tokens)
        jobs, tokens, start = jobs + 1, tokens + job.cost, start + job.cost
    if jobs == member.jobs or start > tag:
        return Ahead(jobs, tokens)
    part = min(1.0, (tag - start) / (member.tokens - tokens))
    return Ahead(jobs + round(part * (member.jobs - jobs)), tokens + part * (member.tokens - tokens))


def mine_before(member: Member, job: Waiting) -> Ahead:
    """The member's own jobs that were admitted earlier."""
    jobs, tokens = 0, 0.0
    for line in member.lines:
        if line:
            place = line.place(job)
            jobs += place
            few = min(place, FEW_JOBS)
            first = sum(one.cost for one in line.jobs[line.first : line.first + few])
            tokens += first * place / few if few else 0.0
    return Ahead(jobs, tokens)
