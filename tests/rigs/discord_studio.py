"""A guild with two people and the painter bot on it: the stage of the Discord rig's own tests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from discord import PartialMessageable

from tests.rigs.discord import Bot, Channel, FakeDiscord, Guild, Person
from tests.rigs.discord_painter import Painter, running


@dataclass(slots=True)
class Studio:
    """A guild with Ann and Ben, and the bot."""

    discord: FakeDiscord
    bot: Bot
    painter: Painter
    guild: Guild
    ann: Person
    ben: Person

    @property
    def channel(self) -> Channel:
        return self.guild.channels[0]

    def as_bot(self, channel: Channel | None = None) -> PartialMessageable:
        """The channel as discord.py writes to it."""
        return self.painter.get_partial_messageable(int((channel or self.channel).id))


@pytest.fixture
async def studio(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Studio]:
    async with FakeDiscord() as fake:
        bot = fake.new_bot()
        guild = fake.guild("Studio")
        ann, ben = fake.person("Ann"), fake.person("Ben")
        async with running(fake, bot, monkeypatch) as painter:
            yield Studio(fake, bot, painter, guild, ann, ben)
        assert fake.own_problems == []


def clean(fake: FakeDiscord) -> bool:
    assert fake.problems == []
    assert fake.rule_breaks == []
    return True
