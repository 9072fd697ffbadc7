"""`tessera up`: starts, answers, mends itself, ends in order, and finds everything again."""

import os
import signal
import socket
from pathlib import Path

import aiohttp
import pytest

from scheduler.client import connect
from scheduler.jobs.model import JobRequest
from tests.system.books import until
from tests.system.leaks import leaks, secrets_of, titles
from tests.system.machine import Machine

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("machine")]

PAINTED = "a lighthouse in the rain"


async def test_a_second_one_is_told_about_the_first(machine: Machine) -> None:
    secrets = {name: f"the-{name.lower()}-of-the-tests" for name in ("TESSERA_LINK_SECRET", "TESSERA_WEB_SECRET")}
    first = await machine.up(**secrets, TESSERA_LOG_LEVEL="info")
    async with aiohttp.ClientSession() as session, session.get(machine.web_url) as page:
        assert (page.status, page.content_type) == (200, "text/html")
    second = await machine.run("up")

    assert second.code == 1
    assert f"already running with this data folder (pid {first.process.pid})" in second.err
    assert machine.web_url in "".join(first.said)
    known = [*secrets_of(secrets), ("the service key", service_key(machine))]
    assert leaks(known, {**titles(machine.processes()), "what it said": "".join(first.said).encode()}) == []
    assert await first.ends(signal.SIGINT) == 0
    assert machine.processes() == []


async def test_it_mends_itself_and_a_killed_one_finds_everything_again(machine: Machine) -> None:
    killed = await machine.up()
    (worker,) = machine.processes("-m workers")
    os.kill(worker, signal.SIGKILL)
    await killed.says("The worker stopped (exit code -9); starting it again.")
    await paint(machine)
    killed.process.kill()
    await killed.process.wait()

    async def only_servers_stay() -> bool:
        return not machine.processes("-m ")

    await until(only_servers_stay, 30)
    again = await machine.up()
    assert PAINTED in await painted(machine)
    assert await again.ends(signal.SIGHUP) == 0
    assert machine.processes() == []


async def test_a_normal_user_needs_no_rights(normal_machine: Machine) -> None:
    machine = normal_machine
    up = await machine.up()
    async with aiohttp.ClientSession() as session, session.get(machine.web_url) as page:
        assert (page.status, page.content_type) == (200, "text/html")
    await paint(machine)
    running = machine.processes()
    assert machine.user
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in running} == {machine.user.account.uid}
    assert len(running) > 5  # `up` itself, the scheduler, the worker, the bots, both servers

    assert await up.ends(signal.SIGINT) == 0
    assert machine.processes() == []


async def test_a_port_that_is_taken_is_named(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", machine.web_port)):
        done = await machine.run("up")

    assert done.code == 1
    assert f"Port {machine.web_port} for the page is taken" in done.err
    assert "Set TESSERA_WEB_PORT" in done.err


async def paint(machine: Machine) -> None:
    """Through the same door as a bot; waits for the picture."""
    async with connect(machine.api_url, service_key(machine)) as scheduler:
        ann = scheduler.acting_for("web:ann")
        request = JobRequest(prompt=PAINTED, width=256, height=256)
        accepted = await ann.submit(request, key="a lighthouse")
        async for _ in ann.job_events(accepted.job.id):
            pass
        assert (await ann.job(accepted.job.id)).artifacts


async def painted(machine: Machine) -> list[str]:
    async with connect(machine.api_url, service_key(machine)) as scheduler:
        return [job.prompt for job in (await scheduler.acting_for("web:ann").jobs()).jobs]


def service_key(machine: Machine) -> str:
    return (machine.data / "service.key").read_text().strip()
