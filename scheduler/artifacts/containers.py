"""Where a picture ends in its file, by the structure of the format alone; what stands after that is no part of it."""

PNG_END = b"IEND"
SOI, EOI, SOS = 0xD8, 0xD9, 0xDA
ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length: TEM and the restarts


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
    while at + 12 <= len(content):
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
    at = 2
    while (at := content.find(b"\xff", at)) >= 0 and at + 1 < len(content):
        marker = content[at + 1]
        if marker == EOI:
            return at + 2
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker == 0 or marker in ALONE:  # a stuffed byte of the data, or a restart in it
            at += 2
        else:
            length = int.from_bytes(content[at + 2 : at + 4])
            if length < 2:
                return None
            at += 2 + length
    return None
