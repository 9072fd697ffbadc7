"""Says in a JPEG or a WebP how it was made, as XMP, and takes out what was said in it before; its pixels stay."""

import re
import struct
from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

SIGNATURE = b"http://ns.adobe.com/xap/1.0/\0"  # of XMP in a JPEG
LONGEST_VALUE = 5_000  # characters: a segment of a JPEG holds 64 KiB
NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
UNSAID = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # that XML cannot hold
APP0, APP1, COM, SOS = 0xE0, 0xE1, 0xFE, 0xDA
SAID = {APP1, 0xEC, 0xED, COM}  # EXIF and XMP, Ducky, Photoshop's, comments
PIXELS = {b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
XMP_FLAG, EXIF_FLAG, ALPHA_FLAG = 0x04, 0x08, 0x10  # of VP8X

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:made="urn:tessera:made" xmp:CreatorTool="Tessera"{said}>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def packet(metadata: Mapping[str, object]) -> bytes:
    """The prompt is the description; the rest, model and seed among it, are properties of ours: made:seed="7"."""
    named = [(name, value) for name, value in metadata.items() if name != "prompt" and NAME.fullmatch(name)]
    said = "".join(f" made:{name}={quoteattr(text(value)[:200])}" for name, value in named[:50])
    return PACKET.format(said=said, prompt=escape(text(metadata.get("prompt", "")))).encode()


def text(value: object) -> str:
    return UNSAID.sub("", str(value))[:LONGEST_VALUE]


def in_jpeg(jpeg: bytes, metadata: Mapping[str, object]) -> bytes:
    """Raises ValueError for what is no JPEG."""
    body = SIGNATURE + packet(metadata)
    ours = struct.pack(">BBH", 0xFF, APP1, len(body) + 2) + body
    kept = [(marker, segment) for marker, segment in segments(jpeg) if marker not in SAID]
    first = [segment for marker, segment in kept if marker == APP0]
    return b"".join([b"\xff\xd8", *first, ours, *(segment for marker, segment in kept if marker != APP0)])


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """Each with its marker; the last holds all from the first scan on."""
    at = 2
    while jpeg.startswith(b"\xff\xd8\xff") and at + 4 <= len(jpeg) and jpeg[at] == 0xFF:
        marker, length = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        if marker == SOS:
            yield marker, jpeg[at:]
            return
        yield marker, jpeg[at : at + 2 + length]
        at += 2 + length
    raise ValueError("it is no JPEG")


def in_webp(webp: bytes, size: tuple[int, int], metadata: Mapping[str, object]) -> bytes:
    """`size` is the picture's. Raises ValueError for what is no WebP."""
    found = dict(chunks(webp))
    told = found.get(b"VP8X", bytes(4) + (size[0] - 1).to_bytes(3, "little") + (size[1] - 1).to_bytes(3, "little"))
    alpha = ALPHA_FLAG if b"ALPH" in found or found.get(b"VP8L", bytes(5))[4] & ALPHA_FLAG else 0
    head = bytes([(told[0] | alpha | XMP_FLAG) & ~EXIF_FLAG]) + told[1:]
    kept = [(name, content) for name, content in chunks(webp) if name in PIXELS]
    said = [(b"VP8X", head), *kept, (b"XMP ", packet(metadata))]
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2) for name, content in said
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def chunks(webp: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each chunk's name and content; content may be padded to an even length."""
    if webp[:4] != b"RIFF" or webp[8:12] != b"WEBP" or len(webp) < 20:
        raise ValueError("it is no WebP")
    at, end = 12, min(len(webp), 8 + int.from_bytes(webp[4:8], "little"))
    while at + 8 <= end:
        name, length = webp[at : at + 4], int.from_bytes(webp[at + 4 : at + 8], "little")
        yield name, webp[at + 8 : at + 8 + length]
        at += 8 + length + length % 2
