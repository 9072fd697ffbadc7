"""compose.yaml, read twice: by the specification's schema, and against what the code knows."""

import json
import os
import re
import shlex
import subprocess
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
from typer.main import get_group

from scheduler.cli import app
from scheduler.rights.model import redis_health, redis_scheduler, redis_worker
from scheduler.standalone.asking import all_settings
from tests.deploy import compose

SCHEMA = json.loads((Path(__file__).parent / "specs/compose-spec.json").read_text())
SECRETS = ("PASSWORD", "KEY", "SECRET", "TOKEN")
OURS = {"secrets", "migrate", "scheduler", "telegram", "discord", "web", "worker", "worker-gpu"}


@pytest.fixture
def document() -> dict[str, Any]:
    return compose.load({name: value or "given" for name, value in compose.example().items()})


def test_it_is_a_compose_file(document: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(document)

    assert set(document["services"]) == {"postgres", "redis", *OURS}


def test_the_readme_s_env_gives_every_variable_a_place() -> None:
    example = compose.example()

    assert compose.required() <= {name for name, value in example.items() if value}
    assert set(example) - {"COMPOSE_PROFILES"} <= compose.variables()


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(LookupError, match=r"set it in \.env"):
        compose.load({})


def test_no_secret_stands_in_the_file() -> None:
    for name in compose.variables():
        if any(word in name for word in SECRETS):
            assert not re.search(rf"\${{{name}:-[^}}]+}}", compose.FILE.read_text()), name


def test_every_variable_of_a_process_is_a_setting(document: dict[str, Any]) -> None:
    known = {line["variable"] for lines in all_settings().values() for line in lines}
    given = {name for service in OURS - {"secrets"} for name in document["services"][service]["environment"]}

    assert given - known == {"WEB_SERVICE_KEY", "TELEGRAM_SERVICE_KEY", "DISCORD_SERVICE_KEY"}  # for `tessera keys`


def test_every_command_is_there(document: dict[str, Any]) -> None:
    lines = [" ".join(document["services"][name]["command"]) for name in sorted(OURS - {"secrets"})]
    commands = {tuple(shlex.split(part)) for line in lines for part in line.split("&&")}
    tessera = get_group(app)
    group = typer.Context(tessera)

    for program, *arguments in commands:
        assert program == "tessera"
        name, command, rest = tessera.resolve_command(group, arguments)
        assert command is not None, name
        command.make_context(name, rest, parent=group)  # which reads the arguments, and calls nothing


def test_everything_has_a_health_check_but_what_ends(document: dict[str, Any]) -> None:
    services = document["services"]

    assert {name for name, service in services.items() if "healthcheck" not in service} == {"secrets", "migrate"}
    for service in services.values():
        for name, how in service.get("depends_on", {}).items():
            assert how["condition"] in ("service_healthy", "service_completed_successfully")
            assert name in services


def test_only_the_page_and_the_api_are_reached_from_outside_and_on_loopback(document: dict[str, Any]) -> None:
    ports = {name: service["ports"] for name, service in document["services"].items() if "ports" in service}

    assert set(ports) == {"scheduler", "web"}
    assert all(port.startswith("127.0.0.1:") for listed in ports.values() for port in listed)


def test_each_process_sees_only_the_networks_it_needs(document: dict[str, Any]) -> None:
    seen = {name: set(service.get("networks", ())) for name, service in document["services"].items()}

    assert document["services"]["secrets"]["network_mode"] == "none"
    assert seen["worker"] == seen["worker-gpu"] == seen["redis"] == {"bus"}
    assert seen["telegram"] == seen["discord"] == seen["web"] == {"api"}
    assert seen["migrate"] == seen["postgres"] == {"data"}
    assert seen["scheduler"] == {"data", "bus", "api"}
    assert document["networks"]["data"]["internal"]
    assert document["networks"]["bus"]["internal"]


def test_our_processes_run_with_nothing_they_do_not_need(document: dict[str, Any]) -> None:
    for name in OURS:
        service = document["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_nothing_starts_with_secrets_that_are_the_readme_s_or_break_a_url(document: dict[str, Any]) -> None:
    secrets = {name for name in compose.variables() if name.rpartition("_")[2] in SECRETS} - {"TELEGRAM_TOKEN"}
    secrets -= {"DISCORD_TOKEN"}
    service = document["services"]["secrets"]
    assert set(service["environment"]) == secrets == set(compose.required())
    for name in ("postgres", "redis"):
        assert document["services"][name]["depends_on"]["secrets"]["condition"] == "service_completed_successfully"

    def says(**changed: str) -> list[str]:
        env = {**dict.fromkeys(secrets, "a1-_Z"), **changed, "PATH": os.environ["PATH"]}
        done = subprocess.run([*service["entrypoint"], *service["command"]], env=env, capture_output=True, check=False)
        lines = done.stderr.decode().splitlines()
        assert done.returncode == (1 if lines else 0)
        return sorted(line.partition(" ")[0] for line in lines)

    assert says() == []
    assert says(WEB_SECRET="", MIGRATE_PASSWORD="p@ss") == ["MIGRATE_PASSWORD", "WEB_SECRET"]
    assert says(POSTGRES_PASSWORD="p @ß/", WEB_SECRET="s @ß/", LINK_SECRET="s @ß/", WEB_SERVICE_KEY="k@/+=~!") == []
    assert says(WEB_SERVICE_KEY="two words", DISCORD_SERVICE_KEY="schlüssel", REDIS_WORKER_PASSWORD="p/ss") == [
        "DISCORD_SERVICE_KEY",
        "REDIS_WORKER_PASSWORD",
        "WEB_SERVICE_KEY",
    ]
    assert says(**{name: compose.example()[name] for name in secrets}) == sorted(secrets)


def test_what_a_proxy_on_the_host_says_of_visitors_is_believed_and_what_a_container_says_is_not(
    document: dict[str, Any],
) -> None:
    [(subnet, given)] = [(part["subnet"], part["gateway"]) for part in document["networks"]["api"]["ipam"]["config"]]

    assert ip_address(given) in ip_network(subnet)
    assert compose.example()["TRUSTED_PROXIES"] == ""
    for name in ("scheduler", "web"):
        assert compose.load(compose.example())["services"][name]["environment"]["TESSERA_TRUSTED_PROXIES"] == given


def test_workers_cannot_change_what_people_gave_and_backups_stay(document: dict[str, Any]) -> None:
    services = document["services"]

    assert services["scheduler"]["volumes"] == ["store:/store", "uploads:/store/uploads"]
    for name in ("worker", "worker-gpu"):
        assert services[name]["volumes"] == ["store:/store", "uploads:/store/uploads:ro", "outcomes:/outcomes"]
    assert services["migrate"]["volumes"] == ["backups:/backups"]
    folders = {volume.split(":")[1] for service in OURS for volume in services[service].get("volumes", ())}
    made = re.search(r"install -d -o tessera -g tessera (.+)", services["scheduler"]["build"]["dockerfile_inline"])
    assert made
    assert folders <= set(made[1].split())


def test_files_of_configs_can_be_put_where_they_belong(document: dict[str, Any]) -> None:
    """Compose copies inline configs into the container, which fails where its root file system is read-only."""
    given = {name: service for name, service in document["services"].items() if "configs" in service}

    assert set(given) == {"postgres", "redis"}
    assert not any(service.get("read_only") for service in given.values())
    assert f"--aclfile {given['redis']['configs'][0]['target']}" in " ".join(given["redis"]["command"])


def test_the_image_is_made_of_what_is_there(document: dict[str, Any]) -> None:
    dockerfile = document["services"]["scheduler"]["build"]["dockerfile_inline"]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)

    for line in copied:
        assert all((compose.ROOT / source).exists() for source in line.split())
    assert "USER tessera" in dockerfile
    assert "PATH=/opt/tessera/bin:$PATH" in dockerfile


def test_redis_users_are_those_of_the_code(document: dict[str, Any]) -> None:
    env = compose.example()
    expected = [
        "user default off",
        redis_health(),
        redis_scheduler(env["REDIS_SCHEDULER_PASSWORD"]),
        redis_worker(env["REDIS_WORKER_PASSWORD"], "worker"),
        redis_worker(env["REDIS_WORKER_GPU_PASSWORD"], "worker-gpu"),
    ]

    assert document["configs"]["redis-users"]["content"].splitlines() == expected
