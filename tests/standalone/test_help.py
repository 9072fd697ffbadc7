"""What `tessera up --help` tells: everything that can be set."""

import pytest
from typer.testing import CliRunner

from scheduler.cli import app
from scheduler.standalone import asking


def test_up_lists_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ask", lambda module: {"settings": [{**asking.DATA_DIR, "variable": f"THE_{module}"}]})
    said = CliRunner().invoke(app, ["up", "--help"]).output

    for words in (
        "Run everything on this machine",
        "TESSERA_DATABASE_URL",
        "THE_workers",
        "THE_bots",
        "TESSERA_DATA_DIR",
    ):
        assert words in said
