"""What a request's headers say of who asks: the key, the user whom a bot names, the visitor's address. Pure."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import unquote

from scheduler.accounts.model import ACT_ADDRESS, ACT_FOR, Platform
from scheduler.errors import Code, Refused


def bearer(headers: Mapping[str, str]) -> str:
    """The key, however the header is spelt, or refuse."""
    scheme, _, key = headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused.because(Code.UNAUTHORIZED)
    return key.strip()


def acted_for(headers: Mapping[str, str]) -> str | None:
    """The user whom a bot names, however it is spelt."""
    named = headers.get(ACT_FOR)
    return None if named is None else unquote(named)


def parse_ref(ref: str) -> tuple[Platform, str]:
    """`telegram:42` in its parts, or refuse."""
    platform, _, platform_user_id = ref.partition(":")
    wrong = {"loc": ACT_FOR, "msg": "must be platform:id, such as telegram:42"}
    if platform not in set(Platform) or not 0 < len(platform_user_id) <= 100 or not platform_user_id.isprintable():
        raise Refused.because(Code.INVALID_REQUEST, errors=[dict(wrong)])
    return Platform(platform), platform_user_id


def cleaned(value: str | None, limit: int) -> str | None:
    """A header's percent-encoded text, without what cannot be shown, cut to the column's width."""
    if not value:
        return None
    return "".join(char for char in unquote(value) if char.isprintable())[:limit].strip() or None


def address_of(headers: Mapping[str, str]) -> str | None:
    """The visitor's address: an IPv4 address in IPv6's clothes is told as what it is, a zone index is left out."""
    try:
        parsed = ipaddress.ip_address(unquote(headers.get(ACT_ADDRESS, "")).partition("%")[0])
    except ValueError:
        return None
    return str((parsed.version == 6 and parsed.ipv4_mapped) or parsed)
