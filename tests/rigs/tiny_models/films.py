"""Tiny Stable Video Diffusion and LTX."""

from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from diffusers import (
    AutoencoderKLLTXVideo,
    AutoencoderKLTemporalDecoder,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    LTXPipeline,
    LTXVideoTransformer3DModel,
    StableVideoDiffusionPipeline,
    UNetSpatioTemporalConditionModel,
)
from transformers import CLIPImageProcessor, CLIPVisionConfig, CLIPVisionModelWithProjection

from tests.rigs.tiny_models.pictures import LEVELS
from tests.rigs.tiny_models.words import WIDTH, t5_encoder, t5_tokenizer


def save_svd(folder: Path, frames: int) -> Path:
    torch.manual_seed(0)
    unet = UNetSpatioTemporalConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=1,
        sample_size=32,
        down_block_types=("CrossAttnDownBlockSpatioTemporal", "DownBlockSpatioTemporal"),
        up_block_types=("UpBlockSpatioTemporal", "CrossAttnUpBlockSpatioTemporal"),
        cross_attention_dim=WIDTH,
        num_attention_heads=8,
        projection_class_embeddings_input_dim=96,
        addition_time_embed_dim=32,
        num_frames=frames,
    )
    vision = CLIPVisionConfig(
        hidden_size=WIDTH,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=224,
        intermediate_size=37,
        patch_size=32,
    )
    StableVideoDiffusionPipeline(
        vae=AutoencoderKLTemporalDecoder(
            block_out_channels=[32] * LEVELS, down_block_types=["DownEncoderBlock2D"] * LEVELS, latent_channels=4
        ),
        image_encoder=CLIPVisionModelWithProjection(vision),
        unet=unet,
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            prediction_type="v_prediction",
            sigma_max=700.0,
            sigma_min=0.002,
            steps_offset=1,
            timestep_spacing="leading",
            timestep_type="continuous",
            use_karras_sigmas=True,
        ),
        feature_extractor=CLIPImageProcessor(crop_size=224, size=224),
    ).save_pretrained(folder)
    return folder


def save_ltx(folder: Path) -> Path:
    torch.manual_seed(0)
    blocks = 4
    vae = AutoencoderKLLTXVideo(
        latent_channels=8,
        block_out_channels=(8,) * blocks,
        decoder_block_out_channels=(8,) * blocks,
        layers_per_block=(1,) * (blocks + 1),
        decoder_layers_per_block=(1,) * (blocks + 1),
        spatio_temporal_scaling=(True, True, False, False),
        decoder_spatio_temporal_scaling=(True, True, False, False),
        decoder_inject_noise=(False,) * (blocks + 1),
        upsample_residual=(False,) * blocks,
        upsample_factor=(1,) * blocks,
        timestep_conditioning=False,
        patch_size=1,
        patch_size_t=1,
        encoder_causal=True,
        decoder_causal=False,
    )
    with TemporaryDirectory() as rough:
        LTXPipeline(
            transformer=LTXVideoTransformer3DModel(
                in_channels=8,
                out_channels=8,
                num_attention_heads=4,
                attention_head_dim=8,
                cross_attention_dim=WIDTH,
                num_layers=1,
                caption_channels=WIDTH,
            ),
            vae=vae,
            scheduler=FlowMatchEulerDiscreteScheduler(),
            text_encoder=t5_encoder(),
            tokenizer=t5_tokenizer(Path(rough) / "t5"),
        ).save_pretrained(folder)
    return folder
