"""The judge of the API's fuzzer finds what was given to the wrong person."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.fuzz.api.canaries import picture, secret
from tests.fuzz.api.judging import Exchange, wrongly_given
from tests.fuzz.api.people import Role, Town

VICTIM, OWN = "web:victim", "telegram:42"
THEIRS, MINE = "01a200f2-3034-78cb-a3d5-4826abeb6cc4", "01a200f2-3034-78cb-a3d5-4826abeb6cc5"
BOT = Role("bot", "key", [OWN], others=[VICTIM])


def found(path: str, *, role: Role = BOT, status: int = 200, content: bytes = b"{}", **more: Any) -> list[str]:
    town = Town("http://api", "postgresql://db", Path("/store"))
    town.owners, town.files = {THEIRS: VICTIM, MINE: OWN}, {VICTIM: {picture(VICTIM)}, OWN: {picture(OWN)}}
    answer = SimpleNamespace(status_code=status, content=content)
    exchange = Exchange(path, more.get("parameters"), more.get("body"), answer)
    return list(wrongly_given(town, role, exchange))


def test_words_and_files_of_others_are_known_again() -> None:
    assert found("/v1/jobs", content=secret(VICTIM).encode()) == ["bot reads canary-web-victim-canary"]
    assert found("/v1/jobs", content=secret(OWN).encode()) == []
    assert found("/v1/artifacts/{artifact_id}", content=picture(VICTIM)) == ["bot is given a file of web:victim"]
    assert found("/v1/artifacts/{artifact_id}", content=picture(OWN)) == []


def test_whoever_is_served_with_another_s_thing_is_found() -> None:
    theirs, mine = {"upload_id": THEIRS}, {"upload_id": MINE}
    served = ["bot is served with a thing of web:victim"]
    assert found("/v1/uploads/{upload_id}", parameters=theirs) == served
    assert found("/v1/uploads/{upload_id}", parameters=mine) == []
    assert found("/v1/uploads/{upload_id}", parameters=theirs, status=404) == []
    for request in ({"picture": THEIRS}, {"film": {"clips": [{"id": MINE}, {"id": THEIRS}]}}, {"after": [THEIRS]}):
        assert found("/v1/jobs", body={"request": request}, status=201) == served
    assert found("/v1/jobs", body={"request": {"picture": MINE}}, status=201) == []
    assert found("/v1/deliveries/{job_id}/report", parameters={"job_id": THEIRS}) == []
    admin = replace(BOT, name="admin by a bot")
    assert found("/v1/admin/jobs/{job_id}", role=admin, parameters={"job_id": THEIRS}) == []
