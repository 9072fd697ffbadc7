"""How much memory the models of this worker may take together."""

import os
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Memory:
    gib: float
    where: str  # for people

    def __str__(self) -> str:
        return f"{self.gib:g} GiB for models ({self.where})"


def memory(wanted_gib: float | None, on_gpu: bool) -> Memory:
    """What was asked for, or that of the first GPU where an engine would use one, or the machine's. To know the GPU's
    torch is imported, which such an engine does anyway."""
    if wanted_gib is not None:
        return Memory(wanted_gib, "as set")
    return (gpu() if on_gpu else None) or machine()


def gpu() -> Memory | None:
    if find_spec("torch") is None:
        return None
    torch = import_module("torch")
    if not torch.cuda.is_available():
        return None
    device = torch.cuda.get_device_properties(0)
    return Memory(in_gib(device.total_memory), str(device.name))


def machine() -> Memory:
    return Memory(in_gib(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")), "the machine's")


def in_gib(size_bytes: int) -> float:
    return round(size_bytes / GIB, 1)
