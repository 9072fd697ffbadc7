"""Pictures by tiny models of true architectures, through the real libraries."""

import logging
import shutil
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image
from structlog.testing import capture_logs

from tests.workers.engines.buttons import NEW_SEED, PRESSES, pressed
from tests.workers.engines.diffusers.asking import PROMPT, TaskOf, contents, engine_of, made, run, told
from workers.engines.diffusers.orders import Way
from workers.engines.protocol import BadRequest, Broken, Cancelled, OutOfMemory

pytestmark = [
    pytest.mark.torch,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept:DeprecationWarning"),  # in diffusers
]


def difference(first: Image.Image, second: Image.Image) -> float:
    """Of their pixels, of 255, on average."""
    return float(np.abs(np.asarray(first, np.int16) - np.asarray(second, np.int16)).mean())


def test_a_picture_is_as_large_as_asked_and_says_how_it_was_made(sdxl: Path, task: TaskOf) -> None:
    [result], heard = told(engine_of(sdxl), task(width=72, height=64, negative="blur", steps=3))
    [picture] = made(result)

    with Image.open(picture.path) as image:
        assert (image.format, image.size, image.mode) == ("PNG", (72, 64), "RGB")
        said = dict(image.text)  # type: ignore[attr-defined]  # of PNG files only
    assert picture.metadata == {
        "model": "tiny", "seed": 7, "prompt": PROMPT, "steps": 3, "negative": "blur", "guidance": 5.0,
    }  # fmt: skip
    assert (said["seed"], said["prompt"]) == ("7", PROMPT)
    assert [round(fraction, 2) for _, fraction, _ in heard] == [0, 0.32, 0.65, 0.97, 1]


@pytest.mark.parametrize("model", ["sdxl", "flux"])
def test_the_same_seed_makes_the_same_bytes_alone_again_and_beside_others(
    model: str, request: pytest.FixtureRequest, task: TaskOf
) -> None:
    engine = engine_of(request.getfixturevalue(model))
    [alone], [again] = run(engine, task(seed=8)), run(engine, task(seed=8))
    pair, wider = run(engine, task(), task(seed=8)), run(engine, task(count=2), task(seed=8), task(seed=9))

    assert contents(alone) == contents(again) == contents(pair[1]) == contents(wider[1])
    assert contents(wider[0]) == contents(pair[0]) + contents(alone)  # the second of a count has the next seed
    assert len({*contents(wider[0]), *contents(wider[2])}) == 3


def test_what_has_one_shape_is_made_in_one_pass(sdxl: Path, task: TaskOf, monkeypatch: pytest.MonkeyPatch) -> None:
    from workers.engines.diffusers import shooting

    seen: list[int] = []

    def counted(studio: Any, shots: Any, audience: Any) -> Any:
        seen.append(len(shots))
        return shoot(studio, shots, audience)

    shoot = shooting.shoot
    monkeypatch.setattr(shooting, "shoot", counted)
    engine = engine_of(sdxl, batch=3)
    assert [offer.batch for offer in engine.offers()] == [3]
    vague = task(width=96, negative="blur"), task(width=96, negative="fog")
    results = run(engine, task(), task(width=96), task(count=3, seed=1), *vague)

    assert seen == [3, 1, 1, 2]  # beside a negative prompt, none would be an empty one
    assert [len(made(result)) for result in results] == [1, 1, 3, 1, 1]


@pytest.mark.parametrize("model", ["sdxl", "flux"])
def test_what_is_to_be_kept_out_changes_its_picture_and_no_other(
    model: str, request: pytest.FixtureRequest, task: TaskOf
) -> None:
    engine = engine_of(request.getfixturevalue(model))
    [alone], [kept] = run(engine, task()), run(engine, task(negative="a red fox"))
    beside = run(engine, task(), task(negative="a red fox"))

    assert contents(beside[0]) == contents(alone)
    assert contents(beside[1]) == contents(kept)
    looks = [made(result)[0].look for result in beside]
    assert looks[0]
    assert looks[1]
    assert difference(looks[0], looks[1]) > 0.5
    assert [made(result)[0].metadata.get("negative") for result in beside] == [None, "a red fox"]


def test_what_nothing_is_made_of_is_not_said_to_be(sdxl: Path, task: TaskOf) -> None:
    engine = engine_of(sdxl, guidance=1)
    plain, kept = run(engine, task(), task(negative="a red fox"))
    assert contents(plain) == contents(kept)


def test_a_task_is_called_off_within_one_step_and_the_others_of_its_pass_go_on(sdxl: Path, task: TaskOf) -> None:
    engine, off, kept = engine_of(sdxl, steps=8), task(), task(seed=8)
    [first, second], heard = told(engine, off, kept, stop=lambda one, fraction: one is off and fraction > 0.2)

    assert isinstance(first, Cancelled)
    assert list(off.folder.iterdir()) == []
    assert contents(second) == contents(run(engine, task(seed=8))[0])
    assert [job for job, _, _ in heard].count(off.job_id) == 3  # begun, one step, and the one it left at


