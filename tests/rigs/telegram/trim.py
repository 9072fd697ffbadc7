"""Trims the full Bot API description to what our bots could use: `python -m tests.rigs.telegram.trim FULL.json`."""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tests.rigs.telegram.spec import LIMITS, PATH

CHOSEN = """
getUpdates setWebhook deleteWebhook getWebhookInfo getMe logOut close
sendMessage sendPhoto sendAudio sendDocument sendVideo sendAnimation sendVoice sendVideoNote sendMediaGroup
sendChatAction copyMessage forwardMessage setMessageReaction pinChatMessage unpinChatMessage
editMessageText editMessageCaption editMessageMedia editMessageReplyMarkup deleteMessage deleteMessages
answerCallbackQuery getFile getChat getChatMember getChatMemberCount getChatAdministrators leaveChat
setMyCommands deleteMyCommands getMyCommands setMyName getMyName setMyDescription getMyDescription
setMyShortDescription getMyShortDescription setChatMenuButton getChatMenuButton getUserProfilePhotos
answerInlineQuery answerWebAppQuery
sendInvoice createInvoiceLink answerPreCheckoutQuery answerShippingQuery
getMyStarBalance getStarTransactions refundStarPayment
"""


def trimmed(full: dict[str, Any]) -> dict[str, Any]:
    """Keep the chosen methods, the types they take, and of the prose only the sentences that state a limit."""
    types: dict[str, Any] = {}
    methods = CHOSEN.split()
    for method in methods:
        for field in full["methods"][method].get("fields", []):
            _reach(field["types"], full["types"], types)
    return {
        "version": full["version"],
        "release_date": full["release_date"],
        "methods": {name: _lean(full["methods"][name]) for name in methods},
        "types": {name: _lean(types[name]) for name in sorted(types)},
    }


def _reach(names: list[str], known: dict[str, Any], found: dict[str, Any]) -> None:
    for written in names:
        name = written.replace("Array of ", "")
        if name in known and name not in found:
            found[name] = known[name]
            _reach(known[name].get("subtypes", []), known, found)
            for field in known[name].get("fields", []):
                _reach(field["types"], known, found)


def _lean(entry: dict[str, Any]) -> dict[str, Any]:
    lean: dict[str, Any] = {"fields": [_lean_field(field) for field in entry.get("fields", [])]}
    return lean | ({"subtypes": entry["subtypes"]} if entry.get("subtypes") else {})


def _lean_field(field: dict[str, Any]) -> dict[str, Any]:
    sentences = re.split(r"(?<=[.;])\s+(?=[A-Z0-9])", field["description"])
    said = " ".join(s for s in sentences if any(limit.search(s) for limit in LIMITS))
    lean = {"name": field["name"], "types": field["types"], "required": field["required"]}
    return lean | ({"description": said} if said else {})


def _write(spec: dict[str, Any], path: Path) -> None:
    """One line for each method and type, so that an update reads well as a diff."""
    parts = [f'"version": {json.dumps(spec["version"])}', f'"release_date": {json.dumps(spec["release_date"])}']
    for section in ("methods", "types"):
        lines = [
            f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False)}" for name, entry in spec[section].items()
        ]
        parts.append(f'"{section}": {{\n' + ",\n".join(lines) + "\n}")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    _write(trimmed(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), PATH)
