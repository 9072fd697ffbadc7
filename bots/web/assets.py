"""The page's style and code, read once; their address names their content, so that browsers keep them for ever."""

import hashlib
from pathlib import Path

from bots.web.ready import Ready

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}

FILES = {
    path.name: Ready.of(path.read_bytes(), TYPES[path.suffix])
    for path in sorted(FOLDER.iterdir())
    if path.suffix in TYPES
}
VERSION = hashlib.sha256(b"\0".join(name.encode() + file.content for name, file in FILES.items())).hexdigest()[:12]
PATH = f"/static/{VERSION}"
