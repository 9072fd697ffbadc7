"""What a worker is told, in the ways people write it."""

import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from scheduler.config import load
from scheduler.errors import SettingsError
from workers.engines.registry import use_gpu
from workers.memory import memory
from workers.settings import WorkerSettings


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No developer's `.env` or tessera.toml is read."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("written", ["painter,instant", " painter , instant ", '["painter", "instant"]'])
def test_engines_are_names_with_commas_or_a_list(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("TESSERA_WORKER_ENGINES", written)

    assert load(WorkerSettings).worker_engines == ("painter", "instant")


def test_engines_may_stand_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "tessera.toml").write_text('worker_engines = ["instant"]\n')

    assert load(WorkerSettings).worker_engines == ("instant",)


def test_models_stand_in_the_file_with_what_their_engine_must_know(tmp_path: Path) -> None:
    table = '[[models]]\nmodel = "chat"\nengine = "openai"\nurl = "http://127.0.0.1:8000/v1"\n'
    (tmp_path / "tessera.toml").write_text(table)

    assert load(WorkerSettings).tables == [{"model": "chat", "engine": "openai", "url": "http://127.0.0.1:8000/v1"}]
    (tmp_path / "tessera.toml").write_text(table * 2)
    with pytest.raises(SettingsError, match="TESSERA_MODELS: a model is named twice"):
        load(WorkerSettings)


def test_a_name_is_cut_and_cleaned_for_the_keys_it_stands_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TESSERA_WORKER_NAME", "gpu {1} " + "x" * 60)
    name = load(WorkerSettings).worker_name

    assert name.startswith("gpu--1--xx")
    assert len(name) == 40


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TESSERA_REDIS_URL", "localhost:6379"),
        ("TESSERA_WORKER_SLOTS", "many"),
        ("TESSERA_WORKER_ENGINES", '["painter"'),
        ("TESSERA_LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=variable):
        load(WorkerSettings)


class FakeTorch(ModuleType):
    """As far as a GPU's memory is asked about."""

    def __init__(self, total: int | None) -> None:
        super().__init__("torch")
        self.__spec__ = ModuleSpec("torch", None)
        properties = SimpleNamespace(name="Fake H200", total_memory=total)
        self.cuda = SimpleNamespace(
            is_available=lambda: total is not None, get_device_properties=[properties].__getitem__
        )


def test_models_may_take_the_gpu_s_memory_where_they_run_on_one(monkeypatch: pytest.MonkeyPatch) -> None:
    on_gpu = use_gpu([{"model": "sdxl", "engine": "diffusers"}])
    machine = memory(None, on_gpu=False)
    monkeypatch.setitem(sys.modules, "torch", FakeTorch(80 * 2**30))

    assert str(memory(None, on_gpu)) == "80 GiB for models (Fake H200)"
    assert memory(24.0, on_gpu).gib == 24.0
    assert memory(None, use_gpu([{"model": "chat", "engine": "openai"}])) == machine
    monkeypatch.setitem(sys.modules, "torch", FakeTorch(None))
    assert memory(None, on_gpu) == machine
