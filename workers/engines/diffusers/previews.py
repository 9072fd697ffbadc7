"""Rough pictures from latents, by a linear map that is fitted to the model's own decoder when it is loaded."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKL, AutoencoderKLLTXVideo, AutoencoderKLTemporalDecoder
from PIL import Image

SIDE = 12  # of the pictures that the map is fitted to, in latents
PIXELS = 8  # of a latent's side, in most models
PATCHES = (1, 2, 4)  # their colours change each so many latents
ENLARGED = 4


def colour_map(vae: Any) -> torch.Tensor | None:
    """From the channels of a latent, and 1, to red, green and blue of 0 to 1; None where there is no such map."""
    if not isinstance(vae, AutoencoderKL | AutoencoderKLTemporalDecoder | AutoencoderKLLTXVideo):
        return None
    pixels = vae.spatial_compression_ratio if isinstance(vae, AutoencoderKLLTXVideo) else PIXELS
    pictures = torch.from_numpy(np.stack([patchwork(patch, pixels) for patch in PATCHES])).permute(0, 3, 1, 2)
    latents = encoded(vae, pictures * 2 - 1).float().cpu()
    colours = torch.nn.functional.adaptive_avg_pool2d(pictures, latents.shape[-2:])
    known = with_one(latents.permute(0, 2, 3, 1).reshape(-1, latents.shape[1]))
    if not torch.isfinite(known).all():
        return None
    return torch.linalg.lstsq(known, colours.permute(0, 2, 3, 1).reshape(-1, 3), driver="gelsd").solution


def patchwork(patch: int, pixels: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """A picture of squares of random colours, the same each time."""
    colours = np.random.default_rng(patch * PIXELS).random((SIDE // patch, SIDE // patch, 3), np.float32)
    return colours.repeat(patch * pixels, 0).repeat(patch * pixels, 1)


def encoded(vae: Any, pictures: torch.Tensor) -> torch.Tensor:
    """As the latents are that a pipeline works on."""
    if isinstance(vae, AutoencoderKLLTXVideo):
        return of_films(vae, pictures)
    dtype = vae.dtype
    careful = dtype == torch.float16 and bool(vae.config.force_upcast)  # SDXL's overflows in half
    if careful:
        vae.to(torch.float32)
    with torch.no_grad():
        latents: torch.Tensor = vae.encode(pictures.to(vae.device, vae.dtype)).latent_dist.mode()
    if careful:
        vae.to(dtype)
    return (latents - (getattr(vae.config, "shift_factor", None) or 0.0)) * vae.config.scaling_factor


def of_films(vae: Any, pictures: torch.Tensor) -> torch.Tensor:
    """Of films of one frame each, by LTX."""
    with torch.no_grad():
        latents: torch.Tensor = vae.encode(pictures[:, :, None].to(vae.device, vae.dtype)).latent_dist.mode()
    mean, spread = (part.view(1, -1, 1, 1, 1).to(latents) for part in (vae.latents_mean, vae.latents_std))
    return ((latents - mean) * vae.config.scaling_factor / spread)[:, :, 0]


def with_one(latents: torch.Tensor) -> torch.Tensor:
    return torch.cat([latents, torch.ones_like(latents[..., :1])], dim=-1)


def pictures(pipe: Any, latents: torch.Tensor, size: tuple[int, int], colours: torch.Tensor) -> Sequence[Image.Image]:
    """One of each latent, of a film its middle; none where they are of another form. `size`: of what is made."""
    latents = unpacked(pipe, latents, size)
    if latents.ndim != 4 or latents.shape[1] != len(colours) - 1:
        return []
    flat = latents.permute(0, 2, 3, 1).float()
    noise = flat.std(dim=(1, 2, 3), keepdim=True).clamp(min=1)  # at first they are little else
    seen = with_one(flat / noise) @ colours.to(flat.device)
    pixels = (seen.clamp(0, 1) * 255).round().byte().cpu().numpy()
    rough = [Image.fromarray(picture) for picture in pixels]
    return [image.resize((image.width * ENLARGED, image.height * ENLARGED)) for image in rough]


def unpacked(pipe: Any, latents: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """A picture of each, as far as the form is known."""
    if latents.ndim == 5:  # of SVD: frames, channels
        return latents[:, latents.shape[1] // 2]
    if latents.ndim != 3 or not hasattr(pipe, "_unpack_latents"):
        return latents
    if not isinstance(pipe.vae, AutoencoderKLLTXVideo):  # FLUX packs 2 x 2 of them into one
        whole: torch.Tensor = pipe._unpack_latents(latents, size[1], size[0], pipe.vae_scale_factor)
        return whole
    width, height = (side // pipe.vae_spatial_compression_ratio for side in size)
    patch, patch_of_time = pipe.transformer_spatial_patch_size, pipe.transformer_temporal_patch_size
    frames = latents.shape[1] * patch**2 * patch_of_time // (width * height)
    film: torch.Tensor = pipe._unpack_latents(
        latents, frames // patch_of_time, height // patch, width // patch, patch, patch_of_time
    )
    return film[:, :, film.shape[2] // 2]
