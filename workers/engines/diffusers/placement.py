"""In which numbers a model is loaded, and where its parts stand while it runs: pure."""

from dataclasses import dataclass
from typing import Literal

from workers.engines.diffusers.architectures import Dtype

Offload = Literal["none", "model", "sequential"]
WIDTHS: dict[Dtype, int] = {"float32": 4, "float16": 2, "bfloat16": 2}  # bytes
ROOM_GIB = 3.0  # for what a pass of a few pictures needs beside the weights


@dataclass(frozen=True, slots=True)
class Device:
    """`free_gib` of a GPU's own memory; without a GPU nothing can be offloaded."""

    name: Literal["cuda", "cpu"]
    free_gib: float = 0.0
    bfloat16: bool = True


def dtype_for(device: Device, half: Dtype) -> Dtype:
    """Half as many bytes on a GPU; a processor is not faster by them, nor always exact enough."""
    if device.name == "cpu":
        return "float32"
    return half if half != "bfloat16" or device.bfloat16 else "float16"


def offload_for(device: Device, gib: float, largest_gib: float) -> Offload:
    """The fastest that fits: all on the GPU, one part at a time, or one layer at a time."""
    if device.name == "cpu" or gib + ROOM_GIB <= device.free_gib:
        return "none"
    return "model" if largest_gib + ROOM_GIB <= device.free_gib else "sequential"
