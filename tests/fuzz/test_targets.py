"""The corpora, and what the fuzzers once found, hold: the same inputs without the fuzzer."""

from importlib import import_module
from pathlib import Path

import pytest

from tests.fuzz.__main__ import FOLDER, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_of_the_corpus_holds(name: str) -> None:
    target = import_module(f"tests.fuzz.targets.{name}")
    inputs = sorted((FOLDER / "corpus" / name).iterdir())

    assert len(inputs) >= 5
    for path in inputs:
        target.one_input(Path(path).read_bytes())
