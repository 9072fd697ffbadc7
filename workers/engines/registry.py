"""The engines a worker can be told to run, by name; nothing of them is imported before it is asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from workers.engines.protocol import Engine

NO_GPU = "no-gpu"  # stands for every engine that needs no GPU and whose packages are there


class UnknownEngine(ValueError):
    """A name that no engine has."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = sorted(known)
        super().__init__(f"there is no engine {name!r}; known are: {', '.join(self.known)}")


class NotInstalled(ValueError):
    """The engine is known, but packages that it needs are not here."""

    def __init__(self, name: str, missing: Sequence[str], remedy: str) -> None:
        packages = ", ".join(missing)
        super().__init__(f"the engine {name!r} needs packages that are not here: {packages}; {remedy}")


class BadProgram(ValueError):
    """The program that an engine was told to run is not there, or cannot do what is needed."""


class BadTable(ValueError):
    """A model of tessera.toml that its engine cannot serve, or an engine that is told of none."""


Table = Mapping[str, Any]  # of tessera.toml: `model`, `engine`, and what the engine must know of it


OWN_BUILDS = ("torch",)  # no extra brings them: which build it is depends on the machine's GPU


@dataclass(frozen=True, slots=True)
class Entry:
    """Where an engine's class is, and what must be installed for it beside the base. `of_tables`: it makes the models
    that tessera.toml tells it of; its class is called with their tables. `runs_ffmpeg`: its class is called with the
    program that is configured, or None. `on_gpu`: it runs on this machine's GPU, if there is one."""

    where: str
    no_gpu: bool = False
    of_tables: bool = False
    runs_ffmpeg: bool = False
    on_gpu: bool = False
    packages: tuple[str, ...] = ()
    extra: str = ""  # of this project; it brings the packages, but for those of OWN_BUILDS

    @property
    def installed(self) -> bool:
        return not self.missing

    @property
    def missing(self) -> list[str]:
        return [package for package in self.packages if find_spec(package) is None]

    @property
    def remedy(self) -> str:
        """What brings all that is missing."""
        own = [package for package in self.missing if package in OWN_BUILDS]
        steps = [f"the extra {self.extra!r}"] if len(own) < len(self.missing) else []
        steps += [f"{package}, the build that its site names for this machine" for package in own]
        return "install " + ", then ".join(steps)


ENGINES: Mapping[str, Entry] = {
    "painter": Entry("workers.engines.painter.engine:PainterEngine", no_gpu=True),
    "animator": Entry("workers.engines.animator.engine:AnimatorEngine", no_gpu=True),
    "composer": Entry("workers.engines.composer.engine:ComposerEngine", no_gpu=True),
    "writer": Entry("workers.engines.writer.engine:WriterEngine", no_gpu=True),
    "speaker": Entry(
        "workers.engines.speaker.engine:SpeakerEngine", no_gpu=True, packages=("espeakng_loader",), extra="speech"
    ),
    "diffusers": Entry(
        "workers.engines.diffusers.engine:DiffusersEngine",
        of_tables=True,
        on_gpu=True,
        packages=("torch", "diffusers", "transformers", "accelerate"),
        extra="diffusers",
    ),
    "compose": Entry(
        "workers.engines.compose.engine:ComposeEngine",
        no_gpu=True,
        runs_ffmpeg=True,
        packages=("imageio_ffmpeg", "font_roboto", "font_source_serif_pro"),
        extra="compose",
    ),
    "comfyui": Entry("workers.engines.comfyui.engine:ComfyEngine", of_tables=True),
    "openai": Entry("workers.engines.openai.engine:OpenAIEngine", of_tables=True),
    "instant": Entry("workers.engines.instant:InstantEngine"),
    "together": Entry("workers.engines.instant:TogetherEngine"),
}


def engines(names: Iterable[str], tables: Sequence[Table] = (), ffmpeg: Path | None = None) -> list[Engine]:
    """One engine for each distinct name, in the order given, then those of the tables; raises UnknownEngine,
    NotInstalled, BadTable or BadProgram at once."""
    named = [*(each for name in names for each in meant(name)), *(table["engine"] for table in tables)]
    factories = [(name, factory(name)) for name in dict.fromkeys(named)]
    return [
        made(name, make, [table for table in tables if table["engine"] == name], ffmpeg) for name, make in factories
    ]


def made(name: str, make: Callable[..., Engine], tables: Sequence[Table], ffmpeg: Path | None = None) -> Engine:
    if not ENGINES[name].of_tables:
        if tables:
            raise BadTable(f"{tables[0]['model']}: the engine {name!r} has its own models, and takes no others")
        return make(ffmpeg) if ENGINES[name].runs_ffmpeg else make()
    if not tables:
        raise BadTable(f"the engine {name!r} needs a model in tessera.toml: [[models]] with engine = {name!r}")
    try:
        return make(tables)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where, what = ".".join(map(str, wrong["loc"])), wrong["msg"].removeprefix("Value error, ")
        raise BadTable(f"a model of {name!r}: {where}: {what}") from None


def meant(name: str) -> list[str]:
    """The engines that a name stands for."""
    if name != NO_GPU:
        return [name]
    return [each for each, entry in ENGINES.items() if entry.no_gpu and entry.installed]


def use_gpu(tables: Iterable[Table]) -> bool:
    """Whether one of these models would run on a GPU of this machine."""
    return any(table["engine"] in ENGINES and ENGINES[table["engine"]].on_gpu for table in tables)


def not_installed() -> dict[str, str]:
    """The engines whose packages are not here, with the extra that brings them."""
    return {name: entry.extra for name, entry in ENGINES.items() if not entry.installed}


def remedies() -> dict[str, str]:
    """What makes each of these engines whole, in words."""
    return {name: entry.remedy for name, entry in ENGINES.items() if not entry.installed}


def not_configured(used: Iterable[str]) -> list[str]:
    """The engines that wait for a model in tessera.toml, and for nothing else."""
    return [name for name, entry in ENGINES.items() if entry.of_tables and entry.installed and name not in set(used)]


def factory(name: str) -> Callable[..., Engine]:
    """The class of the engine called `name`."""
    entry = ENGINES.get(name)
    if entry is None:
        raise UnknownEngine(name, [*ENGINES, NO_GPU])
    if not entry.installed:
        raise NotInstalled(name, entry.missing, entry.remedy)
    module, _, attribute = entry.where.partition(":")
    return cast(Callable[..., Engine], getattr(import_module(module), attribute))
