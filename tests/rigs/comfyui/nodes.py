"""The nodes that the stand-in has, as `/object_info` says them, and its judgement of a prompt: pure."""

from collections.abc import Iterator
from typing import Any

Graph = dict[str, dict[str, Any]]
Problem = dict[str, Any]

CHECKPOINT = "sd_xl_base_1.0.safetensors"
SIDE = ("INT", {"default": 512, "min": 16, "max": 16384, "step": 8})
STEPPING = ("KSampler",)
SAVING = {"SaveImage": "output", "PreviewImage": "temp", "SaveAudioMP3": "output", "SaveVideo": "output"}
SENDING = "SaveImageWebsocket"


def node(required: dict[str, Any], *output: str, saves: bool = False) -> dict[str, Any]:
    inputs = {name: list(spec) if isinstance(spec, tuple) else [spec] for name, spec in required.items()}
    return {"input": {"required": inputs}, "output": list(output), "output_node": saves, "python_module": "nodes"}


def nodes_with(checkpoints: tuple[str, ...], pictures: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Every node of a server with these files."""
    text, image, latent, audio = ("STRING", {"multiline": True}), ("IMAGE",), ("LATENT",), ("AUDIO",)
    prefix = ("STRING", {"default": "ComfyUI"})
    unit = ("FLOAT", {"default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01})
    return {
        "CheckpointLoaderSimple": node({"ckpt_name": (list(checkpoints), {})}, "MODEL", "CLIP", "VAE"),
        "CLIPTextEncode": node({"text": text, "clip": ("CLIP",)}, "CONDITIONING"),
        "EmptyLatentImage": node(
            {"width": SIDE, "height": SIDE, "batch_size": ("INT", {"default": 1, "min": 1, "max": 4096})}, "LATENT"
        ),
        "KSampler": node(
            {
                "model": ("MODEL",),
                "seed": ("INT", {"default": 0, "min": 0, "max": 2**64 - 1}),
                "steps": ("INT", {"default": 20, "min": 1, "max": 10000}),
                "cfg": ("FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0}),
                "sampler_name": ("COMBO", {"options": ["euler", "dpmpp_2m"]}),
                "scheduler": ("COMBO", {"options": ["normal", "karras"]}),
                "positive": ("CONDITIONING",),
                "negative": ("CONDITIONING",),
                "latent_image": latent,
                "denoise": unit,
            },
            "LATENT",
        ),
        "VAEDecode": node({"samples": latent, "vae": ("VAE",)}, "IMAGE"),
        "VAEEncode": node({"pixels": image, "vae": ("VAE",)}, "LATENT"),
        "LoadImage": node({"image": (list(pictures), {"image_upload": True})}, "IMAGE", "MASK"),
        "SaveImage": node({"images": image, "filename_prefix": prefix}, saves=True),
        "PreviewImage": node({"images": image}, saves=True),
        "SaveImageWebsocket": node({"images": image}, saves=True),
        "EmptyLatentAudio": node({"seconds": ("FLOAT", {"default": 47.6, "min": 1.0, "max": 1000.0})}, "LATENT"),
        "VAEDecodeAudio": node({"samples": latent, "vae": ("VAE",)}, "AUDIO"),
        "SaveAudioMP3": node({"audio": audio, "filename_prefix": prefix}, saves=True),
        "CreateVideo": node({"images": image, "fps": ("FLOAT", {"default": 30.0, "min": 1.0, "max": 120.0})}, "VIDEO"),
        "SaveVideo": node({"video": ("VIDEO",), "filename_prefix": prefix}, saves=True),
    }


def judged(prompt: Graph, known: dict[str, dict[str, Any]]) -> dict[str, Any] | None:
    """What a real server answers with 400; None for a prompt that it takes."""
    for node_id, parts in prompt.items():
        name = parts.get("class_type")
        if name not in known:
            return refused(
                "invalid_prompt", f"Cannot execute because node {name} does not exist.", f"Node ID '#{node_id}'"
            )
    saving = [node_id for node_id, parts in prompt.items() if known[parts["class_type"]]["output_node"]]
    if not saving:
        return refused("prompt_no_outputs", "Prompt has no outputs", "")
    errors = {
        node_id: {
            "errors": problems,
            "dependent_outputs": [output for output in saving if node_id in needed(prompt, output)],
            "class_type": prompt[node_id]["class_type"],
        }
        for node_id in prompt
        if (problems := list(problems_of(prompt, node_id, known)))
    }
    if not errors:
        return None
    return refused("prompt_outputs_failed_validation", "Prompt outputs failed validation", "") | {"node_errors": errors}


def refused(kind: str, message: str, details: str) -> dict[str, Any]:
    return {"error": {"type": kind, "message": message, "details": details, "extra_info": {}}, "node_errors": {}}


def problems_of(prompt: Graph, node_id: str, known: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    given = prompt[node_id]["inputs"]
    for name, spec in known[prompt[node_id]["class_type"]]["input"]["required"].items():
        if name not in given:
            yield problem("required_input_missing", "Required input is missing", name, spec, None)
        elif not isinstance(given[name], list):
            yield from wrong(name, spec, given[name])


def wrong(name: str, spec: list[Any], value: Any) -> Iterator[Problem]:
    settings = spec[1] if len(spec) > 1 else {}
    choices = spec[0] if isinstance(spec[0], list) else settings.get("options")
    if choices is not None:
        if value not in choices:
            yield problem("value_not_in_list", "Value not in list", name, spec, value)
    elif spec[0] == "STRING":
        if not isinstance(value, str):
            yield problem("invalid_input_type", "Failed to convert an input value to a STRING value", name, spec, value)
    elif not isinstance(value, int if spec[0] == "INT" else int | float) or isinstance(value, bool):
        yield problem("invalid_input_type", f"Failed to convert an input value to a {spec[0]} value", name, spec, value)
    elif "min" in settings and value < settings["min"]:
        yield problem(
            "value_smaller_than_min", f"Value {value} smaller than min of {settings['min']}", name, spec, value
        )
    elif "max" in settings and value > settings["max"]:
        yield problem("value_bigger_than_max", f"Value {value} bigger than max of {settings['max']}", name, spec, value)


def problem(kind: str, message: str, name: str, spec: list[Any], value: Any) -> Problem:
    config = spec if len(spec) > 1 else [*spec, {}]
    extra = {"input_name": name, "input_config": config, "received_value": value}
    return {"type": kind, "message": message, "details": f"{name}: {value!r}", "extra_info": extra}


def needed(prompt: Graph, node_id: str) -> list[str]:
    """The node and all it needs, in the order in which they can run."""
    order: list[str] = []
    for value in prompt[node_id]["inputs"].values():
        if isinstance(value, list):
            order += [each for each in needed(prompt, value[0]) if each not in order]
    return [*order, node_id]
