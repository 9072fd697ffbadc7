"""What the `tessera` command says about itself and about settings that are wrong."""

import pytest

from tests.system.machine import Machine

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("machine")]


async def test_help_names_every_command(machine: Machine) -> None:
    done = await machine.run("--help")

    assert done.code == 0
    for command in ("up", "demo", "scheduler", "worker", "bot", "migrate", "doctor", "settings"):
        assert f" {command} " in done.out


async def test_settings_are_listed_from_the_code(machine: Machine) -> None:
    done = await machine.run("settings", COLUMNS="200")

    assert done.code == 0
    for name in ("DATABASE_URL", "REDIS_URL", "WORKER_ENGINES", "TELEGRAM_TOKEN", "WEB_PORT", "DATA_DIR"):
        assert f"  TESSERA_{name}" in done.out


@pytest.mark.parametrize(
    ("command", "variable", "value"),
    [
        (["scheduler"], "TESSERA_PORT", "abc"),
        (["worker"], "TESSERA_WORKER_SLOTS", "none"),
        (["bot", "web"], "TESSERA_WEB_PORT", "abc"),
        (["up"], "TESSERA_PORT", "abc"),
        (["up"], "TESSERA_WEB_PORT", "70000"),
    ],
)
async def test_a_wrong_value_is_named_with_its_variable(
    machine: Machine, command: list[str], variable: str, value: str
) -> None:
    done = await machine.run(*command, **{variable: value})

    assert done.code not in (0, None)
    assert f"{variable}: " in done.err
    assert "number" in done.err or "integer" in done.err
    assert "Traceback" not in done.err


async def test_the_doctor_is_content(machine: Machine) -> None:
    done = await machine.run("doctor")

    assert done.code == 0, done.out
    assert "painter (no GPU)" in done.out
    assert "no token for telegram and discord" in done.out


async def test_the_doctor_names_each_thing_that_is_wrong_and_how_to_mend_it(machine: Machine) -> None:
    wrong = {
        "DATABASE_URL": "postgresql://127.0.0.1:1/none",
        "REDIS_URL": "redis://127.0.0.1:1",
        "STORE_URL": "file:///proc/no",
        "TELEGRAM_TOKEN": "hello",
    }
    (machine.here / ".env").write_text("".join(f"TESSERA_{name}={value}\n" for name, value in wrong.items()))
    done = await machine.run("doctor")

    assert done.code == 1
    assert done.out.count("cannot be reached") == 2
    assert "/proc/no cannot be written to" in done.out
    assert "token of bot 'telegram': expected one like" in done.out
    for mend in ("check TESSERA_DATABASE_URL", "check TESSERA_REDIS_URL", "check TESSERA_STORE_URL", "take the token"):
        assert mend in done.out


async def test_the_doctor_names_a_variable_that_cannot_be_read(machine: Machine) -> None:
    done = await machine.run("doctor", TESSERA_LEASE_SECONDS="1")

    assert done.code == 1
    assert "TESSERA_LEASE_SECONDS: Input should be greater" in done.out
    assert "`tessera settings` lists them" in done.out
