"""A person at a Discord client: types commands, presses buttons, reads, deletes."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tests.rigs.discord import payloads, wishes
from tests.rigs.discord.model import FIRST_ANSWER_SECONDS, Asked, Bot, Channel, Interaction, Message, User
from tests.rigs.discord.seen import Seen
from tests.rigs.discord.wishes import NotPossible
from tests.rigs.discord.world import World

Json = dict[str, Any]
GIVES_UP_SECONDS = FIRST_ANSWER_SECONDS + 0.5
BUTTON, SELECT = 2, 3


class Person:
    """Acts in `channel` with `bot` unless told otherwise; both may be set at any time."""

    def __init__(self, world: World, user: User, channel: Channel | None, *, administrator: bool = False) -> None:
        self._world = world
        self.user = user
        self.channel = channel
        self.bot: Bot | None = None
        self.administrator = administrator

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    def dm(self, bot: Bot | None = None) -> Channel:
        """The direct conversation with the bot."""
        return self._world.direct(self.user, self._bot(bot))

    def blocks(self, bot: Bot | None = None) -> None:
        """Take no more direct messages from the bot."""
        self.dm(bot).muted.add(self._bot(bot).id)

    def commands(self, *, channel: Channel | None = None, bot: Bot | None = None) -> tuple[str, ...]:
        """The names of the slash commands that this person is offered here."""
        return tuple(wishes.available(self._bot(bot), self._channel(channel), self.administrator))

    async def slash(
        self, command: str, *, channel: Channel | None = None, bot: Bot | None = None, wait: bool = True, **options: Any
    ) -> Interaction:
        """Send a command line ("admin grant" names a subcommand); return when the bot answered or 3 s are over."""
        name, *path = command.split()
        wish = wishes.full(self._command(name, channel, bot), path, options)
        act = self._begin(Asked.COMMAND, wish.data, channel, bot)
        return await self._awaited(act, wait)

    async def types(
        self,
        command: str,
        option: str,
        text: str,
        *,
        channel: Channel | None = None,
        bot: Bot | None = None,
        **options: Any,
    ) -> tuple[Json, ...]:
        """Type into an option with autocomplete; return the choices ({"name", "value"}) that the bot offers."""
        name, *path = command.split()
        wish = wishes.unfinished(self._command(name, channel, bot), path, option, text, options)
        act = await self._awaited(self._begin(Asked.AUTOCOMPLETE, wish.data, channel, bot), wait=True)
        if act.failed:
            raise TimeoutError(f"no choices for {command} {option}: the bot did not answer within 3 s")
        return act.choices

    async def clicks(self, message: Seen, button: str, *, wait: bool = True) -> Interaction:
        """Press a button by its label or custom_id; return when the bot answered or 3 s are over."""
        said = self._own_view(message)
        shown = said.seen().button(button)
        if shown is None:
            raise NotPossible(f"no button {button}; there are {said.seen().labels}")
        if shown.disabled or shown.custom_id is None:
            raise NotPossible(f"button {button} is disabled or a link")
        return await self._component(said, {"custom_id": shown.custom_id, "component_type": BUTTON}, wait)

    async def chooses(self, message: Seen, custom_id: str, *values: str, wait: bool = True) -> Interaction:
        """Pick values in a select menu."""
        said = self._own_view(message)
        menus = [p for row in said.components for p in row["components"] if p.get("custom_id") == custom_id]
        offered = {option["value"] for menu in menus for option in menu.get("options") or ()}
        if not set(values) <= offered:
            raise NotPossible(f"{custom_id} offers {sorted(offered)}")
        data = {"custom_id": custom_id, "component_type": SELECT, "values": list(values)}
        return await self._component(said, data, wait)

    async def submits(self, form: Interaction, *, wait: bool = True, **fields: str) -> Interaction:
        """Fill the modal that answered `form`; fields are named by custom_id."""
        if form.modal is None:
            raise NotPossible("that answer was no form")
        rows = [filled(row, fields) for row in form.modal["components"]]
        data = {"custom_id": form.modal["custom_id"], "components": rows}
        act = self._begin(Asked.MODAL, data, form.channel, form.bot, source=form.source)
        return await self._awaited(act, wait)

    def writes(self, text: str, *, channel: Channel | None = None) -> Seen:
        """Send a plain message."""
        return self._world.post(self._channel(channel), self.user, {"content": text}, {}).seen()

    def sees(self, *, channel: Channel | None = None) -> list[Seen]:
        """The messages in the channel that this person can see, oldest first."""
        place = self._channel(channel)
        return [said.seen() for said in self._world.messages.values() if said.channel is place and self._can_see(said)]

    async def waits_for(
        self, predicate: Callable[[Seen], object], timeout: float = 30, *, channel: Channel | None = None
    ) -> Seen:
        """Return the newest visible message for which the predicate holds, as soon as there is one."""

        def newest() -> Seen | None:
            return next((seen for seen in reversed(self.sees(channel=channel)) if predicate(seen)), None)

        try:
            return await self._world.changes.until(newest, timeout)
        except TimeoutError:
            shown = [(s.author, s.content, s.filenames, s.labels) for s in self.sees(channel=channel)]
            raise TimeoutError(f"{self.name} waited {timeout} s; sees {shown}; {self._world.story()}") from None

    def deletes(self, message: Seen) -> None:
        """Delete a message for everybody; an ephemeral one is only dismissed."""
        said = self._own_view(message)
        if said.ephemeral:
            said.dismissed = True
            self._world.changes.happened()
        else:
            self._world.delete(said)

    async def _component(self, said: Message, data: Json, wait: bool) -> Interaction:
        bot = self._world.bot_by(lambda one: one.user is said.author)
        return await self._awaited(self._begin(Asked.COMPONENT, data, said.channel, bot, source=said), wait)

    def _begin(
        self, asked: Asked, data: Json, channel: Channel | None, bot: Bot | None, source: Message | None = None
    ) -> Interaction:
        act = self._world.begin(asked, self._bot(bot), self.user, self._channel(channel), data, source=source)
        rights = payloads.MEMBER_PERMISSIONS | (payloads.ADMINISTRATOR if self.administrator else 0)
        self._world.announce(act, rights)
        return act

    async def _awaited(self, act: Interaction, wait: bool) -> Interaction:
        """Wait as long as the app does before it says that the application did not respond."""
        if wait:
            with suppress(TimeoutError):
                await self._world.changes.until(lambda: act.kind or self._gave_up(act), GIVES_UP_SECONDS)
        return act

    def _gave_up(self, act: Interaction) -> bool:
        return self._world.clock.now() > act.asked_at + GIVES_UP_SECONDS

    def _command(self, name: str, channel: Channel | None, bot: Bot | None) -> Json:
        found = wishes.available(self._bot(bot), self._channel(channel), self.administrator)
        if name not in found:
            raise NotPossible(f"no command /{name} here; there are {sorted(found)}")
        return found[name]

    def _can_see(self, said: Message) -> bool:
        if not said.ephemeral:
            return True
        return said.interaction is not None and said.interaction.user is self.user and not said.dismissed

    def _own_view(self, message: Seen) -> Message:
        said = self._world.messages.get(message.id)
        if said is None or not self._can_see(said):
            raise NotPossible("that message is gone or was never shown to this person")
        return said

    def _channel(self, channel: Channel | None) -> Channel:
        place = channel or self.channel
        if place is None:
            raise NotPossible("no channel: give one, or set person.channel")
        return place

    def _bot(self, bot: Bot | None) -> Bot:
        chosen = bot or self.bot or self._world.bot_by(lambda _: True)
        if chosen is None:
            raise NotPossible("there is no bot: call new_bot() first")
        return chosen


def filled(row: Json, fields: dict[str, str]) -> Json:
    """A modal's row (an action row or a label) with what the person wrote."""
    parts = row.get("components") or [row["component"]]
    answered = [
        {
            "type": part["type"],
            "custom_id": part["custom_id"],
            "value": fields.get(part["custom_id"], part.get("value", "")),
        }
        for part in parts
    ]
    return {"type": row["type"], **({"components": answered} if "components" in row else {"component": answered[0]})}
