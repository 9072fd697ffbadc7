"""What is decided of models and tasks before torch is imported."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from workers.engines.diffusers.architectures import Film
from workers.engines.diffusers.engine import DiffusersEngine
from workers.engines.diffusers.folder import GIB, model_folder
from workers.engines.diffusers.orders import Order, Way, length, ordered, passes
from workers.engines.diffusers.placement import Device, dtype_for, offload_for
from workers.engines.diffusers.table import LocalModel
from workers.engines.protocol import BadRequest, Task
from workers.engines.registry import BadTable, made

Folders = Callable[..., Path]


def model_of(folder: Path, **more: Any) -> LocalModel:
    return LocalModel.model_validate({"model": "m", "engine": "diffusers", "folder": str(folder), **more})


def order(model: LocalModel, picture: Path | None = None, **params: Any) -> Order:
    return ordered(Task("job", 1, "image", "m", {"prompt": "a fox", "seed": 7, **params}, Path(), picture), model)


def test_a_folder_says_what_it_is_and_how_large(written_folder: Folders) -> None:
    folder = model_folder(
        written_folder(
            "FluxPipeline",
            **{
                "transformer/diffusion_pytorch_model-00001-of-00002.safetensors": 2 * GIB,
                "transformer/diffusion_pytorch_model-00002-of-00002.safetensors": GIB,
                "transformer/diffusion_pytorch_model-00001-of-00001.bin": 7 * GIB,
                "vae/diffusion_pytorch_model.bin": GIB,
                "tokenizer/vocab.json": 10,
            },
        )
    )
    assert (folder.pipeline, folder.variant) == ("FluxPipeline", None)
    assert (folder.gib, folder.largest_gib) == (4.0, 3.0)
    assert "tokenizer" not in folder.weights


def test_files_of_half_the_size_go_first_and_what_has_none_is_read_whole(written_folder: Folders) -> None:
    folder = model_folder(
        written_folder(
            **{
                "unet/diffusion_pytorch_model.safetensors": 2 * GIB,
                "unet/diffusion_pytorch_model.fp16.safetensors": GIB,
                "unet/diffusion_pytorch_model.non_ema.safetensors": 5 * GIB,
                "vae/diffusion_pytorch_model.safetensors": GIB,
            }
        )
    )
    assert folder.variant == "fp16"
    assert folder.weights == {"unet": GIB, "vae": GIB}


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "model_index.json").unlink(), "is no model folder: model_index.json cannot be read"),
        (lambda folder: (folder / "model_index.json").write_text("{"), "is no model folder: .* is not JSON"),
        (lambda folder: (folder / "model_index.json").write_text("[]"), "names no pipeline"),
        (lambda folder: (folder / "unet").rename(folder / "other"), "the folder of unet is missing"),
        (lambda folder: next((folder / "unet").iterdir()).unlink(), "there are no weights in it"),
    ],
)
def test_what_is_no_model_folder_is_said_when_the_worker_starts(
    written_folder: Folders, spoil: Callable[[Path], Any], said: str
) -> None:
    folder = written_folder()
    spoil(folder)
    with pytest.raises(BadTable, match=f"a model of 'diffusers': folder: .*{said}"):
        made("diffusers", DiffusersEngine, [{"model": "m", "engine": "diffusers", "folder": str(folder)}])


def test_code_that_came_with_a_folder_is_not_run(written_folder: Folders) -> None:
    with pytest.raises(ValueError, match="names no pipeline of diffusers"):
        model_folder(written_folder(["my_pipeline", "MyPipeline"]))


def test_a_lora_is_a_file_or_the_only_one_of_a_folder(written_folder: Folders, tmp_path: Path) -> None:
    loras = tmp_path / "loras"
    loras.mkdir()
    (loras / "one.safetensors").touch()
    model = model_of(written_folder(), loras=[str(loras), {"file": str(loras / "one.safetensors"), "weight": 0.5}])
    assert [(lora.file.name, lora.weight) for lora in model.loras] == [
        ("one.safetensors", 1.0),
        ("one.safetensors", 0.5),
    ]

    (loras / "two.safetensors").touch()
    with pytest.raises(ValueError, match=r"has 2 \.safetensors files: name the one"):
        model_of(tmp_path / "hollow", loras=[str(loras)])


def test_a_model_offers_what_its_class_can(written_folder: Folders) -> None:
    folder = written_folder(**{"unet/model.safetensors": 5 * GIB})
    [offer] = DiffusersEngine([{"model": "m", "engine": "diffusers", "folder": str(folder), "batch": 8}]).offers()
    assert (offer.capability, offer.max_side, offer.batch, offer.takes_picture) == ("image", 2048, 8, True)
    assert offer.memory_gib == 6.0
    assert not offer.no_gpu

    with pytest.raises(ValueError, match="capability: StableDiffusionXLPipeline makes images"):
        model_of(folder, capability="video")


def test_a_class_that_is_not_known_here_makes_what_the_table_says(written_folder: Folders) -> None:
    folder = written_folder("SomethingNewPipeline")
    assert model_of(folder).architecture.capability == "image"
    assert model_of(folder, capability="video").architecture.film is not None
    assert not model_of(folder).architecture.takes_picture


def test_flux_dev_is_told_from_schnell(written_folder: Folders) -> None:
    folder = written_folder("FluxPipeline", **{"transformer/model.safetensors": 1})
    for guided, wanted in ((True, (28, 3.5)), (False, (4, 0.0))):
        (folder / "transformer" / "config.json").write_text(f'{{"guidance_embeds": {str(guided).lower()}}}')
        kind = model_of(folder).architecture
        assert (kind.steps, kind.guidance) == wanted


def test_sides_are_made_in_steps_of_the_model_and_cut_to_what_was_asked(written_folder: Folders) -> None:
    folder = written_folder("FluxPipeline", **{"transformer/model.safetensors": 1})
    asked = order(model_of(folder, steps=9), width=1000, height=64)
    assert (asked.shape.width, asked.shape.height, asked.size) == (1008, 64, (1000, 64))
    assert asked.shape.steps == 9
    assert order(model_of(folder, steps=9), width=1000, height=64, steps=5).shape.steps == 5
    with pytest.raises(BadRequest, match="size_out_of_range"):
        order(model_of(folder, max_side=512), width=520, height=64)


def test_a_picture_is_left_by_one_step_at_least(written_folder: Folders, tmp_path: Path) -> None:
    given = tmp_path / "given"
    Image.new("RGB", (50, 70)).save(given, "PNG")
    model = model_of(written_folder(), steps=4)
    faint = order(model, given, width=64, height=64, strength=0.1).shape
    assert (faint.way, faint.strength, faint.steps) == (Way.PICTURE, 0.1, 10)
    assert order(model, given, width=64, height=64).shape.steps == 4

    Image.new("RGBA", (50, 70), (0, 0, 0, 0)).save(given, "PNG")
    gap = order(model, given, width=64, height=64)
    assert (gap.shape.way, gap.shape.strength) == (Way.GAP, 1.0)
    assert gap.start
    assert gap.start.gap
    assert gap.start.gap.getextrema() == (255, 255)


def test_only_what_is_alike_is_made_together(written_folder: Folders) -> None:
    model = model_of(written_folder())
    wide: dict[str, Any] = {"width": 96, "height": 64}
    orders = [order(model, count=2, **wide), order(model, width=64, height=64), order(model, seed=1, count=2, **wide)]
    found = passes(orders, 3)

    assert [[orders.index(shot.order) for shot in shots] for shots in found] == [[0, 0, 2], [2], [1]]
    assert [shot.seed for shot in found[0]] == [7, 8, 1]
    [last] = passes([order(model, seed=2**31 - 1, count=2, **wide)], 3)
    assert [shot.seed for shot in last] == [2**31 - 1, 0]


@pytest.mark.parametrize(
    ("film", "seconds", "wanted"),
    [
        (Film(25, 7), 4.0, (25, 6)),
        (Film(25, 7), 1.0, (25, 25)),
        (Film(25, 7), 5.0, (25, 5)),
        (Film(257, 24, step=8), 4.0, (97, 24)),
        (Film(257, 24, step=8), 0.1, (9, 24)),
        (Film(257, 24, step=8), 10.7, (257, 24)),
    ],
)
def test_a_film_is_as_long_as_asked_as_far_as_its_model_can(
    film: Film, seconds: float, wanted: tuple[int, int]
) -> None:
    assert length(film, seconds) == wanted


def test_a_film_that_no_model_can_make_is_refused() -> None:
    with pytest.raises(BadRequest, match="at most 5 s"):
        length(Film(25, 7), 6.0)
    with pytest.raises(BadRequest, match="at most 10 s"):
        length(Film(257, 24, step=8), 11.0)


def test_numbers_and_places_are_chosen_by_the_memory_there_is() -> None:
    cpu, gpu, old = Device("cpu"), Device("cuda", free_gib=24.0), Device("cuda", free_gib=12.0, bfloat16=False)
    assert [dtype_for(one, "bfloat16") for one in (cpu, gpu, old)] == ["float32", "bfloat16", "float16"]
    assert dtype_for(gpu, "float16") == "float16"
    assert offload_for(cpu, 100, 100) == "none"
    assert [offload_for(gpu, gib, 20) for gib in (21, 22)] == ["none", "model"]
    assert [offload_for(old, 33, largest) for largest in (9, 23)] == ["model", "sequential"]


def test_torch_is_not_imported_before_a_model_is_loaded(written_folder: Folders) -> None:
    table = {"model": "m", "engine": "diffusers", "folder": str(written_folder())}
    code = (
        "import sys; from workers.engines.diffusers.engine import DiffusersEngine;"
        f"list(DiffusersEngine([{table!r}]).offers()); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
