"""From an accepted request to its status message, and a minute of patience with a scheduler that does not answer."""

import asyncio
import time
from datetime import UTC, datetime

from bots.messenger import Address, Message
from bots.postman import Postman
from bots.replies import refusals
from bots.replies.translator import Translator
from scheduler.client.session import User
from scheduler.errors import Refused, Unreachable
from scheduler.jobs.model import Accepted, Destination, JobRequest

PATIENCE_SECONDS = 60.0
AGAIN_AFTER_SECONDS = 3.0


class StatusBoard:
    """What a handler needs; one for each bot."""

    def __init__(
        self,
        postman: Postman,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        again_after_seconds: float = AGAIN_AFTER_SECONDS,
    ) -> None:
        self.postman = postman
        self.patience_seconds = patience_seconds
        self.again_after_seconds = again_after_seconds

    def destination(self, address: Address) -> Destination:
        """Goes with a submit: this process will own the status message in the chat."""
        return Destination(bot_id=self.postman.bot_id, process=self.postman.process, address=address)

    async def open(
        self,
        accepted: Accepted,
        address: Address,
        *,
        user: str,
        locale: str | None = None,
        message: Message | None = None,
        shown: bool = False,
    ) -> None:
        """Have the status line sent, unless the message exists, and the job followed from now on; waits for no chat.

        `user` is "telegram:42". A `message` that the handler has sent already becomes the status message; `shown`: it
        says what `replies.progress.opening` says.
        """
        if not accepted.owned:
            return  # another process of this bot answers
        await self.postman.serving.wait()
        post = self.postman.adopt(accepted, address, user=user, locale=locale)
        if post is not None and post.message is None and message is not None:
            post.message = message
            if shown:
                post.shown = post.key()

    async def keep_asking(
        self,
        user: User,
        request: JobRequest,
        *,
        key: str,
        address: Address,
        ref: str,
        locale: str | None = None,
        helps: bool = False,
    ) -> Accepted | None:
        """The scheduler gave no answer: say so, ask again for a minute with the same key, and say how it ended.

        What was said becomes the status message, a refusal (None), or the word that nothing was charged (None).
        `ref` is "telegram:42"; `helps`: as in `replies.refusals.worded`.
        """
        tr = Translator(locale, self.postman.messenger.platform)
        writer = self.postman.writer
        line = await writer.say(address, refusals.trying_again(tr))
        until = time.monotonic() + self.patience_seconds
        while time.monotonic() < until:
            await asyncio.sleep(self.again_after_seconds)
            try:
                accepted = await user.submit(request, key=key, destination=self.destination(address))
            except Unreachable:
                continue
            except Refused as refused:
                await writer.say(address, refusals.worded(refused, tr, datetime.now(UTC), helps=helps), line)
                return None
            await self.open(accepted, address, user=ref, locale=locale, message=line)
            return accepted
        await writer.say(address, refusals.gave_up(tr, helps=helps), line)
        return None
