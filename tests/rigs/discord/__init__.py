"""A strict fake Discord: the real client libraries talk to it, a test acts as the people.

async with FakeDiscord() as discord:
    bot = discord.new_bot(token="secret", name="tessera")
"""

from tests.rigs.discord.calls import Call
from tests.rigs.discord.fake import FakeDiscord
from tests.rigs.discord.model import Answer, Asked, Bot, Channel, Guild, Interaction
from tests.rigs.discord.person import Person
from tests.rigs.discord.seen import Button, Seen, Version
from tests.rigs.discord.wishes import NotPossible

__all__ = [
    "Answer",
    "Asked",
    "Bot",
    "Button",
    "Call",
    "Channel",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "NotPossible",
    "Person",
    "Seen",
    "Version",
]
