"""What a submit or a quote asks for, with the checks that need no account; whatever came before is answered first."""

import asyncpg
from aiohttp import web

from scheduler.accounts.doorkeeper import Doorkeeper
from scheduler.accounts.model import Caller
from scheduler.errors import Code, Fact, Refusal, Refused
from scheduler.films.model import cut
from scheduler.films.queries import find_material
from scheduler.jobs.admitter import Admitter
from scheduler.jobs.agenda.bookings import Bookings
from scheduler.jobs.agenda.model import booking
from scheduler.jobs.agenda.queries import parents_of
from scheduler.jobs.lineage import is_unseen
from scheduler.jobs.model import Submission
from scheduler.jobs.queries.views import read_parent
from scheduler.jobs.submits import Admitted, Answer, Replayed, Submit
from scheduler.jobs.views import Viewer
from scheduler.plans.limits import check_prompt
from scheduler.uploads.model import Picture
from scheduler.uploads.queries import find_picture

KEY_LIMIT = 200  # jobs.idempotency_key


class Intake:
    def __init__(
        self, pool: asyncpg.Pool, door: Doorkeeper, admitter: Admitter, bookings: Bookings, viewer: Viewer
    ) -> None:
        self.pool = pool
        self.door = door
        self.admitter = admitter
        self.bookings = bookings
        self.viewer = viewer

    async def submit(self, request: web.Request, body: Submission) -> tuple[Caller, Answer]:
        caller = await self._caller(request, body)
        submit, refusal = await self._wanted(request, caller, body)
        if refusal:
            answer: Answer = await self._before(submit, refusal)
        elif submit.booking:
            answer = await self.bookings.submit(submit, submit.booking)
        else:
            answer = await self.admitter.submit(submit)
        return caller, await self._foretold(answer, caller) if isinstance(answer, Refusal) else answer

    async def quote(self, request: web.Request, body: Submission) -> Admitted | Refusal:
        caller = await self._caller(request, body)
        submit, refusal = await self._wanted(request, caller, body)
        booked = submit.booking
        answer = refusal or await (self.bookings.quote(submit, booked) if booked else self.admitter.quote(submit))
        return await self._foretold(answer, caller) if isinstance(answer, Refusal) else answer

    async def _caller(self, request: web.Request, body: Submission) -> Caller:
        caller = await self.door.caller(request.headers)
        if body.destination and not (caller.via_service and caller.bot_id in (None, body.destination.bot_id)):
            raise Refused.because(Code.FORBIDDEN)
        return caller

    async def _wanted(self, request: web.Request, caller: Caller, body: Submission) -> tuple[Submit, Refusal | None]:
        """What the caller asks for, and why they do not get it whatever their account says."""
        refusal, parent, picture, film, booked = check_prompt(body.request.prompt), None, None, None, None
        if refusal is None and body.request.parent_id is not None:
            parent = await read_parent(self.pool, body.request.parent_id, caller.user_id, body.destination)
            if parent is None or is_unseen(body.request, parent):
                refusal = Refusal(Code.NOT_FOUND, {"what": "parent job"})
        if refusal is None and body.request.picture is not None:
            picture = await find_picture(self.pool, body.request.picture, caller.user_id)
            refusal = no_picture(picture)
        if refusal is None and body.request.film is not None:
            made = cut(body.request.film, await find_material(self.pool, body.request.film.names(), caller.user_id))
            if isinstance(made, Refusal):
                refusal = made
            else:
                film, refusal = made, made.too_heavy(body.request.width, body.request.height)
        if refusal is None and (body.request.start_at or body.request.after):
            later = booking(body.request, *await parents_of(self.pool, body.request.after, caller.user_id))
            refusal, booked = (later, None) if isinstance(later, Refusal) else (None, later)
        key = idempotency_key(request)
        return Submit(caller, body.request, key, body.destination, parent, picture, film, booked), refusal

    async def _foretold(self, refusal: Refusal, caller: Caller) -> Refusal:
        """The same, with when it frees where that is a matter of what the caller's jobs still take."""
        if refusal.code is not Code.TOO_MANY_WAITING or "open" in refusal.facts:  # more than one must end
            return refusal
        seconds = await self.viewer.frees_in(caller.user_id)
        known: dict[str, Fact] = {} if seconds is None else {"retry_after_seconds": max(1.0, round(seconds, 1))}
        return Refusal(refusal.code, {**refusal.facts, **known})

    async def _before(self, submit: Submit, refusal: Refusal) -> Replayed | Refusal:
        """What would be refused now may have been admitted before: a parent can be archived meanwhile."""
        if submit.key is None:
            return refusal
        return (await self.admitter.desk.read(self.pool, [submit])).before(submit) or refusal


def no_picture(found: Picture | None) -> Refusal | None:
    """Why there is nothing to start from: it is not the caller's own, or not there any more."""
    if found is None:
        return Refusal(Code.NOT_FOUND, {"what": "picture"})
    return Refusal(Code.GONE, {"what": "picture"}) if found.expired else None


def idempotency_key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > KEY_LIMIT or not key.isprintable():
        wrong = {"loc": "Idempotency-Key", "msg": f"must be printable and at most {KEY_LIMIT} characters"}
        raise Refused.because(Code.INVALID_REQUEST, errors=[dict(wrong)])
    return key or None
