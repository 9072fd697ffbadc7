"""Which bots there are, and what is said about wrong settings."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bots import __main__ as program
from bots.checking import check
from bots.making import Maker, offered
from bots.settings import BotSettings
from scheduler.config import load
from scheduler.errors import SettingsError

TELEGRAM = "123456789:AAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
TABLE = """
[[bots]]
bot_id = "second"
platform = "telegram"
token_variable = "SECOND_TOKEN"
"""


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_web_chat_is_always_there_and_tokens_alone_give_one_bot_each(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(load(BotSettings).entries()) == ["web"]
    monkeypatch.setenv("TESSERA_TELEGRAM_TOKEN", TELEGRAM)
    monkeypatch.setenv("TESSERA_DISCORD_TOKEN", "")
    assert list(load(BotSettings).entries()) == ["web", "telegram"]


def test_several_bots_of_a_platform_stand_in_the_toml_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("tessera.toml").write_text(TABLE, "utf-8")
    Path(".env").write_text(f"SECOND_TOKEN={TELEGRAM}\n", "utf-8")
    monkeypatch.setenv("TESSERA_TELEGRAM_TOKEN", TELEGRAM)
    entries = load(BotSettings).entries()
    assert list(entries) == ["web", "telegram", "second"]
    token = entries["second"].token
    assert token is not None
    assert token.get_secret_value() == TELEGRAM
    assert TELEGRAM not in repr(entries)


def test_a_bot_makes_everything_unless_its_table_says_what(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECOND_TOKEN", TELEGRAM)
    Path("tessera.toml").write_text(TABLE + 'capabilities = ["audio"]\n', "utf-8")
    entries = load(BotSettings).entries()
    assert offered(entries["second"].capabilities) == (Maker.MUSIC, Maker.SAY)
    assert offered(entries["web"].capabilities) == tuple(Maker)
    Path("tessera.toml").write_text(TABLE + "capabilities = []\n", "utf-8")
    with pytest.raises(SettingsError):
        load(BotSettings)


def test_one_process_takes_the_webhook_calls_of_one_bot(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("tessera.toml").write_text(TABLE, "utf-8")
    hook = {"TELEGRAM_WEBHOOK_URL": "https://bots.example/hook", "SERVICE_KEY": "a-key", "TELEGRAM_TOKEN": TELEGRAM}
    for name, value in hook.items():
        monkeypatch.setenv(f"TESSERA_{name}", value)
    monkeypatch.setenv("SECOND_TOKEN", TELEGRAM)
    settings = load(BotSettings)

    assert [entry.bot_id for entry in program.chosen(settings, ["web", "second"])] == ["web", "second"]
    assert program.main(["telegram", "second"]) == 2
    assert "TESSERA_TELEGRAM_WEBHOOK_PORT" in capsys.readouterr().err


def test_a_missing_token_names_its_variable() -> None:
    Path("tessera.toml").write_text(TABLE, "utf-8")
    with pytest.raises(SettingsError, match=r"SECOND_TOKEN: not set \(token of \[\[bots\]\] 'second'\)"):
        load(BotSettings).entries()
    found = check()
    assert not found["ok"]
    assert "SECOND_TOKEN" in found["problems"][0]


def test_trusted_proxies_are_networks_between_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1")
    assert [str(network) for network in load(BotSettings).trusted_proxies] == ["10.0.0.0/8", "127.0.0.1/32"]


def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TESSERA_WEB_PORT", "eighty")
    assert program.main(["web"]) == 2
    assert "TESSERA_WEB_PORT" in capsys.readouterr().err


def test_check_says_what_is_set_and_never_a_token(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESSERA_TELEGRAM_TOKEN", "not-a-token")
    assert program.main(["--check", "--json"]) == 2
    said = capsys.readouterr().out
    found = json.loads(said)
    assert [bot["bot_id"] for bot in found["bots"]] == ["web", "telegram"]
    assert "@BotFather" in found["problems"][0]
    assert "not-a-token" not in said


def test_an_unknown_bot_is_named_with_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TESSERA_SERVICE_KEY", "key")
    assert program.main(["discord"]) == 2
    assert "TESSERA_DISCORD_TOKEN" in capsys.readouterr().err
    assert program.main([]) == 2


def test_the_wiring_loads_no_platform_by_itself() -> None:
    code = "import sys, bots.__main__; print([name for name in ('aiogram', 'discord', 'PIL') if name in sys.modules])"
    root = Path(program.__file__).parent.parent
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
