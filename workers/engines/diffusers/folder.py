"""What a model folder says of itself, read without torch: which pipeline, of which parts, how large."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INDEX = "model_index.json"
HALF = "fp16"  # the variant of most repositories whose files are half as large
SAFE, PICKLED = ".safetensors", ".bin"
GIB = 2**30


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """`weights`: bytes of the files of each part that has some; `variant`: as `from_pretrained` wants it."""

    path: Path
    pipeline: str
    configs: Mapping[str, Mapping[str, Any]]
    weights: Mapping[str, int]
    variant: str | None

    @property
    def gib(self) -> float:
        return sum(self.weights.values()) / GIB

    @property
    def largest_gib(self) -> float:
        """Of its parts."""
        return max(self.weights.values(), default=0) / GIB


def model_folder(written: object) -> ModelFolder:
    """Raises ValueError, in words for whoever wrote the table."""
    path = Path(str(written)).expanduser().absolute()
    try:
        index = json.loads((path / INDEX).read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path} is no model folder: {INDEX} cannot be read ({error.strerror})") from None
    except ValueError:
        raise ValueError(f"{path} is no model folder: {INDEX} is not JSON") from None
    pipeline = index.get("_class_name") if isinstance(index, dict) else None
    if not isinstance(pipeline, str):  # a list names code that came with the folder, which is not run
        raise ValueError(f"{path}: {INDEX} names no pipeline of diffusers")
    parts = [name for name, what in index.items() if not name.startswith("_") and there(what)]
    missing = [name for name in parts if not (path / name).is_dir()]
    if missing:
        raise ValueError(f"{path}: the folder of {', '.join(missing)} is missing")
    halves = any(weight_files(path / name, HALF) for name in parts)
    chosen = {name: weight_files(path / name, HALF) or weight_files(path / name, None) for name in parts}
    weights = {name: sum(file.stat().st_size for file in files) for name, files in chosen.items() if files}
    if not weights:
        raise ValueError(f"{path}: there are no weights in it")
    return ModelFolder(path, pipeline, {name: config(path / name) for name in parts}, weights, HALF if halves else None)


def there(what: object) -> bool:
    """A part is [library, class]; [null, null] stands for one that was left out."""
    return isinstance(what, list) and len(what) == 2 and all(isinstance(name, str) for name in what)


def weight_files(part: Path, variant: str | None) -> list[Path]:
    """Those of a variant, or of none; safetensors before pickles."""
    wanted = {variant} if variant else set()
    for ending in (SAFE, PICKLED):
        files = [file for file in part.glob(f"*{ending}") if marks(file.name.removesuffix(ending)) == wanted]
        if files:
            return files
    return []


def marks(stem: str) -> set[str]:
    """What stands after the first dot of a name, without the number of a shard."""
    return {mark.partition("-")[0] for mark in stem.split(".")[1:]}


def config(part: Path) -> Mapping[str, Any]:
    try:
        read = json.loads((part / "config.json").read_text("utf-8"))
    except (OSError, ValueError):  # a tokenizer has none
        return {}
    return read if isinstance(read, dict) else {}
