"""Every call is held against the official description and the rules that it leaves unsaid."""

from typing import Any

import aiohttp
import pytest

from tests.rigs.telegram import FakeBot, FakeTelegram, spec
from tests.rigs.telegram.entities import BadEntities, parse
from tests.rigs.telegram_stage import TOKEN

OK = {"chat_id": 1}


def button(**fields: Any) -> dict[str, Any]:
    return {**OK, "text": "a", "reply_markup": {"inline_keyboard": [[{"text": "a", **fields}]]}}


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendFoo", {}, "no such method"),
        ("sendMessage", {"text": "a"}, "missing chat_id"),
        ("sendMessage", {**OK, "text": 5}, "not of type String"),
        ("sendMessage", {**OK, "text": "a", "disable_notification": 1}, "not of type Boolean"),
        ("sendMessage", {**OK, "text": "a", "disable_web_page_preview": True}, "unknown field"),
        ("sendMessage", {**OK, "text": ""}, "0 characters"),
        ("sendMessage", {**OK, "text": "  "}, "0 characters"),
        ("sendMessage", {**OK, "text": "x" * 4097}, "4097 characters"),
        ("sendMessage", {**OK, "text": "🦊" * 2049}, "4098 characters"),
        ("sendMessage", {**OK, "text": "x" * 4096 + "<b></b>", "parse_mode": "HTML"}, None),
        ("sendMessage", {**OK, "text": "<b>x", "parse_mode": "HTML"}, "Can't find end tag"),
        ("sendMessage", {**OK, "text": "x", "parse_mode": "Foo"}, "unsupported parse_mode"),
        ("sendPhoto", {**OK, "photo": "id", "caption": "x" * 1025}, "1025 characters"),
        ("sendPhoto", {**OK, "photo": "id", "caption": ""}, None),
        ("sendMessage", button(callback_data="x" * 64), None),
        ("sendMessage", button(callback_data="x" * 65), "65 bytes"),
        ("sendMessage", button(callback_data="я" * 40), "80 bytes"),
        ("sendMessage", button(callback_data="x", style="pink"), "is none of"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "201 characters"),
        ("sendMediaGroup", {**OK, "media": [{"type": "photo", "media": "a"}]}, "1 items"),
        ("sendMediaGroup", {**OK, "media": [{"type": "photo", "media": "a"}] * 11}, "11 items"),
        ("sendMediaGroup", {**OK, "media": [{"type": "voice", "media": "a"}] * 2}, "is none of"),
        ("editMessageMedia", {**OK, "message_id": 1, "media": {"type": "voice", "media": "a"}}, "is none of"),
        ("setMyCommands", {"commands": [{"command": "b" * 33, "description": "d"}]}, "33 characters"),
        ("setMyCommands", {"commands": [{"command": "b", "description": ""}]}, "0 characters"),
        ("setMyCommands", {"commands": [{"command": "b", "description": "d" * 257}]}, "257 characters"),
        ("setWebhook", {"url": "https://a", "secret_token": "x" * 257}, "257 characters"),
        ("getUpdates", {"limit": 101}, "1 to 100"),
        ("deleteMessages", {**OK, "message_ids": []}, "0 items"),
        ("sendMessage", {**OK, "text": "a", "reply_markup": {"inline_keyboard": [{"text": "a"}]}}, "not an array"),
    ],
)
def test_the_description_is_enforced(method: str, params: dict[str, Any], complaint: str | None) -> None:
    found = spec.check(method, params)
    assert found == [] if complaint is None else any(complaint in each for each in found), found


async def raw(telegram: FakeTelegram, method: str, params: dict[str, Any]) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{telegram.url}/bot{TOKEN}/{method}", json=params) as response,
    ):
        answer: dict[str, Any] = await response.json()
        return answer


@pytest.mark.parametrize(
    ("method", "params", "complaint"),
    [
        ("sendMessage", button(), "has 0 actions"),
        ("sendMessage", button(callback_data="x", url="https://example.org"), "has 2 actions"),
        ("sendMessage", button(url="http://localhost/x"), "Wrong HTTP URL"),
        ("setMyCommands", {"commands": [{"command": "Bad-Name", "description": "d"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "b", "description": "d"}] * 101}, "more than 100 commands"),
        ("setWebhook", {"url": "https://example.org", "secret_token": "no spaces"}, "unallowed characters"),
        ("setWebhook", {"url": "http://example.org"}, "HTTPS URL must be provided"),
        ("editMessageText", {"text": "x"}, "message identifier is not specified"),
        ("sendPhoto", {**OK, "photo": "attach://nothing"}, "no file part"),
        ("sendChatAction", {**OK, "action": "dance"}, "wrong parameter action"),
        ("sendInvoice", {**OK}, "missing title"),
    ],
)
async def test_unwritten_rules_are_enforced(
    telegram: FakeTelegram, account: FakeBot, method: str, params: dict[str, Any], complaint: str
) -> None:
    answer = await raw(telegram, method, params)
    assert answer["ok"] is False
    assert any(complaint in problem for problem in telegram.problems), telegram.problems


@pytest.mark.parametrize(
    ("text", "mode", "plain", "kinds"),
    [
        ("<b>a <i>b</i></b> &lt;c&gt;", "HTML", "a b <c>", ["bold", "italic"]),
        ('<a href="https://a.b?c=1&amp;d=2">x</a>', "HTML", "x", ["text_link"]),
        ('<pre><code class="language-python">x = 1</code></pre>', "HTML", "x = 1", ["pre"]),
        ("*a _b_* ||c|| \\.", "MarkdownV2", "a b c .", ["bold", "italic", "spoiler"]),
        ("[a\\!](https://a.b) `x.y`", "MarkdownV2", "a! x.y", ["text_link", "code"]),
        (">quoted\n>more\nplain", "MarkdownV2", "quoted\nmore\nplain", ["blockquote"]),
        ("__u__ ~s~", "MarkdownV2", "u s", ["underline", "strikethrough"]),
        ("```py\nx\n```", "MarkdownV2", "x", ["pre"]),
        ("<b>no markup</b>", None, "<b>no markup</b>", []),
    ],
)
def test_markup_is_parsed(text: str, mode: str | None, plain: str, kinds: list[str]) -> None:
    found, entities = parse(text, mode)
    assert (found, [entity["type"] for entity in entities]) == (plain, kinds)


@pytest.mark.parametrize(
    ("text", "mode", "complaint"),
    [
        ("a < b", "HTML", "Unsupported start tag"),
        ("<foo>a</foo>", "HTML", 'Unsupported start tag "foo"'),
        ("<b><i>a</b></i>", "HTML", "Unmatched end tag"),
        ("a</b>", "HTML", "Unexpected end tag"),
        ("<span>a</span>", "HTML", "tg-spoiler"),
        ("a.", "MarkdownV2", "Character '.' is reserved"),
        ("*a", "MarkdownV2", "Can't find end of bold"),
        ("[a] b", "MarkdownV2", "address of a link"),
    ],
)
def test_broken_markup_is_refused(text: str, mode: str, complaint: str) -> None:
    with pytest.raises(BadEntities, match=complaint.replace("(", r"\(")):
        parse(text, mode)
