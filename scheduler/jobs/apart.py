"""Jobs that cannot be started though the database is well: kept out of the line for a while, to hold up nobody.

They still wait in the database, and the auditor puts them into the line again when their time is over.
"""

from uuid import UUID

APART_SECONDS = 60.0


class Apart:
    def __init__(self) -> None:
        self.until: dict[UUID, float] = {}

    def put(self, job_id: UUID, now: float) -> None:
        self.until = {one: until for one, until in self.until.items() if until > now}
        self.until[job_id] = now + APART_SECONDS

    def has(self, job_id: UUID, now: float) -> bool:
        return self.until.get(job_id, now) > now
