"""A model in memory: its pipeline, and those that start from pictures out of the same parts."""

import gc
import os
from collections.abc import Callable
from typing import Any

import diffusers
import structlog
import torch
import transformers

from workers.engines.diffusers.orders import Way
from workers.engines.diffusers.placement import Device, Offload, dtype_for, offload_for
from workers.engines.diffusers.previews import colour_map
from workers.engines.diffusers.table import LocalModel
from workers.engines.protocol import Broken, OutOfMemory

log = structlog.get_logger(__name__)

GIB = 2**30
NO_MEMORY = ("can't allocate memory", "not enough memory", "out of memory", "alloc_failed")  # what allocators say


class Studio:
    """Raises OutOfMemory or Broken when the model cannot be loaded. `most`: what one pass may make."""

    def __init__(self, model: LocalModel) -> None:
        self.model = model
        self.most = model.at_once
        self._device = device()
        self._pipes: dict[Way, Any] = {}
        self._placed: Any = None  # the pipeline whose parts are fetched to the GPU one by one
        quiet()
        dtype = model.dtype or dtype_for(self._device, model.architecture.half)
        self._offload: Offload = "none"
        self.colours: torch.Tensor | None = None
        self._guarded(lambda: self._open(getattr(torch, dtype)))
        log.info("diffusers.loaded", model=model.model, device=self._device.name, dtype=dtype, offload=self._offload)

    def pipe(self, way: Way) -> Any:
        """The pipeline that starts so, on its device."""
        if way not in self._pipes:
            self._pipes[way] = self._derived(way)
        pipe = self._pipes[way]
        if self._offload != "none" and self._placed is not pipe:
            self._placed = pipe
            place(pipe, self._offload)
        return pipe

    def close(self) -> None:
        """Give the memory back."""
        if self._placed is not None:
            self._placed.remove_all_hooks()
        self._pipes.clear()
        self._placed = self.colours = None
        free()

    def _open(self, dtype: torch.dtype) -> None:
        source = self.model.source
        kind = getattr(diffusers, source.pipeline, None)
        if kind is None:
            raise Broken(f"this version of diffusers has no {source.pipeline}")
        pipe = kind.from_pretrained(source.path, dtype=dtype, variant=source.variant, local_files_only=True)
        add_loras(pipe, self.model)
        spare(getattr(pipe, "vae", None), film=self.model.architecture.film is not None)
        width = 4 if dtype == torch.float32 else 2
        gib = {name: weight_gib(part, width) for name, part in pipe.components.items()}
        self._offload = self.model.offload or offload_for(self._device, sum(gib.values()), max(gib.values()))
        if self._offload == "none":
            pipe.to(self._device.name)
        self.colours = colour_map(getattr(pipe, "vae", None))
        self._pipes[self._first] = quietly(pipe)

    @property
    def _first(self) -> Way:
        """What the folder's own pipeline starts from."""
        return Way.PICTURE if self.model.architecture.needs_picture else Way.WORDS

    def _derived(self, way: Way) -> Any:
        own, kind = self._pipes[self._first], self.model.architecture
        name = kind.from_gap if way is Way.GAP else kind.from_picture
        if name is None:
            raise Broken(f"{self.model.source.pipeline} has no way from a {way}")
        return quietly(getattr(diffusers, name).from_pipe(own, dtype=own.dtype))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Broken:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a library says of files that somebody else made
            why: Broken | OutOfMemory = failure(error)
            log.warning(
                "diffusers.not_loaded", model=self.model.model, error=type(error).__name__, why=str(error)[:500]
            )
        else:
            return
        self.close()  # out of the handler: its traceback holds what was loaded
        raise why


def device() -> Device:
    if not torch.cuda.is_available():
        return Device("cpu")
    return Device("cuda", torch.cuda.mem_get_info()[0] / GIB, torch.cuda.is_bf16_supported())


def quiet() -> None:
    """The libraries ask no server, draw no bars, and warn of nothing: some warnings quote the prompt."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


def quietly(pipe: Any) -> Any:
    pipe.set_progress_bar_config(disable=True)
    return pipe


def add_loras(pipe: Any, model: LocalModel) -> None:
    """Into the weights themselves, so that they cost nothing afterwards."""
    if not model.loras:
        return
    names = [f"lora{number}" for number, _ in enumerate(model.loras)]
    for name, lora in zip(names, model.loras, strict=True):
        pipe.load_lora_weights(
            str(lora.file.parent), weight_name=lora.file.name, adapter_name=name, local_files_only=True
        )
        if name not in pipe.get_active_adapters():
            raise Broken(f"{lora.file.name} does not fit the model")
    pipe.set_adapters(names, [lora.weight for lora in model.loras])
    pipe.fuse_lora(adapter_names=names)
    pipe.unload_lora_weights()


def spare(vae: Any, *, film: bool) -> None:
    """Decode in less memory: one picture of a pass after the other, which gives the same pixels; a film in tiles."""
    if hasattr(vae, "use_slicing"):
        vae.enable_slicing()
    if film and hasattr(vae, "use_tiling"):
        vae.enable_tiling()


def weight_gib(part: Any, width: int) -> float:
    return part.num_parameters() * width / GIB if hasattr(part, "num_parameters") else 0.0


def place(pipe: Any, offload: Offload) -> None:
    if offload == "model":
        pipe.enable_model_cpu_offload()
    else:
        pipe.enable_sequential_cpu_offload()


def failure(error: Exception) -> OutOfMemory | Broken:
    """Of what kind it is."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError) or any(said in str(error).lower() for said in NO_MEMORY):
        return OutOfMemory("the model needs more memory than there is")
    return Broken(type(error).__name__)


def free() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
