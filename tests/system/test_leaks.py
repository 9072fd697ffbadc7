"""What looks for secrets finds them."""

from datetime import UTC, datetime
from uuid import uuid4

from scheduler.accounts.doorkeeper import new_key
from scheduler.artifacts.links import Signer
from scheduler.artifacts.model import Variant
from tests.system.leaks import leaks, secrets_of

SETTINGS = {
    "TESSERA_TELEGRAM_TOKEN": "42:the-token",
    "TESSERA_DATABASE_URL": "postgresql://me:the-password@host/tessera",
    "TESSERA_REDIS_URL": "unix:///socket?password=the-other-one",
    "TESSERA_WORKER_ENGINES": "painter",
    "TESSERA_SERVICE_KEY": "short",
}


def test_every_secret_of_the_settings_is_looked_for() -> None:
    values = {value for _, value in secrets_of(SETTINGS)}

    assert values >= {"42:the-token", "the-password", "the-other-one"}
    assert "painter" not in values


def test_a_secret_is_found_and_not_repeated() -> None:
    written = {"a log": b"GET /bot42:the-token/getMe", "another": b"the-password? short of painter"}

    assert leaks(secrets_of(SETTINGS), written) == [
        "TESSERA_TELEGRAM_TOKEN in a log",
        "the password in TESSERA_DATABASE_URL in another",
    ]


def test_keys_and_links_that_were_made_meanwhile_are_found() -> None:
    link = Signer().link(uuid4(), Variant.ORIGINAL, datetime.now(UTC))
    written = {"a log": f"key={new_key()}".encode(), "another": f"GET {link}".encode(), "a third": b"a fox of 64"}

    assert leaks([], written) == ["an API key in a log", "a signed link in another"]
