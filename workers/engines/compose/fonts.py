"""The fonts that words may have: files that come with the extra, so that a film looks the same on every worker."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from workers.engines.protocol import BadRequest, Broken

FONTS: Mapping[str, tuple[str, str]] = {  # package, file; all of them have Latin, Greek and Cyrillic letters
    "sans": ("font_roboto", "Roboto-Regular.ttf"),
    "sans-bold": ("font_roboto", "Roboto-Bold.ttf"),
    "serif": ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    "serif-bold": ("font_source_serif_pro", "SourceSerifPro-Bold.ttf"),
}


def font_file(name: str) -> Path:
    if name not in FONTS:
        raise BadRequest("unknown_font", f"there is no font {name[:20]}; there are {', '.join(FONTS)}")
    package, file = FONTS[name]
    found = find_spec(package)
    if found is None or found.origin is None:
        raise Broken(f"the package {package} is not here")
    return Path(found.origin).parent / "files" / file
