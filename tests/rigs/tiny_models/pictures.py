"""Tiny SDXL and FLUX."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)

from tests.rigs.tiny_models.words import clip_encoder, clip_tokenizer, t5_encoder, t5_tokenizer

LEVELS = 4  # of the autoencoders: a latent stands for 8 pixels


def save_sdxl(folder: Path, variant: str | None = None) -> Path:
    torch.manual_seed(0)
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=16,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=80,
        cross_attention_dim=64,
        norm_num_groups=8,
    )
    with TemporaryDirectory() as rough:
        tokenizer = clip_tokenizer(Path(rough) / "clip")
        pipe = StableDiffusionXLPipeline(
            vae=autoencoder(latent_channels=4),
            text_encoder=clip_encoder(),
            text_encoder_2=clip_encoder(projects=True),
            tokenizer=tokenizer,
            tokenizer_2=tokenizer,
            unet=unet,
            scheduler=EulerDiscreteScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                timestep_spacing="leading",
                steps_offset=1,
            ),
        )
        pipe.save_pretrained(folder, variant=variant)
    return folder


def save_flux(folder: Path, *, guided: bool = False) -> Path:
    """FLUX dev is guided, schnell is not."""
    torch.manual_seed(0)
    transformer = FluxTransformer2DModel(
        patch_size=1,
        in_channels=64,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        pooled_projection_dim=32,
        axes_dims_rope=[4, 4, 8],
        guidance_embeds=guided,
    )
    vae = autoencoder(
        latent_channels=16,
        use_quant_conv=False,
        use_post_quant_conv=False,
        shift_factor=0.1159,
        scaling_factor=0.3611,
    )
    with TemporaryDirectory() as rough:
        FluxPipeline(
            scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=clip_encoder(),
            text_encoder_2=t5_encoder(),
            tokenizer=clip_tokenizer(Path(rough) / "clip"),
            tokenizer_2=t5_tokenizer(Path(rough) / "t5"),
            transformer=transformer,
            vae=vae,
        ).save_pretrained(folder)
    return folder


def autoencoder(**more: Any) -> Any:
    return AutoencoderKL(
        block_out_channels=[8] * LEVELS,
        down_block_types=["DownEncoderBlock2D"] * LEVELS,
        up_block_types=["UpDecoderBlock2D"] * LEVELS,
        norm_num_groups=8,
        sample_size=128,
        **more,
    )
