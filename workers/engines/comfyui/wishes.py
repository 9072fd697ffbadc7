"""What a task asks, as values for the places of a workflow: pure."""

from typing import Any

from workers.engines.comfyui.table import ComfyModel, Flow
from workers.engines.comfyui.template import Parameter
from workers.engines.protocol import BadRequest, Task

SEEDS = 2**31
USUAL_CHANGE = 0.35  # of a variation
WHOLE: tuple[Parameter, ...] = ("width", "height", "steps", "count")
FRAMES_STEP = 8  # video models want 8 n + 1 frames, or 4 n + 1, which these are too


def flow_for(model: ComfyModel, task: Task) -> Flow:
    """The workflow that makes the task, or BadRequest."""
    if flow := model.flow(task.picture is not None):
        if task.picture is None and task.params.get("parent_seed") is not None and not flow.inputs.get("parent_seed"):
            raise BadRequest(
                "no_variations", "this model cannot stay close to a picture: ask for the same again instead"
            )
        return flow
    if task.picture is None:
        raise BadRequest("picture_missing", "this model starts from a picture: send one with it")
    raise BadRequest("picture_not_taken", "this model does not start from a picture")


def wishes(model: ComfyModel, task: Task, index: int) -> dict[Parameter, Any]:
    """Of one prompt, the `index`th of the task; the picture's place is filled when it was sent. What the task does not
    say is left to the workflow."""
    params = task.params
    values: dict[Parameter, Any] = {"prompt": str(params.get("prompt", ""))}
    if params.get("negative") is not None:
        values["negative"] = str(params["negative"])
    if params.get("seed") is not None:
        values["seed"] = (int(params["seed"]) + index) % SEEDS
    values |= {name: int(params[name]) for name in WHOLE if params.get(name) is not None}
    if task.picture is not None and params.get("strength") is not None:  # of a variation it says something else
        values["strength"] = float(params["strength"])
    if task.picture is None and params.get("parent_seed") is not None:
        change = params.get("strength")
        values |= {
            "parent_seed": int(params["parent_seed"]),
            "variation": USUAL_CHANGE if change is None else float(change),
        }
    if params.get("seconds") is not None:
        values["seconds"] = float(params["seconds"])
        values["frames"] = frames(values["seconds"], model.frames_a_second)
    return values


def frames(seconds: float, a_second: float) -> int:
    return max(1, round(seconds * a_second / FRAMES_STEP)) * FRAMES_STEP + 1


def described(task: Task, values: dict[Parameter, Any]) -> dict[str, Any]:
    """How it was made; nothing about who asked."""
    said = ("prompt", "negative", "seed", "parent_seed", "variation", "steps", "strength")
    return {"model": task.model, **{name: values[name] for name in said if name in values}}
