"""What is installed is what pyproject.toml pins, and everything that is installed is pinned."""

import tomllib
from collections.abc import Iterator
from importlib.metadata import distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
PINS = [Requirement(line) for line in PYPROJECT["tool"]["uv"]["constraint-dependencies"]]
TOOLS = {"pip", "setuptools", "tessera", "uv", "wheel"}  # of the environment, not of ours
INSTALLED = {canonicalize_name(found.name): found.version for found in distributions()}


def brought_by(name: str) -> Iterator[str]:
    """A package that is installed, and what it needs."""
    if name in INSTALLED:
        yield name
        for line in requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": ""}):
                yield from brought_by(canonicalize_name(needed.name))


def test_every_pin_is_exact() -> None:
    assert [str(pin) for pin in PINS if [one.operator for one in pin.specifier] != ["=="]] == []


def test_everything_installed_is_pinned() -> None:
    free = TOOLS | set(brought_by("torch"))  # whoever runs the engine `diffusers` chooses it
    assert set(INSTALLED) - {canonicalize_name(pin.name) for pin in PINS} - free == set()


def test_what_is_installed_is_what_is_pinned() -> None:
    pinned = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in PINS
        if pin.marker is None or pin.marker.evaluate()
    }
    both = INSTALLED.keys() & pinned.keys()

    assert {name: INSTALLED[name] for name in both} == {name: pinned[name] for name in both}


def test_every_dependency_we_name_is_pinned() -> None:
    groups = PYPROJECT["dependency-groups"].values()
    extras = PYPROJECT["project"]["optional-dependencies"].values()
    named = [*PYPROJECT["project"]["dependencies"], *(line for lines in (*groups, *extras) for line in lines)]

    assert {canonicalize_name(Requirement(line).name) for line in named} <= {canonicalize_name(p.name) for p in PINS}
