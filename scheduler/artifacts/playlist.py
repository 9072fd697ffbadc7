"""The HLS playlist of a film that lies in one file (RFC 8216): which bytes of it are which seconds. Pure."""

from collections.abc import Mapping
from math import ceil
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

CONTENT_TYPE = "application/vnd.apple.mpegurl"
Size = Annotated[int, Field(gt=0)]


class Pieces(BaseModel):
    """What a worker says of such a file: the bytes of its head, then of each piece seconds and bytes, in order."""

    head_bytes: Size
    pieces: list[tuple[Annotated[float, Field(gt=0)], Size]] = Field(min_length=1, max_length=1000)


def pieces_of(told: Mapping[str, Any] | None) -> Pieces | None:
    """None: there are none, or they make no sense."""
    try:
        return Pieces.model_validate(told)
    except ValidationError:
        return None


def playlist(pieces: Pieces, uri: str) -> str:
    """For players; `uri` is the film's as seen from the playlist."""
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{ceil(max(seconds for seconds, _ in pieces.pieces))}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{uri}",BYTERANGE="{pieces.head_bytes}@0"',
    ]
    at = pieces.head_bytes
    for seconds, size in pieces.pieces:
        lines += [f"#EXTINF:{seconds:.5f},", f"#EXT-X-BYTERANGE:{size}@{at}", uri]
        at += size
    return "\n".join([*lines, "#EXT-X-ENDLIST", ""])
