"""A LoRA of random weights for a tiny SDXL."""

from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file


def save_lora(model: Path, folder: Path, prefix: str = "unet") -> Path:
    """The folder with one file in it."""
    torch.manual_seed(1)
    unet = UNet2DConditionModel.from_pretrained(model / "unet", local_files_only=True)
    unet.add_adapter(LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False))
    folder.mkdir()
    weights = {f"{prefix}.{name}": weight.contiguous() for name, weight in get_peft_model_state_dict(unet).items()}
    save_file(weights, folder / "pytorch_lora_weights.safetensors")
    return folder
