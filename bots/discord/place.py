"""Where an interaction is answered: what is stored with the job, so that any process of the bot can finish."""

import time

import discord
from pydantic import BaseModel, ConfigDict, Field

from bots.discord.words import Words
from bots.messenger import Address

FILE_BYTES = 10 * 2**20  # that Discord takes everywhere
MOST_FILE_BYTES = 50 * 2**20  # that a bot wants to hold in memory
TOKEN_SECONDS = 15 * 60  # how long Discord honours an interaction's token
SPARE_SECONDS = 10  # our clock and Discord's differ, and a call takes its time
FIRST_ANSWER_SECONDS = 3


class Place(BaseModel):
    """An address in Discord's terms; ids are decimal text. The token is a secret: it lets anybody answer."""

    model_config = ConfigDict(frozen=True)

    channel_id: str
    guild_id: str | None = None
    application_id: str
    interaction_id: str
    token: str = Field(repr=False)
    token_expires: float  # seconds since the epoch, by our clock
    user_id: str  # who asked
    locale: str | None = None
    deferred: bool = False  # "is thinking…" stands there already
    file_bytes: int = FILE_BYTES  # the largest file that may be sent with the token
    words: Words | None = None  # what was asked, where a button may ask for it again

    @property
    def seconds_left(self) -> float:
        """How long the token may still be used."""
        return self.token_expires - SPARE_SECONDS - time.time()

    @property
    def alive(self) -> bool:
        return self.seconds_left > 0

    @property
    def awaits_first_answer(self) -> bool:
        """Whether the first answer may still be given."""
        return not self.deferred and self.token_expires - TOKEN_SECONDS + FIRST_ANSWER_SECONDS > time.time()

    def address(self) -> Address:
        return self.model_dump(exclude_defaults=True)


def place_of(act: discord.Interaction) -> Place:
    return Place(
        channel_id=str(act.channel_id or 0),
        guild_id=str(act.guild_id) if act.guild_id else None,
        application_id=str(act.application_id),
        interaction_id=str(act.id),
        token=act.token,
        token_expires=time.time() + TOKEN_SECONDS,
        user_id=str(act.user.id),
        locale=str(act.locale),
        file_bytes=min(max(act.filesize_limit, FILE_BYTES), MOST_FILE_BYTES),
    )
