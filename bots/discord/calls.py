"""The calls that show a screen on Discord, by name: an interaction's answers, and messages by channel and id."""

from typing import Any

from bots.discord import screens
from bots.discord.place import Place
from bots.discord.rest import Rejected, Rest
from bots.messenger import Screen

Json = dict[str, Any]
NEW_MESSAGE, THINKING = 4, 5  # kinds of first answers


class Calls:
    """Each raises Later, Unknown or Rejected."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest

    async def answer(self, place: Place, screen: Screen, *, privately: bool = False) -> str:
        """Give the interaction's first answer; returns the message's id."""
        told = await self.respond(place, {"type": NEW_MESSAGE, "data": screens.body(screen, place, privately)}, screen)
        return str(told["interaction"]["response_message_id"])

    async def think(self, place: Place, *, privately: bool = False) -> None:
        """Show "is thinking…" as the first answer."""
        await self.respond(place, {"type": THINKING, "data": {"flags": screens.ONLY_THEY_SEE if privately else 0}})

    async def respond(self, place: Place, answer: Json, screen: Screen | None = None) -> Any:
        return await self.rest.call(
            "POST",
            f"/interactions/{place.interaction_id}/{place.token}/callback",
            answer,
            bucket=f"callback {place.interaction_id}",
            files=screens.uploads(screen) if screen else (),
            query={"with_response": "true"},
            as_bot=False,
        )

    async def change_original(self, place: Place, screen: Screen) -> str:
        """Edit the first answer, whatever its id; returns it."""
        return await self.by_token("PATCH", place, "/messages/@original", screens.body(screen, place), screen)

    async def change(self, place: Place, message_id: str, screen: Screen) -> None:
        """Edit a message that the interaction brought."""
        await self.by_token("PATCH", place, f"/messages/{message_id}", screens.body(screen, place), screen)

    async def follow_up(self, place: Place, screen: Screen, *, privately: bool = False) -> str:
        """Add a message to an interaction that was answered; returns its id."""
        return await self.by_token("POST", place, "?wait=true", screens.body(screen, place, privately), screen)

    async def by_token(self, method: str, place: Place, path: str, body: Json, screen: Screen) -> str:
        told = await self.rest.call(
            method,
            f"/webhooks/{place.application_id}/{place.token}{path}",
            body,
            bucket=f"token {place.interaction_id}",
            files=screens.uploads(screen),
            as_bot=False,
        )
        return str(told["id"])

    async def post(self, place: Place, screen: Screen) -> str:
        """Send a message in the channel; repeated within minutes, Discord gives the first one again."""
        told = await self.rest.call(
            "POST",
            f"/channels/{place.channel_id}/messages",
            screens.body(screen, place) | {"nonce": place.interaction_id, "enforce_nonce": True},
            bucket=f"posts {place.channel_id}",
            files=screens.uploads(screen),
        )
        return str(told["id"])

    async def change_in_channel(self, place: Place, message_id: str, screen: Screen) -> None:
        await self.rest.call(
            "PATCH",
            f"/channels/{place.channel_id}/messages/{message_id}",
            screens.body(screen, place),
            bucket=f"edits {place.channel_id}",
            files=screens.uploads(screen),
        )

    async def sees(self, place: Place) -> bool:
        """Whether the bot itself can see the channel, not only answer in it."""
        try:
            await self.rest.call("GET", f"/channels/{place.channel_id}", bucket=f"look {place.channel_id}")
        except Rejected:
            return False
        return True
