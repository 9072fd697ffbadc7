"""What a task asks, as values for the places of a workflow: pure."""

from typing import Any

from workers.engines.comfyui.table import ComfyModel
from workers.engines.comfyui.template import Parameter
from workers.engines.protocol import BadRequest, Task

SEEDS = 2**31
WHOLE: tuple[Parameter, ...] = ("width", "height", "steps", "count")
FRACTIONS: tuple[Parameter, ...] = ("seconds", "strength")
FRAMES_STEP = 8  # video models want 8 n + 1 frames, or 4 n + 1, which these are too


def wishes(model: ComfyModel, task: Task, index: int) -> dict[Parameter, Any]:
    """Of one prompt, the `index`th of the task; the picture's place is filled when it was sent. What the task does not
    say is left to the workflow; raises BadRequest."""
    params = task.params
    if model.takes_picture and task.picture is None:
        raise BadRequest("picture_missing", "this model starts from a picture: send one with it")
    if task.picture is not None and not model.takes_picture:
        raise BadRequest("picture_not_taken", "this model does not start from a picture")
    values: dict[Parameter, Any] = {"prompt": str(params.get("prompt", ""))}
    if params.get("negative") is not None:
        values["negative"] = str(params["negative"])
    if params.get("seed") is not None:
        values["seed"] = (int(params["seed"]) + index) % SEEDS
    values |= {name: int(params[name]) for name in WHOLE if params.get(name) is not None}
    values |= {name: float(params[name]) for name in FRACTIONS if params.get(name) is not None}
    if "seconds" in values:
        values["frames"] = frames(values["seconds"], model.frames_a_second)
    return values


def frames(seconds: float, a_second: float) -> int:
    return max(1, round(seconds * a_second / FRAMES_STEP)) * FRAMES_STEP + 1


def described(task: Task, values: dict[Parameter, Any]) -> dict[str, Any]:
    """How it was made; nothing about who asked."""
    said = ("prompt", "negative", "seed", "steps", "strength")
    return {"model": task.model, **{name: values[name] for name in said if name in values}}
