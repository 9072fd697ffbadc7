"""Says in a PNG how it was made, and takes out what was said in it before; its pixels are not touched."""

import struct
import zlib
from collections.abc import Iterator, Mapping

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAID = (b"tEXt", b"zTXt", b"iTXt", b"eXIf")  # chunks


def described(png: bytes, metadata: Mapping[str, object]) -> bytes:
    """Raises ValueError for what is no PNG."""
    kept = [(kind, chunk) for kind, chunk in chunks(png) if kind not in SAID]
    said = [text_chunk(name, str(value)) for name, value in metadata.items()]
    head, rest = kept[0], kept[1:]
    return b"".join([SIGNATURE, head[1], *said, *(chunk for _, chunk in rest)])


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk, whole, with its type."""
    if not png.startswith(SIGNATURE):
        raise ValueError("it is no PNG")
    at = len(SIGNATURE)
    while at + 12 <= len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at : at + size + 12]
        at += size + 12
        if kind == b"IEND":
            return
    raise ValueError("the PNG has no end")


def text_chunk(name: str, value: str) -> bytes:
    """An iTXt chunk, uncompressed, of no language."""
    text = value.encode("utf-8", "replace").replace(b"\0", b"")
    content = b"iTXt" + name.encode("latin-1") + b"\0\0\0\0\0" + text
    return struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
