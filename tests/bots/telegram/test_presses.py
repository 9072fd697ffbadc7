"""Presses of self-made clients: whose job it is, is believed only of a button that is really there."""

import pytest

from bots.telegram.seal import Seal
from tests.bots.telegram.studio import TelegramStudio
from tests.rigs.telegram import FakeBot, FakeTelegram, Person, Seen

WORDS = "/imagine " + "a fox " * 200
UNHEARD_OF = 4242
GONE = "can't find that"


async def made(person: Person, studio: TelegramStudio) -> Seen:
    """A result whose words are cut."""
    person.writes(WORDS)
    await person.waits_for(lambda seen: "Next in line" in seen.text)
    studio.finish(studio.jobs[-1])
    return await person.waits_for(lambda seen: "Again" in seen.button_texts)


def data_of(seen: Seen, words: str) -> str:
    return next(button.data or "" for button in seen.buttons if button.text == words)


@pytest.mark.parametrize("action", ["more", "again", "animate", "voice"])
async def test_in_a_private_chat_only_the_presser_is_acted_for(
    ann: Person, bot: FakeBot, studio: TelegramStudio, action: str
) -> None:
    result = await made(ann, studio)
    await ann.sends_press(result, f"{action}:{studio.jobs[0].hex}:{UNHEARD_OF}").is_answered_within(5)
    await bot.has_confirmed_all()
    assert studio.acted_for == {f"telegram:{ann.id}"}


async def test_in_a_group_an_owner_is_believed_only_of_a_button_that_is_there(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    bob = telegram.person("Bob")
    group = telegram.group("Painters", [ann, bob])
    result = await made(ann.at(group), studio)
    job, people = studio.jobs[0].hex, {f"telegram:{ann.id}", f"telegram:{bob.id}"}
    made_up = (
        f"more:{job}:{UNHEARD_OF}",
        f"voice:{job}:{ann.id}",
        f"again:{job}:0{ann.id}",
        f"again:{job}:{ann.id}:AAAAAAAAAAA",
        data_of(result, "Again").replace("again", "retry"),
    )
    for data in made_up:
        assert GONE in await bob.at(group).sends_press(result, data).is_answered_within(5)
    await bot.has_confirmed_all()
    assert studio.acted_for == people
    assert len(studio.asked) == 1
    await bob.at(group).presses(result, "Again").is_answered_within(5)
    await bob.at(group).waits_for(lambda seen: "Next in line" in seen.text)
    assert studio.asked[-1].user == f"telegram:{bob.id}"


@pytest.mark.parametrize("is_signed", [True, False])
async def test_in_a_group_an_old_message_s_button_works_if_it_was_signed(
    ann: Person,
    bot: FakeBot,
    studio: TelegramStudio,
    telegram: FakeTelegram,
    monkeypatch: pytest.MonkeyPatch,
    is_signed: bool,
) -> None:
    """Telegram does not tell what stands under it. Older versions signed no buttons: theirs need to be seen."""
    if not is_signed:
        monkeypatch.setattr(Seal, "signed", lambda _, data, chat_id: data)
    bob = telegram.person("Bob")
    group = telegram.group("Painters", [ann, bob])
    result = await made(ann.at(group), studio)
    out_of_reach = bob.at(group).presses(result, "Again", inaccessible=True)
    assert (GONE in await out_of_reach.is_answered_within(5)) is not is_signed
    await bob.at(group).presses(result, "Again").is_answered_within(5)
    await bob.at(group).waits_for(lambda seen: seen.id != result.id and "Next in line" in seen.text)
    assert {asked.user for asked in studio.asked[1:]} == {f"telegram:{bob.id}"}
    assert len(studio.asked) == 2 + is_signed


async def test_the_bot_makes_no_button_of_data_that_was_made_up(
    ann: Person, bot: FakeBot, studio: TelegramStudio, telegram: FakeTelegram
) -> None:
    """While the scheduler is silent a press is offered once more, under a message of the bot's own."""
    here = ann.at(telegram.group("Painters", [ann]))
    result = await made(here, studio)
    studio.reachable = False
    await here.sends_press(result, f"more:{studio.jobs[0].hex}:{UNHEARD_OF}").is_answered_within(5)
    told = await here.waits_for(lambda seen: "It didn't work" in seen.text)
    assert told.button_texts == []
    await here.presses(result, "Again").is_answered_within(5)
    await here.waits_for(lambda seen: seen.id > told.id and seen.button_texts == ["Try again"])
