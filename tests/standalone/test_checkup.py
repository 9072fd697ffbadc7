"""What the doctor says of the servers: those that are named are asked, the others are `tessera up`'s own."""

from pathlib import Path

import pytest

from scheduler.standalone import checkup
from scheduler.standalone.account import Account

NOWHERE = {"DATABASE_URL": "postgresql://127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ([], {"servers": "PostgreSQL and Valkey"}),
        (["DATABASE_URL"], {"database": "cannot be reached", "servers": "embedded Valkey"}),
        (["REDIS_URL"], {"redis": "cannot be reached", "servers": "embedded PostgreSQL"}),
        (["DATABASE_URL", "REDIS_URL"], {"database": "cannot be reached", "redis": "cannot be reached"}),
    ],
)
def test_a_server_without_a_url_is_embedded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: list[str], found: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TESSERA_DATA_DIR", str(tmp_path / "data"))
    for name, url in NOWHERE.items():
        monkeypatch.delenv(f"TESSERA_{name}", raising=False)
        if name in given:
            monkeypatch.setenv(f"TESSERA_{name}", url)
    for looked in ("misspelt", "engines", "tokens"):  # these ask other processes
        monkeypatch.setattr(checkup, looked, list)
    monkeypatch.setattr(Account, "can_enter", lambda *_: True)
    said = {finding.subject: finding.found for finding in checkup.checkup()}

    assert {subject for subject in said if subject in ("database", "redis", "servers")} == set(found)
    for subject, words in found.items():
        assert words in said[subject]
