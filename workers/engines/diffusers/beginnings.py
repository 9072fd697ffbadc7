"""The noise that pictures begin as: of a variation near that of its parent, of a larger picture that of the small."""

from collections.abc import Sequence
from math import cos, pi, prod, sin
from typing import Any, NamedTuple

import torch

from workers.engines.diffusers.orders import Shape, Shot

Sides = tuple[int, int]  # height and width, in latents


class Grain(NamedTuple):
    """What a pipeline's noise is like: `before` its sides in a tensor are these dimensions, `cell` is how many pixels
    one latent stands for."""

    before: tuple[int, ...]
    cell: int

    def sides(self, size: tuple[int, int]) -> Sides:
        """Of a picture of this width and height."""
        return size[1] // self.cell, size[0] // self.cell


def beginnings(pipe: Any, shots: Sequence[Shot], generators: Sequence[torch.Generator]) -> torch.Tensor | None:
    """What to begin a pass with that has variations or larger pictures in it, drawn as the pipeline itself would, so
    that the others in it are what they always are; None where that is not known, or nothing is either."""
    shape = shots[0].order.shape
    if all(shot.order.parent_seed is None and shot.order.drawn is None for shot in shots):
        return None
    if (grain := grain_of(pipe, shape)) is None:
        return None
    noise = [begun(shot, own, grain, pipe.dtype) for shot, own in zip(shots, generators, strict=True)]
    return packed(pipe, torch.cat(noise))


def grain_of(pipe: Any, shape: Shape) -> Grain | None:
    if shape.frames:
        return grain_of_film(pipe, shape.frames)
    cell = getattr(pipe, "vae_scale_factor", None)
    if cell is not None and hasattr(pipe, "_pack_latents"):
        return Grain((1, pipe.transformer.config.in_channels // 4), cell)  # FLUX packs 2 x 2 latents into one
    if cell is not None and hasattr(pipe, "unet"):
        return Grain((1, pipe.unet.config.in_channels), cell)
    return None


def grain_of_film(pipe: Any, frames: int) -> Grain | None:
    """LTX's."""
    cell, moments = (getattr(pipe, f"vae_{kind}_compression_ratio", None) for kind in ("spatial", "temporal"))
    if cell is None or moments is None or not hasattr(pipe, "transformer_spatial_patch_size"):
        return None
    return Grain((1, pipe.transformer.config.in_channels, (frames - 1) // moments + 1), cell)


def packed(pipe: Any, noise: torch.Tensor) -> torch.Tensor:
    """As the pipeline itself packs what it draws."""
    if not hasattr(pipe, "_pack_latents"):
        return noise
    if noise.ndim > 4:
        made = pipe._pack_latents(noise, pipe.transformer_spatial_patch_size, pipe.transformer_temporal_patch_size)
    else:
        made = pipe._pack_latents(noise, *noise.shape)
    latents: torch.Tensor = made
    return latents


def begun(shot: Shot, own: torch.Generator, grain: Grain, dtype: torch.dtype) -> torch.Tensor:
    """Of one shot. Its own and its parent's are met on the arc between both, where noise is as loud as it must be."""
    order = shot.order
    first = grain.sides(order.drawn or (order.shape.width, order.shape.height))
    noise = torch.randn((*grain.before, *first), generator=own, dtype=dtype)
    if order.parent_seed is not None and order.parent_seed != shot.seed:  # the same noise twice would be too loud
        parents = torch.randn(noise.shape, generator=torch.Generator("cpu").manual_seed(order.parent_seed), dtype=dtype)
        angle = order.leaves * pi / 2
        noise = parents * cos(angle) + noise * sin(angle)
    return finer(noise, grain.sides((order.shape.width, order.shape.height)), own)


def finer(noise: torch.Tensor, sides: Sides, generator: torch.Generator) -> torch.Tensor:
    """Noise of more latents, as white and as loud, whose means over what was one latent before are as they were: what
    it becomes is laid out alike."""
    coarse = (int(noise.shape[-2]), int(noise.shape[-1]))
    if coarse == sides:
        return noise
    fresh = torch.randn((*noise.shape[:-2], *sides), generator=generator)
    down, across = (torch.arange(new) * old // new for new, old in zip(sides, coarse, strict=True))
    cell = (down[:, None] * coarse[1] + across[None, :]).flatten()
    of_each = torch.bincount(cell, minlength=prod(coarse)).clamp(min=1).float()
    flat = fresh.flatten(-2)
    means = torch.zeros((*flat.shape[:-1], prod(coarse))).index_add(-1, cell, flat) / of_each
    wanted = noise.float().flatten(-2) / of_each.sqrt()
    return (flat + (wanted - means)[..., cell]).unflatten(-1, sides).to(noise.dtype)
