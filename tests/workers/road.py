"""The whole road: a request through a scheduler's API to a worker and its engine, and the file back."""

from io import BytesIO
from typing import Any

import av

from tests.scheduler.api import Api, Json
from tests.scheduler.stage import until


async def made(api: Api, **request: Any) -> Json:
    """The finished job, once some worker offers its model."""

    async def online() -> bool:
        models = (await api.get("/v1/models")).document["models"]
        return any(one["id"] == request["model"] and one["online"] for one in models)

    await until(online)
    asked = await api.call("POST", "/v1/jobs", {"request": {"prompt": "a red fox runs", "seed": 7, **request}})
    assert asked.status == 201, asked.document
    path = f"/v1/jobs/{asked.document['job']['id']}"

    async def ended() -> Json | None:
        job: Json = (await api.get(path)).document
        return job if job["status"] in ("COMPLETED", "FAILED") else None

    await until(ended)
    job = await ended()
    assert job
    assert job["status"] == "COMPLETED", job
    return job


async def played(api: Api, job: Json, kind: str) -> float:
    """The seconds of its one file, fetched, whose first stream is of this kind."""
    [artifact] = job["artifacts"]
    content = (await api.get(artifact["url"])).content
    with av.open(BytesIO(content), "r") as file:
        assert file.streams[0].type == kind
        return (file.duration or 0) / av.time_base
