"""How a film can be played a piece at a time: where the pieces of its one file are (RFC 8216), read from the playlist
that ffmpeg writes beside it."""

import re
from typing import Any

from workers.engines.protocol import Broken

PIECE_SECONDS = 2
HEAD = re.compile(r'#EXT-X-MAP:URI="[^"]*",BYTERANGE="(\d+)@0"')
PIECE = re.compile(r"#EXTINF:([\d.]+),\s*\n#EXT-X-BYTERANGE:(\d+)@(\d+)")


def pieces(playlist: str) -> dict[str, Any]:
    """The bytes of the head, and of each piece in order its seconds and bytes; one begins where the other ends."""
    head = HEAD.search(playlist)
    found = [(float(seconds), int(size), int(at)) for seconds, size, at in PIECE.findall(playlist)]
    at = int(head[1]) if head else -1
    for _, size, begins in found:
        if begins != at:
            raise Broken("the playlist is not one that is understood")
        at += size
    if head is None or not found:
        raise Broken("the playlist has no pieces")
    return {"head_bytes": int(head[1]), "pieces": [[seconds, size] for seconds, size, _ in found]}
