"""The commands besides /imagine, and how they are published."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.bots.discord.stage import NAMES, Stage


async def test_settings_are_for_one_persons_eyes(stage: Stage) -> None:
    for command in ("help", "usage", "jobs", "cancel", "start"):
        act = await stage.ann.slash(command)
        assert act.ephemeral, command
        assert act.message is not None
        assert act.message.content
    assert stage.ben.sees() == []
    assert stage.is_clean()


async def test_cancel_stops_what_was_asked_for_last(stage: Stage) -> None:
    await stage.asks()
    await stage.ann.slash("cancel")
    assert await stage.sees(lambda seen: "Cancelled." in seen.content)
    assert stage.is_clean()


async def test_commands_are_published_once_and_only_again_when_they_change(stage: Stage) -> None:
    assert stage.bot.syncs == 1
    assert {command["name"] for command in stage.bot.commands} == set(NAMES)
    await stage.running[0].ends()
    process = await stage.start()
    await stage.discord.settled()
    assert stage.bot.syncs == 1

    await process.ends()
    stage.bot.commands[0]["description"] = "something older"
    await stage.start()
    await stage.discord.until(lambda: stage.bot.syncs == 2)
    assert stage.is_clean()


async def test_every_command_is_described_in_the_catalogue(stage: Stage) -> None:
    for command in stage.bot.commands:
        for part in [command, *command.get("options", [])]:
            assert len(part["description"]) > 2, part


async def test_the_admins_command_is_hidden_and_unknown_to_everybody_else(stage: Stage) -> None:
    boss = stage.discord.person("Boss", administrator=True)
    assert "admin" not in stage.ann.commands()
    assert "admin" not in stage.ann.commands(channel=stage.ann.dm(stage.bot))
    assert "admin" in boss.commands()

    act = await boss.slash("admin grant", who=f"<@{stage.ann.id}>", tokens=5.0)
    assert act.ephemeral
    assert act.message is not None
    assert act.message.content.startswith("I don't know that command.")
    assert stage.studio.grants == []
    assert stage.is_clean()


async def test_admins_look_grant_pause_and_resume(stage: Stage) -> None:
    boss = stage.discord.person("Boss", administrator=True)
    stage.studio.admins.add(f"discord:{boss.id}")

    async def told(command: str, **options: Any) -> str:
        act = await boss.slash(f"admin {command}", **options)
        assert act.ephemeral
        assert act.message is not None
        return act.message.content

    assert "1 waiting" in await told("status")
    assert "discord:" in await told("user", who=f"<@{stage.ann.id}>")
    assert "5 tokens more" in await told("grant", who=f"<@{stage.ann.id}>", tokens=5.0, note="welcome")
    assert stage.studio.grants == [(f"discord:{stage.ann.id}", Decimal(5), "welcome")]
    assert "7 tokens is booked" in await told("purchase", who="telegram:7", tokens=7.0, reference="inv-7")
    assert "by -2.5 tokens" in await told("correct", who="telegram:7", tokens=-2.5, reason="twice")
    assert stage.studio.grants[1:] == [("telegram:7", Decimal(7), "inv-7"), ("telegram:7", Decimal("-2.5"), "twice")]
    assert "is banned" in await told("ban", who="telegram:7", reason="spam")
    assert "is not banned" in await told("unban", who="telegram:7")
    assert "Paused: model:sdxl" in await told("pause", subject="model:sdxl", reason="upkeep")
    assert "Nothing is paused" in await told("resume", subject="model:sdxl")
    assert "every result was posted" in await told("letters")
    assert "2 results are posted" in await told("retry", job="all")
    assert "One result is posted" in await told("retry", job=str(UUID(int=7)))
    assert "posted" not in await told("retry", job="7")
    assert stage.is_clean()
