"""Where a picture ends in its file, by the structure of the format alone; what stands after that is no part of it.

A picture in more parts than any camera or program makes counts as one that does not end: each part costs its reader
time, and a progressive JPEG is decoded once for each of its scans.
"""

import re

PNG_END = b"IEND"
EOI, SOS = 0xD9, 0xDA
# Not 0xFF again, which fills, nor a stuffed byte of the data, nor a marker without a length: TEM and the restarts.
MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd7\xff])")
MOST_SCANS = 64  # libjpeg's own progressive files have 10
MOST_SEGMENTS = 2_000  # a profile and a preview of the largest kind are 500
MOST_CHUNKS = 40_000  # of a PNG: half a kilobyte each, if it is the largest


def end_of(content: bytes, kind: str) -> int | None:
    """The offset after the picture; None when the file ends before it does."""
    match kind:
        case "PNG":
            return end_of_png(content)
        case "JPEG":
            return end_of_jpeg(content)
        case _:
            return end_of_riff(content)


def end_of_png(content: bytes) -> int | None:
    """Chunks of length, type, data and checksum, up to IEND."""
    at = 8
    for _ in range(MOST_CHUNKS):
        if at + 12 > len(content):
            break
        length, name = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        at += 12 + length
        if name == PNG_END:
            return at if at <= len(content) else None
    return None


def end_of_riff(content: bytes) -> int | None:
    """WebP says its length in the header; an odd one is padded."""
    length = int.from_bytes(content[4:8], "little")
    end = 8 + length + length % 2
    return end if content[8:12] == b"WEBP" and end <= len(content) else None


def end_of_jpeg(content: bytes) -> int | None:
    """Segments with lengths, entropy-coded data after each SOS, up to EOI."""
    at, scans = 2, 0
    for _ in range(MOST_SEGMENTS):
        found = MARKER.search(content, at)
        if found is None:
            return None
        kind, at = found[1][0], found.end()
        if kind == EOI:
            return at
        scans += kind == SOS
        length = int.from_bytes(content[at : at + 2])
        if length < 2 or scans > MOST_SCANS:
            return None
        at += length
    return None
