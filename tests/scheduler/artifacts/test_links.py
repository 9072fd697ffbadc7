"""Links to finished files: for whoever has them, for one file, for a time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import SecretStr

from scheduler.artifacts.links import Signer, signer
from scheduler.artifacts.model import Variant
from tests.scheduler.api import Api, Json
from tests.scheduler.stage import LINK_SECRET
from tests.scheduler.test_api import BEN, finished
from tests.scheduler.worker import PICTURE, THUMBNAIL, WEB


async def test_a_signed_link_needs_no_key_and_ends(api: Api) -> None:
    [artifact] = (await finished(api))["artifacts"]
    ask = artifact["url"] + "/link"
    whole = (await api.call("POST", ask, {"hours": 1})).document
    small = (await api.call("POST", ask, {"variant": "thumbnail"})).document
    for_screens = (await api.call("POST", ask, {"variant": "web"})).document
    stranger: Json = {"user": None, "key": None}

    assert (await api.get(whole["url"], **stranger)).content == PICTURE
    assert (await api.get(small["url"], **stranger)).content == THUMBNAIL
    assert (await api.get(for_screens["url"], **stranger)).content == WEB
    assert (await api.call("POST", ask, {}, user=BEN)).code == "not_found"  # another's
    assert (await api.call("POST", ask, {"hours": 1000})).code == "invalid_request"

    old = Signer(LINK_SECRET).link(UUID(artifact["id"]), Variant.ORIGINAL, datetime.now(UTC) - timedelta(seconds=1))
    assert (await api.get(old, **stranger)).code == "gone"
    await api.stage.pool.execute("update artifacts set expires_at = now()")
    assert (await api.get(whole["url"], **stranger)).code == "gone"


async def test_a_file_that_never_expires_is_shown_and_read(api: Api) -> None:
    [artifact] = (await finished(api))["artifacts"]
    await api.stage.pool.execute("update artifacts set expires_at = null")
    [job] = (await api.get("/v1/jobs")).document["jobs"]

    assert [(made["expired"], made["expires_at"]) for made in job["artifacts"]] == [(False, None)]
    assert (await api.get(artifact["url"])).content == PICTURE


async def test_a_link_that_was_changed_or_signed_by_another_is_refused(api: Api) -> None:
    [artifact], [other] = (await finished(api))["artifacts"], (await finished(api))["artifacts"]
    url = str((await api.call("POST", artifact["url"] + "/link", {})).document["url"])
    forged = Signer(b"a guess").link(UUID(artifact["id"]), Variant.ORIGINAL, datetime.now(UTC) + timedelta(hours=1))
    changed = [
        url.replace("original", "thumbnail"),
        url.replace("original", "web"),
        url.replace(artifact["id"], other["id"]),
        url.replace("expires=", "expires=1"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
        url.partition("signature=")[0] + "signature=",
        forged,
    ]

    for wrong in changed:
        assert (await api.get(wrong, user=None, key=None)).code == "forbidden", wrong
    for wrong in (
        url.replace("signature=", "x="),
        url.replace("original", "poster"),
        url.replace("expires=", "expires=-"),
    ):
        assert (await api.get(wrong, user=None, key=None)).status in (404, 422), wrong


def test_every_scheduler_makes_the_same_links_and_no_link_tells_the_secret() -> None:
    at, key, given = datetime(2026, 11, 21, tzinfo=UTC), SecretStr("a service key of 16"), SecretStr("a secret")
    link = [signer(*secrets).link(UUID(int=1), Variant.ORIGINAL, at) for secrets in ((given, key), (given, None))]
    made = [signer(None, key).link(UUID(int=1), Variant.ORIGINAL, at) for _ in range(2)]

    assert link[0] == link[1]
    assert made[0] == made[1] != link[0]
    assert signer(None, None).link(UUID(int=1), Variant.ORIGINAL, at) not in (*link, *made)
    assert "secret" not in repr(signer(given, None))
