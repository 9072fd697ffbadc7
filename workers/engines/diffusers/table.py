"""One model of tessera.toml that a local folder holds: `[[models]]` with engine = "diffusers"."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from workers.engines.diffusers.architectures import Architecture, Capability, Dtype, architecture
from workers.engines.diffusers.folder import SAFE, ModelFolder, model_folder
from workers.engines.diffusers.placement import Offload

PICTURES_OF_A_PASS = 4


def lora_file(written: object) -> Path:
    """The file, or the only one of its kind in a folder."""
    path = Path(str(written)).expanduser().absolute()
    if path.is_file():
        return path
    files = sorted(path.glob(f"*{SAFE}"))
    if len(files) != 1:
        raise ValueError(f"{path} has {len(files) or 'no'} {SAFE} files: name the one")
    return files[0]


def with_weight(written: object) -> object:
    return {"file": written} if isinstance(written, str | Path) else written


class Lora(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    file: Annotated[Path, BeforeValidator(lora_file)]
    weight: float = Field(1.0, ge=-10, le=10)


class LocalModel(BaseModel):
    """`batch`: pictures of one pass; of videos each has its own. `steps`, `guidance` and `negative` where the request
    says nothing of them; `dtype` and `offload` are chosen by the memory there is."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    model: str
    engine: Literal["diffusers"]
    folder: Annotated[Any, BeforeValidator(model_folder)]
    loras: tuple[Annotated[Lora, BeforeValidator(with_weight)], ...] = ()
    capability: Capability | None = None
    display_name: str | None = Field(None, max_length=100)
    max_side: int | None = Field(None, ge=64, le=8192)
    batch: int = Field(PICTURES_OF_A_PASS, ge=1, le=64)
    steps: int | None = Field(None, ge=1, le=500)
    guidance: float | None = Field(None, ge=0, le=100)
    negative: str | None = None
    dtype: Dtype | None = None
    offload: Offload | None = None
    _architecture: Architecture = PrivateAttr()

    @model_validator(mode="after")
    def is_of_its_kind(self) -> Self:
        self._architecture = architecture(self.source.pipeline, self.source.configs, self.capability)
        if self.capability not in (None, self._architecture.capability):
            raise ValueError(f"capability: {self.source.pipeline} makes {self._architecture.capability}s")
        return self

    @property
    def source(self) -> ModelFolder:
        found: ModelFolder = self.folder
        return found

    @property
    def architecture(self) -> Architecture:
        return self._architecture

    @property
    def at_once(self) -> int:
        return 1 if self._architecture.film else self.batch