def test_a_pass_that_nobody_waits_for_ends_at_once(sdxl: Path, task: TaskOf) -> None:
    engine, first, second = engine_of(sdxl, steps=50), task(), task(seed=8)
    results, heard = told(engine, first, second, stop=lambda one, fraction: fraction > 0)

    assert all(isinstance(result, Cancelled) for result in results)
    assert len(heard) == 4
    assert len(made(run(engine, task())[0])) == 1  # it is as good as before


@pytest.mark.parametrize("model", ["sdxl", "flux"])
def test_previews_are_of_each_picture(
    model: str, request: pytest.FixtureRequest, task: TaskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, first, second = engine_of(request.getfixturevalue(model)), task(width=96), task(width=96, seed=8)
    monkeypatch.setattr("workers.engines.diffusers.shooting.PREVIEW_SECONDS", 0)
    _, heard = told(engine, first, second)

    seen = {job: [preview for name, _, preview in heard if name == job and preview] for job, _, _ in heard}
    assert [preview.size for preview in seen[first.job_id]] == [(48, 32)] * 4 + [(96, 64)]
    assert seen[first.job_id][0].tobytes() != seen[second.job_id][0].tobytes()


def test_the_colours_of_a_preview_are_those_of_the_picture() -> None:
    torch = pytest.importorskip("torch")
    diffusers = pytest.importorskip("diffusers")
    from workers.engines.diffusers.previews import colour_map, pictures

    class Averages(diffusers.AutoencoderKL):  # type: ignore[misc, name-defined]  # what it is of is not known here
        """A decoder whose latents are the picture's colours, small and mixed."""

        dtype, device = torch.float32, torch.device("cpu")

        def encode(self, picture: Any) -> Any:
            small = torch.nn.functional.avg_pool2d(picture, 8)
            mixed = torch.cat([small[:, :1] - small[:, 1:2], small[:, 1:], small.mean(1, keepdim=True)], 1)
            return type("", (), {"latent_dist": type("", (), {"mode": lambda _: mixed})()})

    vae = Averages(block_out_channels=[8], norm_num_groups=8, latent_channels=4)
    image = torch.tensor([0.9, 0.4, 0.1]).reshape(1, 3, 1, 1).expand(1, 3, 64, 64)
    latents = vae.encode(image * 2 - 1).latent_dist.mode() * vae.config.scaling_factor
    colours = colour_map(vae)
    assert colours is not None
    [seen] = pictures(None, latents, (64, 64), colours)

    assert seen.size == (32, 32)
    assert np.abs(np.asarray(seen)[16, 16] - np.array([230, 102, 26])).max() < 3


def test_a_picture_to_start_from_is_left_as_far_as_its_strength(sdxl: Path, task: TaskOf, tmp_path: Path) -> None:
    given = tmp_path / "given"
    Image.radial_gradient("L").resize((90, 64)).convert("RGB").save(given, "JPEG")
    engine = engine_of(sdxl, steps=10)
    faint, strong, words = run(engine, task(given, strength=0.1), task(given, strength=1.0), task())
    again = run(engine, task(given, strength=0.1), task(given, strength=0.1, seed=8))

    assert contents(again[0]) == contents(faint)
    pictures = [item.look for result in (faint, strong, words) for item in made(result)]
    assert all(picture is not None and picture.size == (64, 64) for picture in pictures)
    assert made(faint)[0].metadata["strength"] == 0.1
    assert len({picture.tobytes() for picture in pictures if picture}) == 3


@pytest.mark.parametrize("model", ["sdxl", "flux"])
def test_a_variation_leaves_its_parent_as_far_as_its_strength(
    model: str, request: pytest.FixtureRequest, task: TaskOf
) -> None:
    engine = engine_of(request.getfixturevalue(model), batch=8)
    near, far = {"seed": 9, "parent_seed": 7, "strength": 0.05}, {"seed": 9, "parent_seed": 7, "strength": 0.7}
    results = run(engine, task(), task(seed=9), task(**near), task(**far), task(**{**far, "strength": 1.0}))
    parent, own, close, away, left = (item.look for result in results for item in made(result))

    assert parent
    assert own
    assert close
    assert away
    assert 0 < difference(parent, close) < difference(parent, away)
    assert contents(results[0]) == contents(run(engine, task())[0])  # beside variations it is what it was
    assert left is not None
    assert difference(own, left) < 1
    assert made(results[3])[0].metadata | {"parent_seed": 7, "strength": 0.7} == made(results[3])[0].metadata


@pytest.mark.parametrize("model", ["sdxl", "flux"])
def test_each_button_under_a_picture_makes_what_it_says(
    model: str, request: pytest.FixtureRequest, task: TaskOf
) -> None:
    engine, job = engine_of(request.getfixturevalue(model)), dict(task().params)
    tasks = {button: task(**pressed(button, job)) for button in PRESSES}
    tasks |= {"parent": task(), "stranger": task(seed=NEW_SEED), "unlike": task(width=128, height=128)}
    tasks["of_near"] = task(**pressed("retry", pressed("variation", job)))
    results = dict(zip(tasks, run(engine, *tasks.values()), strict=True))
    looks = {name: item.look for name, result in results.items() for item in made(result) if item.look}
    small = {name: look.resize((8, 8), Image.Resampling.BOX) for name, look in looks.items()}  # a latent is a pixel
    away = {name: difference(small["parent"], look) for name, look in small.items()}

    assert contents(results["again"]) == contents(results["stranger"])
    assert contents(results["retry"]) == contents(results["parent"])
    assert contents(results["of_near"]) == contents(results["variation"])
    assert away["variation"] < away["stranger"]
    assert looks["larger"].size == (128, 128)
    assert away["larger"] < away["unlike"]


def test_a_variation_of_its_own_seed_is_no_louder_than_its_parent(sdxl: Path, task: TaskOf) -> None:
    parent, same = run(engine_of(sdxl), task(), task(parent_seed=7, strength=0.35))
    assert made(parent)[0].look == made(same)[0].look


@pytest.mark.parametrize("sides", [(128, 128), (96, 128), (100, 70)])
def test_the_noise_of_a_larger_picture_is_white_and_laid_out_as_that_of_the_small(
    models: Path, sides: tuple[int, int]
) -> None:
    import torch

    from workers.engines.diffusers.beginnings import finer

    generator = torch.Generator().manual_seed(1)
    small = torch.randn((1, 4, 64, 64), generator=generator)
    large = finer(small, sides, generator)
    means = torch.nn.functional.interpolate(large, (64, 64), mode="area")
    neighbours = torch.stack([large[..., 1:].flatten(), large[..., :-1].flatten()])
    laid_out = torch.stack([means.flatten(), small.flatten()])

    assert (large.mean().abs(), abs(large.std() - 1)) < (0.02, 0.02)
    assert abs(torch.corrcoef(neighbours)[0, 1]) < 0.03
    assert torch.corrcoef(laid_out)[0, 1] > 0.5


@pytest.mark.parametrize("model", ["sdxl", "flux"])
def test_only_the_gaps_of_a_picture_are_made(
    model: str, request: pytest.FixtureRequest, task: TaskOf, tmp_path: Path
) -> None:
    whole = Image.effect_mandelbrot((64, 64), (-2, -1.5, 1, 1.5), 30).convert("RGB")
    holed = whole.copy()
    holed.putalpha(Image.linear_gradient("L").resize((64, 64)).point(lambda value: 255 if value > 127 else 0))
    given = tmp_path / "given"
    holed.save(given, "PNG")
    engine = engine_of(request.getfixturevalue(model))
    first, second = run(engine, task(given), task(given, seed=8))
    pictures = [item.look for result in (first, second) for item in made(result)]
    lower, upper = (0, 32, 64, 64), (0, 0, 64, 32)

    for picture in pictures:
        assert picture is not None
        assert picture.crop(lower).tobytes() == whole.crop(lower).tobytes()
        assert difference(picture.crop(upper), whole.crop(upper)) > 5
    assert contents(first) != contents(second)
    assert contents(first) == contents(run(engine, task(given))[0])


def test_what_needs_more_memory_together_is_made_apart(
    sdxl: Path, task: TaskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    engine = engine_of(sdxl)
    studio = engine._studios["tiny"]
    unet, seen = type(studio.pipe(Way.WORDS).unet), []
    forward = unet.forward

    def narrow(self: Any, sample: Any, *arguments: Any, **more: Any) -> Any:
        seen.append(len(sample) // 2)  # each stands there twice, for the guidance
        if len(sample) > 2 * 2:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return forward(self, sample, *arguments, **more)

    monkeypatch.setattr(unet, "forward", narrow)
    results = run(engine, *[task(seed=seed) for seed in range(4)])
    assert all(len(made(result)) == 1 for result in results)
    assert (max(seen), studio.most) == (4, 2)

    monkeypatch.setattr(unet, "forward", lambda *_, **__: (_ for _ in ()).throw(torch.OutOfMemoryError("no")))
    [alone] = run(engine, task())
    assert isinstance(alone, OutOfMemory)


def test_a_pipeline_that_breaks_says_so_and_no_prompt_is_logged(
    sdxl: Path, task: TaskOf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.enable_propagation()
    engine = engine_of(sdxl)
    long = task(prompt=PROMPT * 20)  # more than the model reads: the libraries warn, with its words
    vae = type(engine._studios["tiny"].pipe(Way.WORDS).vae)
    with capture_logs() as logged, caplog.at_level(logging.DEBUG):
        assert len(made(run(engine, long)[0])) == 1
        monkeypatch.setattr(vae, "decode", lambda *_, **__: (_ for _ in ()).throw(RuntimeError(PROMPT)))
        [broken] = run(engine, task())

    assert isinstance(broken, Broken)
    loud = [line for line in logged if line["log_level"] != "debug"]
    assert [(line["event"], line["error"]) for line in loud] == [("diffusers.failed", "RuntimeError")]
    assert "secret" not in str(loud) + caplog.text + str(broken)


def test_a_request_that_cannot_be_met_stops_no_other(sdxl: Path, task: TaskOf, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("no picture")
    large, unreadable, good = run(engine_of(sdxl, max_side=512), task(width=520), task(wrong), task())

    assert isinstance(large, BadRequest)
    assert isinstance(unreadable, BadRequest)
    assert (large.code, unreadable.code) == ("size_out_of_range", "picture_unreadable")
    assert len(made(good)) == 1


def test_what_the_models_own_checker_refuses_is_the_requests_fault(
    sdxl: Path, task: TaskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    import diffusers

    def judged(self: Any, **_: Any) -> SimpleNamespace:
        return SimpleNamespace(images=[Image.new("RGB", (64, 64))] * 2, nsfw_content_detected=[True, False])

    monkeypatch.setattr(diffusers.StableDiffusionXLPipeline, "__call__", judged)
    refused, good = run(engine_of(sdxl), task(), task())
    assert isinstance(refused, BadRequest)
    assert refused.code == "picture_refused"
    assert len(made(good)) == 1


def test_a_damaged_folder_breaks_and_an_unloaded_model_is_gone(sdxl: Path, task: TaskOf, tmp_path: Path) -> None:
    damaged = shutil.copytree(sdxl, tmp_path / "damaged")
    (damaged / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"no weights")
    with capture_logs() as logged, pytest.raises(Broken):
        engine_of(damaged)
    assert [line["event"] for line in logged] == ["diffusers.not_loaded"]

    engine = engine_of(sdxl)
    unet = weakref.ref(engine._studios["tiny"].pipe(Way.WORDS).unet)
    run(engine, task())
    engine.unload("tiny")
    assert unet() is None
    engine.load("tiny")
    assert len(made(run(engine, task())[0])) == 1


def test_loras_are_part_of_the_model(sdxl: Path, models: Path, task: TaskOf) -> None:
    from tests.rigs.tiny_models.loras import save_lora

    lora = save_lora(sdxl, models / "lora")
    plain, without, half, whole = (
        contents(run(engine_of(sdxl, loras=loras), task())[0])
        for loras in ([], [{"file": lora, "weight": 0}], [{"file": lora, "weight": 0.5}], [str(lora)])
    )
    assert plain == without
    assert len({*plain, *half, *whole}) == 3

    with pytest.raises(Broken):
        engine_of(sdxl, loras=[save_lora(sdxl, models / "wrong", prefix="nothing.of.it")])


def test_the_files_of_half_the_size_are_read_where_there_are_some(models: Path, task: TaskOf) -> None:
    from tests.rigs.tiny_models.pictures import save_sdxl

    engine = engine_of(save_sdxl(models / "half", variant="fp16"))
    assert engine._models["tiny"].source.variant == "fp16"
    assert len(made(run(engine, task())[0])) == 1


def test_what_one_task_breaks_harms_no_other_of_its_pass(
    sdxl: Path, task: TaskOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.engines.diffusers import shooting

    def shot(studio: Any, shots: Any, audience: Any) -> Any:
        if any(one.order.prompt == "breaks" for one in shots):
            raise Broken("it broke")
        return shoot(studio, shots, audience)

    shoot = shooting.shoot
    monkeypatch.setattr(shooting, "shoot", shot)
    fine, broken, other = run(engine_of(sdxl), task(), task(prompt="breaks", count=2), task(seed=8))
    assert len(made(fine)) == len(made(other)) == 1
    assert isinstance(broken, Broken)


@pytest.mark.parametrize(
    "said",
    [
        "CUDA error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "DefaultCPUAllocator: can't allocate memory",
    ],
)
def test_each_allocator_s_words_are_known(models: Path, said: str) -> None:
    from workers.engines.diffusers.studio import failure

    assert isinstance(failure(RuntimeError(said)), OutOfMemory)
    assert isinstance(failure(RuntimeError("CUDA error: an illegal memory access was encountered")), Broken)
