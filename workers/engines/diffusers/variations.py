"""The noise that pictures begin as: of a variation, its own mixed into that of its parent."""

from collections.abc import Callable, Sequence
from math import cos, pi, sin
from typing import Any

import torch

from workers.engines.diffusers.orders import Shot


def mixed_noise(pipe: Any, shots: Sequence[Shot], generators: Sequence[torch.Generator]) -> torch.Tensor | None:
    """What to begin a pass with that has variations in it, drawn as the pipeline itself would, so that the others in it
    are what they always are; None where that is not known, or nothing is a variation."""
    if all(shot.order.parent_seed is None for shot in shots):
        return None
    packs = hasattr(pipe, "_pack_latents")
    if packs:
        channels = pipe.transformer.config.in_channels // 4  # FLUX packs 2 x 2 latents into one
    elif hasattr(pipe, "unet"):
        channels = pipe.unet.config.in_channels
    else:
        return None
    shape = shots[0].order.shape
    size = (1, channels, shape.height // pipe.vae_scale_factor, shape.width // pipe.vae_scale_factor)

    def drawn(generator: torch.Generator) -> torch.Tensor:
        return torch.randn(size, generator=generator, dtype=pipe.dtype)

    noise = torch.cat([mixed(drawn(own), shot, drawn) for shot, own in zip(shots, generators, strict=True)])
    return pipe._pack_latents(noise, *noise.shape) if packs else noise


def mixed(own: torch.Tensor, shot: Shot, drawn: Callable[[torch.Generator], torch.Tensor]) -> torch.Tensor:
    """On the arc between both, where noise is as loud as it must be."""
    order = shot.order
    if order.parent_seed is None:
        return own
    angle = order.leaves * pi / 2
    parents = drawn(torch.Generator("cpu").manual_seed(order.parent_seed))
    return parents * cos(angle) + own * sin(angle)
