"""One pass of a pipeline: a few shots of one shape, made together."""

import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any

import structlog
import torch
from PIL import Image

from workers.engines.diffusers.audience import Audience, NobodyWaits
from workers.engines.diffusers.beginnings import beginnings
from workers.engines.diffusers.orders import Shot, Way
from workers.engines.diffusers.previews import pictures
from workers.engines.diffusers.studio import Studio, failure, free
from workers.engines.protocol import Stopped

log = structlog.get_logger(__name__)

PREVIEW_SECONDS = 0.5  # least time between two previews: each one waits for the GPU
DECODED_FRAMES = 8  # at once, of those models that can be told


@dataclass(frozen=True, slots=True)
class Take:
    """What became of a shot: one image, or the frames of a film. `refused`: by the model's own checker."""

    images: Sequence[Image.Image]
    refused: bool = False


def shoot(studio: Studio, shots: Sequence[Shot], audience: Audience) -> list[Take]:
    """One take of each, in order. Raises NobodyWaits, OutOfMemory or Broken."""
    try:
        return taken(studio, shots, audience)
    except (NobodyWaits, Stopped):
        raise
    except Exception as error:  # noqa: BLE001 - a pipeline raises what it likes
        why = failure(error)
        where = "".join(traceback.format_tb(error.__traceback__))
        log.warning("diffusers.failed", model=studio.model.model, error=type(error).__name__, exception=where)
        log.debug("diffusers.failure", model=studio.model.model, message=str(error))
    free()  # out of the handler: its traceback holds the tensors
    raise why


def taken(studio: Studio, shots: Sequence[Shot], audience: Audience) -> list[Take]:
    shape = shots[0].order.shape
    pipe = studio.pipe(shape.way)
    previewed_at = time.monotonic()

    def previews(latents: torch.Tensor | None) -> Sequence[Image.Image] | None:
        nonlocal previewed_at
        now = time.monotonic()
        if studio.colours is None or latents is None or now - previewed_at < PREVIEW_SECONDS:
            return None
        previewed_at = now
        return pictures(pipe, latents, (shape.width, shape.height), studio.colours)

    def stepped(pipe: Any, step: int, _: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        steps = getattr(pipe, "num_timesteps", None) or shape.steps
        audience.hear(shots, min((step + 1) / steps, 1.0), lambda: previews(tensors.get("latents")))
        return {}

    generators = [torch.Generator("cpu").manual_seed(shot.seed) for shot in shots]
    known = accepted(pipe)
    wanted = {**wishes(studio, shots), "generator": generators, "callback_on_step_end": stepped}
    wanted["latents"] = beginnings(pipe, shots, generators)
    made = pipe(**{name: value for name, value in wanted.items() if name in known})
    if shape.frames:
        return [Take(list(frames)) for frames in made.frames]
    refused = getattr(made, "nsfw_content_detected", None) or [False] * len(shots)
    return [Take([image], bool(no)) for image, no in zip(made.images, refused, strict=True)]


def wishes(studio: Studio, shots: Sequence[Shot]) -> Mapping[str, Any]:
    """By the names that pipelines have for them; each takes what it knows."""
    orders, shape, kind = [shot.order for shot in shots], shots[0].order.shape, studio.model.architecture
    values: dict[str, Any] = {
        "prompt": [order.prompt for order in orders],
        "width": shape.width,
        "height": shape.height,
        "num_inference_steps": shape.steps,
        "output_type": "pil",
    }
    if shape.negative:
        values["negative_prompt"] = [order.negative for order in orders]
        values["true_cfg_scale"] = kind.true_guidance
    if shape.guidance is not None:
        values["guidance_scale"] = shape.guidance
    if kind.words:
        values["max_sequence_length"] = kind.words
    if shape.way is not Way.WORDS:
        values["image"] = [order.start.picture for order in orders if order.start]
        values["strength"] = shape.strength
    if shape.way is Way.GAP:
        values["mask_image"] = [order.start.gap for order in orders if order.start]
    if shape.frames:
        values |= {"num_frames": shape.frames, "fps": shape.rate, "frame_rate": shape.rate}
        values["decode_chunk_size"] = DECODED_FRAMES
    return values


def accepted(pipe: Any) -> frozenset[str]:
    return frozenset(signature(pipe.__call__).parameters)
