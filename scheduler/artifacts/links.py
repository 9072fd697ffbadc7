"""Links to finished files that need no key: signed for one variant of one artifact, until a time. Pure."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pydantic import SecretStr

from scheduler.artifacts.model import Variant
from scheduler.errors import Code, Refused


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes and checks the links of one secret; without one they end with this process."""

    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def link(self, artifact_id: UUID, variant: Variant, until: datetime) -> str:
        """The path below the API's address."""
        expires = int(until.timestamp())
        signature = self.signature(artifact_id, variant, expires)
        return f"/links/{artifact_id}/{variant}?expires={expires}&signature={signature}"

    def check(self, artifact_id: UUID, variant: Variant, expires: int, signature: str, now: datetime) -> None:
        """Refuse a link that is not ours, and one whose time is over."""
        if not hmac.compare_digest(signature.encode(), self.signature(artifact_id, variant, expires).encode()):
            raise Refused.because(Code.FORBIDDEN)
        if expires <= now.timestamp():
            raise Refused.because(Code.GONE, what="link")

    def signature(self, artifact_id: UUID, variant: Variant, expires: int) -> str:
        signed = f"artifact 1 {artifact_id} {variant} {expires}"
        return hmac.new(self.secret, signed.encode(), hashlib.sha256).hexdigest()


def signer(link_secret: SecretStr | None, service_key: SecretStr | None) -> Signer:
    """By the setting, or by a secret made from the service key: every scheduler has the same."""
    if link_secret:
        return Signer(link_secret.get_secret_value().encode())
    if service_key:
        key = service_key.get_secret_value().encode()
        return Signer(hmac.new(key, b"tessera artifact links", hashlib.sha256).digest())
    return Signer()
