"""/jobs: what waits and what is done; a finished picture can be seen again here."""

from datetime import UTC, datetime

from discord import app_commands

from bots.buttons import Action, button
from bots.discord.client import Act
from bots.discord.desk import translator
from bots.messenger import Button, Screen
from bots.replies import interactions, jobs
from bots.replies.results import has_expired
from scheduler.jobs.model import Status

BUTTONS_IN_A_ROW = 5


@app_commands.command(name="jobs")
async def jobs_(act: Act) -> None:
    """List the latest jobs."""
    await act.client.desk.privately(act, listed(act))


async def listed(act: Act) -> Screen:
    """The list, with a button to cancel each job that has not ended and to show each picture that is there."""
    tr = translator(act)
    found = (await act.client.desk.user(act).jobs(limit=jobs.MOST_JOBS)).jobs
    screen = jobs.listing(found, tr, datetime.now(UTC))
    shows = [
        button(interactions.show_number(tr, number), Action.SHOW, job.id)
        for number, job in enumerate(found[: jobs.MOST_JOBS], 1)
        if job.status is Status.COMPLETED and not has_expired(job)
    ]
    return Screen(screen.text, buttons=rows([*(each for row in screen.buttons for each in row), *shows]))


def rows(buttons: list[Button]) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(buttons[at : at + BUTTONS_IN_A_ROW]) for at in range(0, len(buttons), BUTTONS_IN_A_ROW))
