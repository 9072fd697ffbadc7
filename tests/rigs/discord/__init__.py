"""A strict fake Discord (REST v10 and gateway): bots talk to it by their real library, a test acts as the people.

It runs in the test's process on a free port of the loopback; the bots may be other processes.

    async with FakeDiscord() as discord:
        bot = discord.new_bot(token="secret")           # first the bots, then guilds, then people
        guild = discord.guild("Studio")                 # with guild.channels[0], "general"
        ann = discord.person("Ann")                     # sits in that channel
        start_our_bot(                                  # anything that runs discord.py
            TESSERA_DISCORD_TOKEN=bot.token,
            TESSERA_DISCORD_API_BASE=discord.api_base,
            TESSERA_DISCORD_GATEWAY_URL=discord.gateway_url,
        )
        await discord.online(bot, "imagine")            # connected, and /imagine is published

        act = await ann.slash("imagine", prompt="a fox", size="square")
        assert act.kind is Answer.DEFERRED and act.answered_after < 3
        seen = await ann.waits_for(lambda m: m.attachments, timeout=20)
        again = await ann.clicks(seen, "Again")
        assert discord.problems == [] and discord.rule_breaks == []

The stage (all before the bot starts, except where a test is about the change)
    new_bot(token=None, name="tessera") -> Bot          .id .token .name .commands .syncs .identified
    guild(name, bots=None) -> Guild                     bots=[] makes a server where the bot is no member
    channel(guild, name) -> Channel                     hide(channel, bot): 50001; mute(channel, bot): 50013
    person(name, channel=None, administrator=False) -> Person
    online(bot, *commands, timeout=20), offline(bot, timeout=10)    after a kill: first offline, then online
    api_base, gateway_url

A Person acts in person.channel with person.bot; each act takes channel= and bot= instead (so no option of a command
may be called channel, bot or wait). What the app itself would refuse raises NotPossible and no bot hears of it.
    await slash("imagine", prompt="a fox") -> Interaction       "admin grant" names a subcommand; a user option takes
                                                        person.user; returns when answered or after 3.5 s (act.failed);
                                                        wait=False returns at once
    await types("imagine", "model", "pa") -> ({"name", "value"}, ...)   TimeoutError if the bot stays silent
    await clicks(seen, "Again"), chooses(seen, custom_id, *values), submits(act_with_a_form, field="text")
    writes("plain words") -> Seen                       reaches the bot as its intents allow
    sees() -> [Seen, ...]                               oldest first, ephemeral ones only to their owner
    await waits_for(predicate, timeout=10) -> Seen      the newest that fits, as soon as there is one
    deletes(seen), blocks(bot), dm(bot) -> Channel, commands() -> names offered here

Interaction: .id .token .data .kind (Answer or None) .answered_after .failed .ephemeral .message (Seen of @original, as
it is now) .choices .modal. Seen (a snapshot): .id .channel_id .author .content .embeds .attachments (bytes) .filenames
.buttons .labels .button(name) .ephemeral .loading ("is thinking") .answers (interaction id) .edits .history (Versions:
.content .attachments .buttons .at .loading).

What the bots did
    problems: breaches of the official OpenAPI file; rule_breaks: breaches of other rules, a call before retry_after
    among them; own_problems: the rig's own answers that the official file does not allow (each is checked)
    calls: [Call, ...] with .method .path .line ("PATCH /webhooks/..") .query .body .files .status .code .bot .at;
    status 499 is a connection that the rig cut, code is Discord's (10008, 40060, ...), 0 for none
    interactions, invalid_requests, dropped_replies, gateway.log (["IDENTIFY", "RESUME", ...])
    A refusal that can happen to a correct bot (10008, 10062, 40060, 50001, 50027) is in calls only.

Trouble, for the next `times` requests in which the regular expression finds "METHOD /path" (without /api/v10)
    faults.rate_limit(pattern, times=1, retry_after=1.0, everywhere=False, via=True)
    faults.error(pattern, times=1, status=502), faults.delay(pattern, seconds, times=1)
    faults.drop_before(pattern, times=1), faults.drop_after(pattern, times=1), faults.clear()
    forget_who_was_told(): after a kill the new process learns an imposed wait by one more 429
    gateway.drop(bot=None), gateway.shut(), gateway.open(), gateway.ask_to_reconnect(), gateway.invalidate()
    gateway.heartbeat_seconds; repeat_interactions(times=1): the next ones are announced twice
    expire(interaction): its 15 minutes are over; advance(seconds): time passes for the rig, not for the bots

Waiting: until(probe, timeout=10) asks after each event; settled(seconds=0.3) returns when no request came meanwhile.
"""

from tests.rigs.discord.calls import Call
from tests.rigs.discord.fake import FakeDiscord
from tests.rigs.discord.model import Answer, Asked, Bot, Channel, Guild, Interaction
from tests.rigs.discord.person import Person
from tests.rigs.discord.seen import Button, Seen, Version
from tests.rigs.discord.wishes import NotPossible

__all__ = [
    "Answer",
    "Asked",
    "Bot",
    "Button",
    "Call",
    "Channel",
    "FakeDiscord",
    "Guild",
    "Interaction",
    "NotPossible",
    "Person",
    "Seen",
    "Version",
]
