"""Which function answers which method."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.rigs.telegram import editing, profile, sending
from tests.rigs.telegram.contents import Context

Handler = Callable[[Context], Any] | Callable[[Context], Awaitable[Any]]

HANDLERS: dict[str, Handler] = {
    "sendMessage": sending.send_message,
    **dict.fromkeys(sending.MEDIA, sending.send_media),
    "sendMediaGroup": sending.send_media_group,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": editing.edit_text,
    "editMessageCaption": editing.edit_caption,
    "editMessageMedia": editing.edit_media,
    "editMessageReplyMarkup": editing.edit_reply_markup,
    "deleteMessage": editing.delete_message,
    "deleteMessages": editing.delete_messages,
    "answerCallbackQuery": profile.answer_callback_query,
    "getMe": profile.get_me,
    "getFile": profile.get_file,
    "getChat": profile.get_chat,
    "getChatMember": profile.get_chat_member,
    "getChatMemberCount": profile.get_chat_member_count,
    "getChatAdministrators": profile.get_chat_administrators,
    "setMyCommands": profile.set_my_commands,
    "deleteMyCommands": profile.delete_my_commands,
    "getMyCommands": profile.get_my_commands,
    **dict.fromkeys(("setMyName", "setMyDescription", "setMyShortDescription"), profile.set_profile),
    **dict.fromkeys(("getMyName", "getMyDescription", "getMyShortDescription"), profile.get_profile),
    "setWebhook": profile.set_webhook,
    "deleteWebhook": profile.delete_webhook,
    "getWebhookInfo": profile.get_webhook_info,
    **dict.fromkeys(
        ("setMessageReaction", "pinChatMessage", "unpinChatMessage", "setChatMenuButton", "close"), profile.acknowledge
    ),
}


def messages_in(method: str, params: dict[str, Any]) -> int:
    """How many messages the call counts for in the rate limits."""
    if method == "sendMediaGroup":
        return len(params["media"])
    counted = method.startswith("editMessage") or (method.startswith("send") and method != "sendChatAction")
    return 1 if counted else 0
