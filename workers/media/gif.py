"""Says in a GIF how it was made, and takes out what was said in it before; its frames are not touched."""

from collections.abc import Iterator, Mapping

HEADS = (b"GIF87a", b"GIF89a")
EXTENSION, FRAME, END = 0x21, 0x2C, 0x3B
CONTROL, COMMENT, APPLICATION = 0xF9, 0xFE, 0xFF  # labels of extensions
LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # applications that say how often it runs
LONGEST = 255  # bytes of a sub-block


def described(content: bytes, metadata: Mapping[str, object]) -> bytes:
    """Raises ValueError for what is no GIF."""
    head = head_size(content)
    said = "; ".join(f"{name} {value}" for name, value in metadata.items()).encode("utf-8", "replace")
    pieces = [said[at : at + LONGEST] for at in range(0, len(said), LONGEST)]
    comment = bytes([EXTENSION, COMMENT]) + b"".join(bytes([len(piece)]) + piece for piece in pieces) + b"\0"
    kept = [block for block in blocks(content, head) if is_kept(block)]
    return b"".join([b"GIF89a", content[6:head], comment, *kept, bytes([END])])


def head_size(content: bytes) -> int:
    if not content.startswith(HEADS) or len(content) < 13:
        raise ValueError("it is no GIF")
    return 13 + table_size(content[10])


def table_size(flags: int) -> int:
    """Of a table of colours."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def blocks(content: bytes, at: int) -> Iterator[bytes]:
    """Each extension and each frame, whole, up to the end."""
    while at < len(content) and content[at] != END:
        match content[at]:
            case kind if kind == EXTENSION:
                end = after_pieces(content, at + 2)
            case kind if kind == FRAME and at + 10 <= len(content):
                end = after_pieces(content, at + 11 + table_size(content[at + 9]))
            case _:
                raise ValueError("it is no GIF")
        yield content[at:end]
        at = end


def after_pieces(content: bytes, at: int) -> int:
    while at < len(content) and content[at]:
        at += 1 + content[at]
    if at >= len(content):
        raise ValueError("the GIF has no end")
    return at + 1


def is_kept(block: bytes) -> bool:
    if block[0] == FRAME or block[1] == CONTROL:
        return True
    return block[1] == APPLICATION and block[3:14] in LOOPS
