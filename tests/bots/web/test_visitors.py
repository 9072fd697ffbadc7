"""Who a visitor is, and where a visitor is."""

from http.cookies import SimpleCookie
from ipaddress import ip_network

import pytest
from aiohttp.test_utils import TestServer
from pydantic import SecretStr
from structlog.testing import capture_logs

from bots.settings import BotSettings
from bots.web import visitors
from bots.web.languages import preferred
from bots.web.visitors import COOKIE, Visitors
from scheduler.errors import SettingsError
from scheduler.proxies import Proxies
from tests.bots.web.browsing import Browser, browsing
from tests.bots.web.studio import Studio

OURS = Proxies((ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")))


def test_a_cookie_proves_who_made_it() -> None:
    ours, theirs = Visitors(b"ours"), Visitors(b"theirs")
    visitor = ours.new()

    assert ours.of(ours.cookie(visitor)) == visitor
    assert ours.of(theirs.cookie(visitor)) is None
    assert ours.of(f"{ours.new()}.{ours.signature(visitor)}") is None
    for nonsense in (None, "", "x", f"{visitor}.", f"{visitor}." + "0" * 64, "é" * 24 + "." + "0" * 64):
        assert ours.of(nonsense) is None


def test_the_secret_is_the_settings_or_made_from_the_service_key() -> None:
    given = BotSettings(web_secret=SecretStr("secret"), service_key=SecretStr("key"))
    made = BotSettings(service_key=SecretStr("key"))

    assert visitors.secret(given) == b"secret"
    assert visitors.secret(made) == visitors.secret(made)
    assert visitors.secret(made) != visitors.secret(BotSettings(service_key=SecretStr("another")))
    with pytest.raises(SettingsError, match="TESSERA_WEB_SECRET"):
        visitors.secret(BotSettings())


async def test_the_cookie_is_hidden_from_scripts_and_other_sites_and_lives_a_year(ann: Browser) -> None:
    response = await ann.get("/")
    cookie = SimpleCookie(response.headers["Set-Cookie"])[COOKIE]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")
    assert int(cookie["max-age"]) >= 365 * 24 * 3600


async def test_behind_https_the_cookie_never_travels_in_the_clear(ann: Browser) -> None:
    response = await ann.get("/", **{"X-Forwarded-Proto": "https"})

    assert SimpleCookie(response.headers["Set-Cookie"])[COOKIE]["secure"] is True


def test_a_neighbour_that_forwards_and_is_not_trusted_is_named_once() -> None:
    proxies = Proxies((ip_network("172.30.84.1"),))
    forwards = {"X-Forwarded-For": "192.0.2.1"}
    with capture_logs() as logs:
        for peer, headers in (("172.30.84.1", forwards), ("198.41.0.4", forwards), ("172.30.84.7", {})):
            proxies.origin(peer, False, headers)
        assert not logs
        assert [proxies.origin("172.30.84.7", False, forwards).address for _ in range(2)] == ["172.30.84.7"] * 2
    assert [(log["event"], log["address"]) for log in logs] == [("proxies.not_trusted", "172.30.84.7")]


async def test_a_visitor_stays_the_same_from_visit_to_visit(ann: Browser) -> None:
    first = (await ann.look())["purse"]["user"]
    await ann.get("/")

    assert (await ann.look())["purse"]["user"] == first


async def test_looking_at_the_page_alone_makes_no_user(studio: Studio, ann: Browser) -> None:
    assert studio.people == {}
    assert ann.headers == {}


async def test_a_visitor_is_known_by_address_and_language(studio: Studio, server: TestServer) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "Accept-Language": "en-GB"}
    async with browsing(server, **headers) as visitor:
        user = (await visitor.look())["purse"]["user"]

    assert studio.people[user].contacts[0] == {"name": None, "locale": "en", "address": "203.0.113.9"}


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # a stranger's claim
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),  # what the client itself wrote is on the left
        ("10.0.0.1", "198.51.100.1, 10.0.0.7", "198.51.100.1"),  # two proxies of ours
        ("10.0.0.1", "198.51.100.1:4711", "198.51.100.1"),
        ("10.0.0.1", "[2001:db9::5]:4711", "2001:db9::5"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
    ],
)
def test_only_trusted_proxies_name_the_client(peer: str, forwarded: str, client: str) -> None:
    assert OURS.origin(peer, False, {"X-Forwarded-For": forwarded}).address == client


def test_a_unix_socket_has_no_address() -> None:
    assert OURS.origin(None, False, {"Host": "a"}).address is None


def test_strangers_cannot_claim_https_or_a_host() -> None:
    headers = {"Host": "here", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "there"}

    assert OURS.origin("203.0.113.9", False, headers).https is False
    assert OURS.origin("203.0.113.9", False, headers).host == "here"
    assert OURS.origin("10.0.0.1", False, headers).https is True
    assert OURS.origin("10.0.0.1", False, headers).host == "there"


@pytest.mark.parametrize(
    "header", ["", "*", "xx", "en-US,en;q=0.9", "xx;q=0.9, en;q=0.1", ";;;", "en;q=zero", "," * 500]
)
def test_every_header_finds_a_language(header: str) -> None:
    assert preferred(header) == "en"
