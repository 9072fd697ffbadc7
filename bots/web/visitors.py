"""Who a visitor is: a random id in a signed cookie, which nobody but this server can make."""

import hashlib
import hmac
import re
import secrets

from aiohttp import web

from bots.settings import BotSettings
from scheduler.errors import SettingsError

COOKIE = "tessera_visitor"
YEAR_SECONDS = 365 * 24 * 3600
SHAPE = re.compile(r"([0-9a-f]{24})\.([0-9a-f]{64})")


class Visitors:
    """Makes and reads the cookies of one secret."""

    def __init__(self, secret: bytes) -> None:
        self.secret = secret

    def of(self, cookie: str | None) -> str | None:
        """The visitor that a cookie proves, or None."""
        found = SHAPE.fullmatch(cookie or "")
        if found is None or not hmac.compare_digest(found[2], self.signature(found[1])):
            return None
        return found[1]

    def new(self) -> str:
        return secrets.token_hex(12)

    def cookie(self, visitor: str) -> str:
        return f"{visitor}.{self.signature(visitor)}"

    def signature(self, visitor: str) -> str:
        return hmac.new(self.secret, b"visitor 1 " + visitor.encode(), hashlib.sha256).hexdigest()

    def give(self, response: web.StreamResponse, visitor: str, *, https: bool) -> None:
        """Let the browser remember the visitor for a year from now."""
        response.set_cookie(
            COOKIE, self.cookie(visitor), max_age=YEAR_SECONDS, path="/", httponly=True, samesite="Lax", secure=https
        )


def secret(settings: BotSettings) -> bytes:
    """The secret of the settings, or one made from the service key: every process of a site has the same."""
    if settings.web_secret:
        return settings.web_secret.get_secret_value().encode()
    if settings.service_key:
        key = settings.service_key.get_secret_value().encode()
        return hmac.new(key, b"tessera web visitors", hashlib.sha256).digest()
    raise SettingsError("TESSERA_WEB_SECRET: not set, and there is no TESSERA_SERVICE_KEY to make one from")
