"""What people were told in the chats agrees with the jobs: what a button names is there, what was refused is not."""

from collections.abc import Iterator, Sequence

from bots.replies import refusals
from bots.replies.translator import Translator
from tests.faults.acting import Doings
from tests.faults.checks.jobs import Spot, lines
from tests.faults.checks.model import Check, Key
from tests.faults.checks.sheets import SIGN, all_sheets, discord_looks, telegram_looks
from tests.faults.town import Town

WORDS = Translator("en", "telegram")
SILENCE = refusals.trying_again(WORDS).text  # becomes the status message, or a refusal
UNDECIDED = {SILENCE, refusals.gave_up(WORDS).text, ""}  # a job may still come of it; or "is thinking…"


async def shown_and_missing(doings: Doings) -> Sequence[str]:
    """Jobs that buttons name, or ever named."""
    sheets = all_sheets(doings.town).values()
    shown = {job for sheet in sheets for look in sheet.looks for _, job in look.presses}
    return await lines(
        doings.town, "select t.id from unnest($1::uuid[]) t (id) where id not in (select id from jobs)", list(shown)
    )


async def refused_and_there(doings: Doings) -> Sequence[str]:
    """Jobs of messages and commands that were answered by a refusal."""
    town = doings.town
    chats = [f"{town.telegram_bot.id}:{chat}:{message}" for chat, message in refused_on_telegram(town)]
    return await lines(
        town,
        """
        select id, created_at, idempotency_key from jobs
         where idempotency_key = any($1::text[]) and bot_id in ('telegram', 'discord')
        """,
        [*chats, *refused_on_discord(town)],
    )


def refused_on_telegram(town: Town) -> Iterator[Spot]:
    """Chat and message of words that were refused. Those that came to the bot again, because it was ended before it
    could confirm them, may have been refused once and accepted then."""
    twice = [update.body.get("message") for update in town.telegram_bot.updates.seen if update.deliveries > 1]
    again = {(message["chat"]["id"], message["message_id"]) for message in twice if message}
    for person in town.telegram_people.values():
        for seen in person.sees_from_bot():
            spot = (seen.chat_id, seen.reply_to or 0)
            looks = list(telegram_looks(seen))
            open_or_ended = any(look.text.startswith(SIGN) or look.presses for look in looks)
            if spot in town.written - again and not open_or_ended and looks[-1].text not in UNDECIDED:
                yield spot


def refused_on_discord(town: Town) -> Iterator[str]:
    """Keys of commands and presses that were refused: told to one person alone, or in place of the word that the
    scheduler does not answer."""
    for person in town.discord_people.values():
        for shown in person.sees():
            looks = list(discord_looks(shown))
            open_or_ended = any(look.text.startswith(SIGN) or look.presses for look in looks)
            told = shown.ephemeral or any(look.text == SILENCE for look in looks)
            if shown.answers and told and not open_or_ended and looks[-1].text not in UNDECIDED:
                yield f"discord:{shown.answers}"


CHECKS = [
    Check(Key.LOST, "shown in a chat and missing", shown_and_missing),
    Check(Key.DOUBLE_CHARGED, "refused in a chat and there all the same", refused_and_there),
]
