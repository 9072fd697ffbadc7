"""Requests that Discord refuses, by what is wrong with them."""

from typing import Any

Json = Any
SAY = {"name": "say", "description": "Say", "options": [{"type": 3, "name": "text", "description": "What"}]}
SUGGEST = {
    "name": "find",
    "description": "Find",
    "options": [{"type": 3, "name": "q", "description": "What", "autocomplete": True}],
}


def row(*buttons: Json) -> Json:
    return {"type": 1, "components": list(buttons)}


def button(custom_id: str = "a", **more: Json) -> Json:
    return {"type": 2, "style": 1, "custom_id": custom_id, "label": "x", **more}


def option(name: str, **more: Json) -> Json:
    return {"type": 3, "name": name, "description": "d", **more}


LONG = [{"name": f"{n:0100}", "value": f"{n:0100}"} for n in range(25)]
BAD_MESSAGES: dict[str, Json] = {
    "content of 2001": {"content": "x" * 2001},
    "empty": {},
    "empty content": {"content": ""},
    "unknown field": {"contnt": "x", "content": "x"},
    "unknown field in a button": {"components": [row(button(colour="red"))]},
    "11 embeds": {"embeds": [{"title": "a"}] * 11},
    "embed title of 257": {"embeds": [{"title": "a" * 257}]},
    "embed description of 4097": {"embeds": [{"description": "a" * 4097}]},
    "embeds of 6001 in all": {"embeds": [{"description": "a" * 3000}, {"description": "a" * 3001}]},
    "26 embed fields": {"embeds": [{"fields": [{"name": "a", "value": "b"}] * 26}]},
    "6 buttons in a row": {"components": [row(*[button(str(n)) for n in range(6)])]},
    "6 rows": {"components": [row(button(str(n))) for n in range(6)]},
    "label of 81": {"components": [row(button(label="x" * 81))]},
    "custom_id of 101": {"components": [row(button("x" * 101))]},
    "custom_id twice": {"components": [row(button()), row(button())]},
    "button without label": {"components": [row(button(label=None))]},
    "button without custom_id": {"components": [row({"type": 2, "style": 1, "label": "x"})]},
    "link with custom_id": {"components": [row(button(style=5, url="https://example.org"))]},
    "style 9": {"components": [row(button(style=9))]},
    "a bare button": {"components": [button()]},
    "an attachment from nowhere": {"content": "x", "attachments": [{"id": "5"}]},
    "content of a wrong type": {"content": 5},
    "nonce of 26": {"content": "x", "nonce": "x" * 26},
}
BAD_COMMANDS: dict[str, Json] = {
    "name of 33": [{**SAY, "name": "x" * 33}],
    "name with a space": [{**SAY, "name": "say it"}],
    "name in upper case": [{**SAY, "name": "Say"}],
    "no description": [{"name": "say"}],
    "description of 101": [{**SAY, "description": "d" * 101}],
    "26 options": [{**SAY, "options": [option(f"o{n}") for n in range(26)]}],
    "26 choices": [
        {**SAY, "options": [option("o", choices=[{"name": str(n), "value": str(n)} for n in range(26)])]},
    ],
    "choice name of 101": [{**SAY, "options": [option("o", choices=[{"name": "x" * 101, "value": "x"}])]}],
    "choices and autocomplete": [
        {**SAY, "options": [option("o", autocomplete=True, choices=[{"name": "x", "value": "x"}])]}
    ],
    "required after optional": [{**SAY, "options": [option("a"), option("b", required=True)]}],
    "option twice": [{**SAY, "options": [option("a"), option("a")]}],
    "command twice": [SAY, SAY],
    "101 commands": [{**SAY, "name": f"c{n}"} for n in range(101)],
    "8001 characters": [{**SAY, "options": [option("a", choices=LONG), option("b", choices=LONG)]}],
    "bad option name in a subcommand": [
        {"name": "admin", "description": "d", "options": [option("grant", type=1, options=[option("Bad")])]}
    ],
}
BAD_ANSWERS: dict[str, Json] = {
    "type 99": {"type": 99},
    "an update of nothing": {"type": 7, "data": {"content": "x"}},
    "choices to a command": {"type": 8, "data": {"choices": []}},
    "an empty message": {"type": 4, "data": {}},
    "content of 2001": {"type": 4, "data": {"content": "x" * 2001}},
    "form of 6 rows": {
        "type": 9,
        "data": {
            "custom_id": "f",
            "title": "t",
            "components": [row({"type": 4, "custom_id": str(n), "style": 1, "label": "l"}) for n in range(6)],
        },
    },
    "form title of 46": {
        "type": 9,
        "data": {
            "custom_id": "f",
            "title": "t" * 46,
            "components": [row({"type": 4, "custom_id": "a", "style": 1, "label": "l"})],
        },
    },
}
BAD_CHOICES: dict[str, Json] = {
    "a message": {"type": 4, "data": {"content": "x"}},
    "26": {"type": 8, "data": {"choices": [{"name": str(n), "value": str(n)} for n in range(26)]}},
    "name of 101": {"type": 8, "data": {"choices": [{"name": "x" * 101, "value": "x"}]}},
    "value of 101": {"type": 8, "data": {"choices": [{"name": "x", "value": "x" * 101}]}},
}
