"""Answers that are the same for many: packed once, so that giving one costs nothing."""

import gzip
from dataclasses import dataclass

from aiohttp import web

from bots.web.languages import weighted

PACKING = "gzip"


@dataclass(frozen=True, slots=True)
class Ready:
    """A body as it is, and packed."""

    content: bytes
    packed: bytes
    content_type: str

    @classmethod
    def of(cls, content: bytes, content_type: str) -> "Ready":
        return cls(content, gzip.compress(content, mtime=0), content_type)

    def answer(self, request: web.Request) -> web.Response:
        """In the form that the browser takes."""
        headers = {"Vary": "Accept-Encoding"}
        if not takes_packed(request.headers.get("Accept-Encoding", "")):
            return web.Response(body=self.content, content_type=self.content_type, charset="utf-8", headers=headers)
        headers["Content-Encoding"] = PACKING
        return web.Response(body=self.packed, content_type=self.content_type, charset="utf-8", headers=headers)


def takes_packed(accept_encoding: str) -> bool:
    """Whether "br, gzip;q=0.8" takes gzip; a weight of 0 forbids it."""
    weights = dict(weighted(part) for part in accept_encoding.lower().split(","))
    return weights.get(PACKING, 0.0) > 0
