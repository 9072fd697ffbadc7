"""Signs what a button of a result says, so that it is believed where Telegram no longer shows the button: pure."""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass

LONGEST_DATA = 64  # bytes of callback data, https://core.telegram.org/bots/api#inlinekeyboardbutton
SIGNED_BYTES = 8


@dataclass(frozen=True, slots=True)
class Seal:
    """Of one bot; a button is good in the chat for which it was made, for ever, or until the bot has another token."""

    key: bytes

    @classmethod
    def of(cls, token: str) -> "Seal":
        return cls(hmac.digest(token.encode(), b"tessera buttons", "sha256"))

    def signed(self, data: str, chat_id: int) -> str:
        """The data with its signature, or as it is where there is no room for one."""
        whole = f"{data}:{self.signature(data, chat_id)}"
        return whole if len(whole) <= LONGEST_DATA else data

    def is_ours(self, whole: str, chat_id: int) -> bool:
        data, _, signature = whole.rpartition(":")
        return hmac.compare_digest(in_bytes(signature), in_bytes(self.signature(data, chat_id)))

    def signature(self, data: str, chat_id: int) -> str:
        digest = hmac.digest(self.key, in_bytes(f"{chat_id}:{data}"), "sha256")
        return urlsafe_b64encode(digest[:SIGNED_BYTES]).decode().rstrip("=")


def in_bytes(text: str) -> bytes:
    """Of any text: JSON may hold half a surrogate pair, which is no UTF-8."""
    return text.encode(errors="surrogatepass")
