"""A strict fake Telegram: a Bot API server on loopback, and people who write, press and look.

    async with FakeTelegram() as telegram:                       # strict=True: passed rate limits answer 429 as well
        bot = telegram.new_bot("777:tok", "tessera_bot")         # FakeBot; start the real bot with telegram.url
        ann = telegram.person("Ann", language="en")              # stands in the private chat with the first bot
        await bot.listens()                                      # it polls or has set its webhook
        ann.writes("/imagine a fox")
        result = await ann.waits_for(lambda message: message.photo and "Again" in message.button_texts)
        press = ann.presses(result, "Again")                     # by words or by callback data
        await press.is_answered_within(5)
        telegram.assert_clean()

The server lives in the test's event loop; the bots may be tasks beside it or other processes. They need only
`telegram.url` (`TelegramAPIServer.from_base(telegram.url)`, or TESSERA_TELEGRAM_API_BASE) and a registered token.
Everything a person does is synchronous and takes effect at once; waiting is driven by events.

FakeTelegram(*, strict=False, limits=Limits())
    url, port
    new_bot(token="777:tok", username="tessera_bot", *, name, reads_all=False) -> FakeBot
    person(name, language="en", *, username=None) -> Person
    group(title, people, bots=None, *, is_supergroup=False) -> Group     all bots registered so far by default
    Troubles, for the next `times` calls whose whole method name matches the regex and for which `where(call)` holds:
        answers_429(methods, retry_after, *, times=1, where=None)    calling that chat too early breaks a rule
        answers_502(methods, ...)              HTML body, no effect
        drops_requests(methods, ...)           connection broken before the effect
        drops_replies(methods, ...)            connection broken after the effect
        delays(methods, seconds, ...)          before the effect
        recovers()                             withdraws them
      each returns a Fault; `fault.hit` lists the calls that it struck.
    forgets_who_was_told(bot)              after a kill: the new process learns an imposed wait by one more 429
    The record:
        calls            every Call but getUpdates, with bot, method, params, uploads, at, error, result, is_done,
                         chat_id and text
        calls_of(*methods)
        refused          calls that were answered with an error (`call.error.code`, `call.error.description`)
        problems         what the official description forbids, in words; the call was answered 400
        rule_breaks      RuleBreak(rule, detail, call); rules: bot-rate, chat-rate, group-rate, flood-wait, two-pollers,
                         answered-twice
        dropped_replies  calls whose effect stands while the answer was lost: on order, or because the bot had gone
        unanswered_presses
        assert_clean()   no problems and no rule breaks
    callback_lifetime_seconds = 15.0           afterwards answerCallbackQuery gets "query is too old"
    await until(probe, timeout=30)             first true value of probe(); TimeoutError otherwise

FakeBot: id, token, username, user, commands, profile, webhook, updates (.pending, .seen, .polls)
    await listens(timeout=30); await has_confirmed_all(timeout=30)
    gets_last_update_again()                   the newest update once more, confirmed or not
    gets_next_updates_twice(times=1)           each of the next updates comes again after it was confirmed
    gets_next_updates_late(times=1)            each of the next updates comes after the one that follows it
    gets(kind, payload, chat_id=0)             any update, also one that no library understands
    restarts_update_ids(at)

Person: id, user, chat
    at(bot_or_group, topic=None) -> Person     the same person elsewhere
    writes(text, *, reply_to=None) -> id       cut into messages of 4096 characters, as clients do
    sends_photo(data, caption="") -> id;  sends_document(data, name) -> id
    rewrites(message_id, text)                 edits an own message
    presses(seen, button, *, inaccessible=False) -> Press (is_answered, answer, is_alert, await is_answered_within(s))
    sends_press(seen, data, *, inaccessible=False) -> Press        with any data, as a self-made client can
    deletes(seen_or_id);  blocks();  unblocks();  takes_no_voice_notes()
    sees() -> list[Seen];  sees_from_bot() -> list[Seen]
    await waits_for(probe, timeout=30) -> Seen                the newest message of a bot of which probe(seen) is true
    await waits_until(probe, timeout=30) -> list[Seen]        all that is seen, once probe(list) is true

Group: id, chat, becomes_supergroup() -> new id, new_topic(name) -> thread id, removes(bot)
    Only commands, mentions and replies reach a bot in a group, unless it was registered with reads_all=True.

Seen: id, chat_id, author, by_bot, kind, text (or caption, without markup), entities, photo (bytes | None), file,
    buttons (Button: text, data, url, row), button_texts, edits, reply_to, album, topic, history (a Look for each state)

Rate limits (Limits): 30 messages a second for a bot, 1 a second for a chat with bursts of 10, 20 a minute in a group;
sends and edits count alike. Message ids begin at 1 in every chat and file ids differ for every bot.
"""

from tests.rigs.telegram.bots import FakeBot
from tests.rigs.telegram.faults import Fault
from tests.rigs.telegram.model import Call, RuleBreak
from tests.rigs.telegram.pace import Limits
from tests.rigs.telegram.person import Group, Person, Press
from tests.rigs.telegram.seen import Button, Look, Seen
from tests.rigs.telegram.telegram import FakeTelegram

__all__ = [
    "Button",
    "Call",
    "FakeBot",
    "FakeTelegram",
    "Fault",
    "Group",
    "Limits",
    "Look",
    "Person",
    "Press",
    "RuleBreak",
    "Seen",
]
