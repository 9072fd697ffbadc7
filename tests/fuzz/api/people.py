"""Who lives in the database while the API is fuzzed: the callers, and people whose secrets nobody else may read."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from scheduler.accounts.keyring import Wish, make
from scheduler.accounts.model import ACT_FOR, Platform, Scope
from scheduler.database import opened
from scheduler.standalone.keys import make_key
from tests.fuzz.api.canaries import picture, plant, secret, things_of
from tests.system.stack import SERVICE_KEY

ADMIN = "telegram:1"
BOT = "pictures"
PROMPT = "a picture of"
PATIENCE_SECONDS = 20.0
VICTIMS = {"web:victim": "web", "discord:victim": "talks", "telegram:victim": "another"}  # and the bot each came by
PEOPLE = {**VICTIMS, "telegram:42": BOT, ADMIN: BOT}


@dataclass(slots=True)
class Role:
    """A caller. `acts_for` are the users it may name; of `others` it may get and change nothing."""

    name: str
    key: str | None
    acts_for: Sequence[str] = ()
    others: Sequence[str] = ()

    @property
    def is_stranger(self) -> bool:
        return self.name in ("nobody", "stranger")

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin")

    @property
    def forbidden(self) -> Sequence[str]:
        """Text that none of its answers may contain."""
        return [secret(ref) for ref in self.others]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


@dataclass(slots=True)
class Town:
    """The roles, and the ids that a caller might have got hold of. `owners` says whose they are; `files` are theirs."""

    api: str
    database_url: str
    store: Path
    roles: list[Role] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)
    files: dict[str, set[bytes]] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)  # keys that were good

    @property
    def ids(self) -> Mapping[str, Sequence[str]]:
        """Values for parameters of these names, some of other people."""
        refs = [ADMIN, "telegram:42", "web:key:ann", "web:nobody", "telegram:"]
        bots = [BOT, *VICTIMS.values(), "none"]
        things = {"job_id": self.jobs, "artifact_id": self.artifacts, "upload_id": self.uploads}
        return {**things, "ref": refs, "bot_id": bots}


async def settle(town: Town) -> None:
    """Make the people, some jobs of each, and the callers' keys. A worker with the instant engine runs."""
    async with aiohttp.ClientSession() as session:
        for ref, bot in PEOPLE.items():
            await _give(town, session, ref)
            for model in ("instant", "painter"):  # one that ends, one that waits for a worker that is gone
                await _ask(town, session, ref, bot, model)
    await _note_things(town)
    bot_key = await _bots_key(town, BOT, [Scope.ACT, Scope.DELIVER])
    admins_bot_key = await _bots_key(town, "office", list(Scope))
    town.ended.append(await make_key(town.database_url, "ann", "pro"))
    ann, ben, root = [
        await make_key(town.database_url, name, tier)
        for name, tier in (("ann", "pro"), ("ben", "free"), ("root", "admin"))
    ]
    victims, everybody = list(VICTIMS), list(PEOPLE)
    known = ["telegram:42", "telegram:43", "web:victim", "discord:victim"]  # a bot may act for any user of its platform
    town.roles = [
        Role("nobody", None, others=everybody),
        Role("stranger", "tsr_not-a-key", known, others=everybody),
        Role("user", ann, others=everybody),
        Role("user on Free", ben, others=everybody),
        Role("bot", bot_key, [*known, ADMIN], others=victims),  # an admin, too, but not as one
        Role("admin", root, others=everybody),
        Role("admin by a bot", admins_bot_key, [ADMIN], others=victims),
    ]


async def _give(town: Town, session: aiohttp.ClientSession, ref: str) -> None:
    headers = {"Authorization": f"Bearer {SERVICE_KEY}", ACT_FOR: ref, "Content-Type": "image/png"}
    async with session.post(f"{town.api}/v1/uploads", data=picture(ref), headers=headers) as response:
        town.uploads.append((await response.json())["id"])
    town.owners[town.uploads[-1]] = ref


async def _ask(town: Town, session: aiohttp.ClientSession, ref: str, bot: str, model: str) -> None:
    headers = {
        "Authorization": f"Bearer {SERVICE_KEY}",
        ACT_FOR: ref,
        "Idempotency-Key": uuid4().hex,
    }
    request = {"prompt": f"{PROMPT} {secret(ref)}", "model": model, "width": 64, "height": 64}
    if model == "instant":  # what it makes shows what it was given
        request["picture"] = next(given for given in town.uploads if town.owners[given] == ref)
    body: dict[str, Any] = {
        "request": request,
        "destination": {"bot_id": bot, "process": f"{bot}-1", "address": {"chat": secret(ref)}},
    }
    accepted: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "job" not in accepted:  # until the scheduler has heard that there are workers for it
            async with session.post(f"{town.api}/v1/jobs", json=body, headers=headers) as response:
                accepted = await response.json()
                assert response.status == 201 or accepted["code"] == "no_worker", accepted
    town.jobs.append(accepted["job"]["id"])
    town.owners[town.jobs[-1]] = ref


async def _note_things(town: Town) -> None:
    """Wait until every job that a worker can run has its files; make more of them, and note whose they are."""
    async with opened(town.database_url) as connection:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(made := await connection.fetch("select job_id from artifacts")) < len(PEOPLE):
                await asyncio.sleep(0.1)
        for row in made:
            await plant(connection, town.store, town.owners[str(row["job_id"])], str(row["job_id"]))
        for ref in PEOPLE:
            things = await things_of(connection, town.store, ref)
            town.files[ref] = set().union(*things.values())
            town.owners |= dict.fromkeys(things, ref)
            town.artifacts += [thing for thing in things if thing not in town.uploads]


async def _bots_key(town: Town, name: str, scopes: Sequence[Scope]) -> str:
    async with opened(town.database_url) as connection:
        return await make(connection, Wish(name, Platform.TELEGRAM, name, scopes, None, timedelta(hours=1)))


async def belongings(town: Town) -> list[str]:
    """What the victims have, row by row: nobody else may change it."""
    async with opened(town.database_url) as connection:
        rows = await connection.fetch(
            """
            select to_jsonb(t)::text as row from (
                select u.id, to_jsonb(a) as account, to_jsonb(j) - 'wait_until' as job, to_jsonb(d) as delivery,
                       (select jsonb_agg(p order by p.id) from uploads p where p.user_id = u.id) as uploads,
                       (select jsonb_agg(f order by f.id) from artifacts f where f.job_id = j.id) as artifacts
                  from users u join billing.token_account a on a.user_id = u.id
                  join jobs j on j.user_id = u.id join deliveries d on d.job_id = j.id
                 where u.platform_user_id = 'victim' order by j.created_at
            ) t
            """
        )
    return [row["row"] for row in rows]
