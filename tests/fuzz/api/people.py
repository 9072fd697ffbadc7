"""Who lives in the database while the API is fuzzed: the callers, and people whose secrets nobody else may read."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import aiohttp

from scheduler.accounts.keyring import Wish, make
from scheduler.accounts.model import ACT_FOR, Platform, Scope
from scheduler.database import opened
from scheduler.standalone.keys import make_key
from tests.system.stack import SERVICE_KEY

ADMIN = "telegram:1"
BOT = "pictures"
PROMPT = "a picture of"
PATIENCE_SECONDS = 20.0
VICTIMS = {"web:victim": "web", "discord:victim": "talks", "telegram:victim": "another"}  # and the bot each came by


@dataclass(slots=True)
class Role:
    """A caller. `acts_for` are the users it may name; `forbidden` is text that none of its answers may contain."""

    name: str
    key: str | None
    acts_for: Sequence[str] = ()
    forbidden: Sequence[str] = ()

    @property
    def is_stranger(self) -> bool:
        return self.name in ("nobody", "stranger")

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin")

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}


@dataclass(slots=True)
class Town:
    """The roles, and the ids that a caller might have got hold of."""

    api: str
    database_url: str
    roles: list[Role] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    artifacts: list[str] = field(default_factory=list)

    @property
    def ids(self) -> Mapping[str, Sequence[str]]:
        """Values for parameters of these names, some of other people."""
        refs = [ADMIN, "telegram:42", "web:key:ann", "web:nobody", "telegram:"]
        bots = [BOT, *VICTIMS.values(), "none"]
        return {"job_id": self.jobs, "artifact_id": self.artifacts, "ref": refs, "bot_id": bots}


async def settle(town: Town) -> None:
    """Make the people, some jobs of each, and the callers' keys. A worker with the instant engine runs."""
    async with aiohttp.ClientSession() as session:
        for ref, bot in {**VICTIMS, "telegram:42": BOT, ADMIN: BOT}.items():
            for model in ("instant", "painter"):  # one that ends, one that waits for a worker that is gone
                await _ask(town, session, ref, bot, model)
    await _note_artifacts(town)
    bot_key = await _bots_key(town, BOT, [Scope.ACT, Scope.DELIVER])
    admins_bot_key = await _bots_key(town, "office", list(Scope))
    ann, ben, root = [
        await make_key(town.database_url, name, tier)
        for name, tier in (("ann", "pro"), ("ben", "free"), ("root", "admin"))
    ]
    victims = [secret(ref) for ref in VICTIMS]
    everybody = [*victims, secret("telegram:42"), secret(ADMIN)]
    known = ["telegram:42", "telegram:43", "web:victim", "discord:victim"]  # a bot may act for any user of its platform
    town.roles = [
        Role("nobody", None, forbidden=everybody),
        Role("stranger", "tsr_not-a-key", known, forbidden=everybody),
        Role("user", ann, forbidden=everybody),
        Role("user on Free", ben, forbidden=everybody),
        Role("bot", bot_key, [*known, ADMIN], forbidden=victims),  # an admin, too, but not as one
        Role("admin", root, forbidden=everybody),
        Role("admin by a bot", admins_bot_key, [ADMIN], forbidden=victims),
    ]


def secret(ref: str) -> str:
    """What only this person's prompts contain."""
    return f"canary-{ref.replace(':', '-')}-canary"


async def _ask(town: Town, session: aiohttp.ClientSession, ref: str, bot: str, model: str) -> None:
    headers = {
        "Authorization": f"Bearer {SERVICE_KEY}",
        ACT_FOR: ref,
        "Idempotency-Key": uuid4().hex,
    }
    body: dict[str, Any] = {
        "request": {"prompt": f"{PROMPT} {secret(ref)}", "model": model, "width": 64, "height": 64},
        "destination": {"bot_id": bot, "process": f"{bot}-1", "address": {"chat": secret(ref)}},
    }
    accepted: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "job" not in accepted:  # until the scheduler has heard that there are workers for it
            async with session.post(f"{town.api}/v1/jobs", json=body, headers=headers) as response:
                accepted = await response.json()
                assert response.status == 201 or accepted["code"] == "no_worker", accepted
    town.jobs.append(accepted["job"]["id"])


async def _note_artifacts(town: Town) -> None:
    """Wait until every job that a worker can run has its files."""
    async with opened(town.database_url) as connection, asyncio.timeout(PATIENCE_SECONDS):
        while len(town.artifacts) < len(town.jobs) // 2:
            await asyncio.sleep(0.1)
            town.artifacts = [str(row["id"]) for row in await connection.fetch("select id from artifacts")]


async def _bots_key(town: Town, name: str, scopes: Sequence[Scope]) -> str:
    async with opened(town.database_url) as connection:
        return await make(connection, Wish(name, Platform.TELEGRAM, name, scopes, None, timedelta(hours=1)))


async def belongings(town: Town) -> list[str]:
    """What the victims have, row by row: nobody else may change it."""
    async with opened(town.database_url) as connection:
        rows = await connection.fetch(
            """
            select to_jsonb(t)::text as row from (
                select u.id, to_jsonb(a) as account, to_jsonb(j) - 'wait_until' as job, to_jsonb(d) as delivery
                  from users u join billing.token_account a on a.user_id = u.id
                  join jobs j on j.user_id = u.id join deliveries d on d.job_id = j.id
                 where u.platform_user_id = 'victim' order by j.created_at
            ) t
            """
        )
    return [row["row"] for row in rows]
