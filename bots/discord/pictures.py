"""The picture that an attachment brings: fetched from Discord and given to the scheduler, as the person's own."""

from uuid import UUID

import aiohttp
import discord

from bots.discord.client import Act
from scheduler.errors import Code, Refused, Unreachable
from scheduler.uploads.model import LARGEST_FILE, TAKEN

TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=5)


async def uploaded(act: Act, attachment: discord.Attachment) -> UUID:
    """The same file again is the same upload. Raises Refused or Unreachable."""
    kind = (attachment.content_type or "").partition(";")[0]
    if kind not in TAKEN:
        raise Refused.because(Code.PICTURE_UNFIT, fault="not_a_picture")
    if attachment.size > LARGEST_FILE:
        raise Refused.because(Code.PICTURE_UNFIT, fault="too_many_bytes", limit=LARGEST_FILE)
    desk = act.client.desk
    async with desk.fetching:
        content = await fetched(desk.messenger.calls.rest.session, attachment.url)
        return (await desk.user(act).upload(content, kind)).id


async def fetched(session: aiohttp.ClientSession, url: str) -> bytes:
    try:
        async with session.get(url, timeout=TIMEOUT) as response:
            if response.status == 404:
                raise Refused.because(Code.NOT_FOUND, what="picture")
            response.raise_for_status()
            return await response.read()
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unreachable(type(error).__name__) from None  # the cause's text holds an address that opens the file
