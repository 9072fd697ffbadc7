"""What the stand-in's nodes make: real files, small, with the workflow written into them as a real server does."""

import json
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.rigs.comfyui.nodes import Graph
from workers.media.sound_file import write_sound
from workers.media.video_file import write_video


def inputs_of(prompt: Graph, kind: str) -> dict[str, Any]:
    return next((parts["inputs"] for parts in prompt.values() if parts["class_type"] == kind), {})


def pictures(prompt: Graph) -> list[bytes]:
    """As many as the latent's batch, of its size, each of a colour of its own by the seed."""
    latent, seed = inputs_of(prompt, "EmptyLatentImage"), int(inputs_of(prompt, "KSampler").get("seed", 0))
    size = (int(latent.get("width", 64)), int(latent.get("height", 64)))
    said = PngInfo()
    said.add_text("prompt", json.dumps(prompt))
    made = []
    for index in range(int(latent.get("batch_size", 1))):
        buffer = BytesIO()
        Image.new("RGB", size, (seed % 256, index, 128)).save(buffer, "PNG", pnginfo=said, compress_level=1)
        made.append(buffer.getvalue())
    return made


def sounds(prompt: Graph) -> list[bytes]:
    seconds = float(inputs_of(prompt, "EmptyLatentAudio").get("seconds", 1.0))
    time = np.arange(int(44_100 * seconds), dtype=np.float32) / 44_100
    wave = np.tile(0.3 * np.sin(2 * np.pi * 440 * time), (2, 1)).astype(np.float32)
    return [written("mp3", lambda path: write_sound(path, wave, 44_100, "mp3", {"comment": json.dumps(prompt)}))]


def videos(prompt: Graph) -> list[bytes]:
    frames = int(inputs_of(prompt, "EmptyLatentImage").get("batch_size", 1))
    images = [Image.new("RGB", (64, 64), (200, 10 * number % 256, 40)) for number in range(frames)]
    note = {"comment": json.dumps(prompt)}
    return [written("mp4", lambda path: write_video(path, images, (64, 64), 24, note))]


def written(kind: str, write: Callable[[Path], None]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{kind}"
        write(path)
        return path.read_bytes()


@lru_cache
def preview(step: int) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (32, 32), (step * 20 % 256, 60, 60)).save(buffer, "JPEG")
    return buffer.getvalue()


CONTENTS: dict[str, Callable[[Graph], list[bytes]]] = {
    "SaveImage": pictures,
    "PreviewImage": pictures,
    "SaveImageWebsocket": pictures,
    "SaveAudioMP3": sounds,
    "SaveVideo": videos,
}
ENDINGS = {"SaveAudioMP3": ("audio", "mp3"), "SaveVideo": ("images", "mp4")}
