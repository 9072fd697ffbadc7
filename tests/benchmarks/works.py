"""What the engines are given to make in the benchmark of the worker, and how long they may take for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image

SEA = "a red sunset over the sea"
SQUARE = {"width": 1024, "height": 1024, "count": 1}
LARGE, LARGEST = ({"width": side, "height": side, "count": 1} for side in (2048, 4096))
HD, FULL_HD, WIDE = ({"width": across, "height": down} for across, down in ((1280, 720), (1920, 1080), (2048, 2048)))
CLIPS = (UUID(int=1), UUID(int=2))  # pictures of the film
FILM = {
    "film": {"clips": [{"id": str(clip), "seconds": 3.0} for clip in CLIPS], "fade_seconds": 0.5},
    "inputs": {str(clip): f"inputs/{clip}.png" for clip in CLIPS},
}


@dataclass(frozen=True, slots=True)
class Work:
    """`budget_seconds`: what the engine may take. `rendition`: it is larger than a screen, so that a smaller one is
    made besides, and what that costs is measured."""

    name: str
    engine: str
    capability: str
    params: Mapping[str, Any] = field(default_factory=dict)
    budget_seconds: float | None = None
    rendition: bool = False


WORKS = (
    Work("instant", "instant", "image", {"prompt": "a fox", "width": 64, "height": 64, "count": 1}),
    Work("writer", "writer", "text", {"prompt": "a title for a bakery by the sea"}, 0.5),
    Work("speaker", "speaker", "audio", {"prompt": "The picture that you asked for is ready, and it is fine."}, 1.0),
    Work("painter", "painter", "image", {"prompt": SEA, **SQUARE}, 2.0),
    # the slowest of the sheet's prompts
    Work("painter, forest", "painter", "image", {"prompt": "a fox in an autumn forest", **SQUARE}, 2.0),
    Work("painter, 2048", "painter", "image", {"prompt": SEA, **LARGE}, rendition=True),
    Work("painter, 2048, four", "painter", "image", {"prompt": SEA, **LARGE, "count": 4}, rendition=True),
    Work("painter, 4096", "painter", "image", {"prompt": SEA, **LARGEST}, rendition=True),
    Work("composer", "composer", "audio", {"prompt": "calm music for a rainy evening", "seconds": 20.0}, 4.0),
    Work("animator", "animator", "video", {"prompt": SEA, **HD, "seconds": 6.0}, 15.0),
    Work("animator, 1080p", "animator", "video", {"prompt": SEA, **FULL_HD, "seconds": 4.0}),
    Work("animator, 2048", "animator", "video", {"prompt": SEA, **WIDE, "seconds": 2.0}, rendition=True),
    Work("compose", "compose", "video", {"prompt": SEA, **HD, **FILM, "seconds": 5.5}),
    Work("compose, 1080p", "compose", "video", {"prompt": SEA, **FULL_HD, **FILM, "seconds": 5.5}),
)


def lay_out(store: Path) -> None:
    """The pictures that the film is cut of."""
    (store / "inputs").mkdir(parents=True, exist_ok=True)
    for number, clip in enumerate(CLIPS):
        picture = Image.linear_gradient("L").rotate(90 * number).resize((1280, 720)).convert("RGB")
        picture.save(store / f"inputs/{clip}.png")
