"""/cancel: stop what was asked for last."""

from discord import app_commands

from bots.discord.client import Act
from bots.discord.desk import translator
from bots.messenger import Screen
from bots.replies.jobs import Note, note, nothing_to_cancel


@app_commands.command()
async def cancel(act: Act) -> None:
    """Stop what was asked for last."""
    await act.client.desk.privately(act, stopped(act))


async def stopped(act: Act) -> Screen:
    tr, user = translator(act), act.client.desk.user(act)
    latest = (await user.jobs(limit=1, open_only=True)).jobs
    if not latest:
        return nothing_to_cancel(tr)
    await user.cancel(latest[0].id)
    return Screen(note(Note.CANCELLING, tr))
