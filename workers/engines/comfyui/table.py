"""One model of tessera.toml that ComfyUI servers make: `[[models]]` with engine = "comfyui"."""

import json
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, StringConstraints, model_validator

from workers.engines.comfyui.template import Graph, Parameter, Template, checked_graph, template

MOST_BYTES = 16 * 2**20  # of a workflow


def graph_in_file(written: object) -> Graph:
    """The workflow in the file of this name; a relative one is looked for where the worker was started."""
    path = Path(str(written))
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError(f"{path} is too large for a workflow")
        return checked_graph(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def listed(written: object) -> object:
    return [written] if isinstance(written, str) else written


Url = Annotated[str, StringConstraints(pattern=r"^https?://[^/\s]+(/\S*)?$", strip_whitespace=True)]
Written = Annotated[tuple[str, ...], BeforeValidator(listed)]


class Flow(BaseModel):
    """`workflow`: a file in API format; `inputs`: where in it the job's wishes go."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    workflow: Annotated[Any, BeforeValidator(graph_in_file)]
    inputs: dict[Parameter, Written]
    _template: Template = PrivateAttr()

    @model_validator(mode="after")
    def places_are_there(self) -> Self:
        self._template = template(self.workflow, self.inputs)
        return self

    @property
    def template(self) -> Template:
        return self._template

    @property
    def takes_picture(self) -> bool:
        return bool(self.inputs.get("picture"))


class ComfyModel(Flow):
    """`servers`: those that can make it; `from_picture`: another workflow, for jobs that start from a picture;
    `frames_a_second`: how `frames` are reckoned from seconds."""

    model: str
    engine: Literal["comfyui"]
    servers: Annotated[tuple[Url, ...], BeforeValidator(listed)] = Field(min_length=1)
    from_picture: Flow | None = None
    capability: Literal["image", "video", "audio"] = "image"
    display_name: str | None = Field(None, max_length=100)
    max_side: int = Field(2048, ge=64, le=8192)
    frames_a_second: float = Field(24.0, gt=0, le=120)

    @model_validator(mode="after")
    def pictures_have_a_place(self) -> Self:
        if self.from_picture and not self.from_picture.takes_picture:
            raise ValueError("from_picture.inputs: say where the picture goes")
        if self.from_picture and self.takes_picture:
            raise ValueError("inputs.picture: from_picture is there for that")
        return self

    @property
    def flows(self) -> list[Flow]:
        return [self, self.from_picture] if self.from_picture else [self]

    def flow(self, picture: bool) -> Flow | None:
        """The one for a job that starts from a picture, or from none."""
        return next((flow for flow in self.flows if flow.takes_picture == picture), None)
