"""A short round of the fault machine; its seed is printed, and may be given by FAULTS_SEED."""

import os
from pathlib import Path

import pytest

from tests.faults.round import Size, play

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

SEED = "232"  # twelve faults of ten kinds
SHORT = Size(jobs=100, faults=12, spacing=0.7, longest_wait=4, patience=90.0)


async def test_a_short_round_loses_nothing(tmp_path: Path) -> None:
    seed = os.environ.get("FAULTS_SEED", SEED)
    print(f"seed {seed}: FAULTS_SEED={seed} repeats its script and its faults")
    report = await play(tmp_path, seed, SHORT)
    print("\n".join([report.table(), *report.story]))

    assert report.is_clean, report.table()
    assert report.faults == SHORT.faults
    assert report.jobs >= SHORT.jobs
