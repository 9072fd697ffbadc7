"""What a job is told of its parent: nothing, unless it is to be like it."""

from typing import Any
from uuid import uuid4

import pytest

from scheduler.jobs.lineage import Parent, inherited, is_unseen
from scheduler.jobs.model import JobRequest

SMALL, LARGE = (512, 512), (1024, 1024)
OF_A_FOX = {"prompt": "a fox", "seed": 8, "width": 512, "height": 512}
VARIED = {**OF_A_FOX, "parent_seed": 3, "strength": 0.35}
ENLARGED = {**OF_A_FOX, "width": 768, "height": 768, "drawn_width": 512, "drawn_height": 512}


@pytest.mark.parametrize(
    ("parent", "asked", "size", "told"),
    [
        (OF_A_FOX, {}, SMALL, {}),
        (OF_A_FOX, {"seed": 9}, SMALL, {}),
        (OF_A_FOX, {"seed": 8}, SMALL, {}),
        (OF_A_FOX, {"seed": 8}, LARGE, {"drawn_width": 512, "drawn_height": 512}),
        (OF_A_FOX, {"seed": 8}, None, {}),
        (OF_A_FOX, {"strength": 0.2}, SMALL, {"parent_seed": 8}),
        (OF_A_FOX, {"strength": 0.2, "picture": uuid4()}, SMALL, {}),
        (VARIED, {}, SMALL, {}),
        (VARIED, {"seed": 8}, SMALL, {"parent_seed": 3, "strength": 0.35}),
        (VARIED, {"strength": 0.2}, SMALL, {"parent_seed": 8}),
        (ENLARGED, {"seed": 8}, (768, 768), {"drawn_width": 512, "drawn_height": 512}),
        (ENLARGED, {"seed": 8}, LARGE, {"drawn_width": 512, "drawn_height": 512}),
        ({**OF_A_FOX, "picture": "some", "strength": 0.6}, {"seed": 8}, LARGE, {}),
        ({"prompt": "a tune"}, {"strength": 0.2}, None, {}),
    ],
)
def test_a_parent_is_only_followed_by_a_strength_or_its_own_seed(
    parent: dict[str, Any], asked: dict[str, Any], size: tuple[int, int] | None, told: dict[str, Any]
) -> None:
    request = JobRequest(prompt="a fox", parent_id=uuid4(), **asked)
    assert inherited(request, Parent(parent), size) == told


def test_without_a_parent_there_is_nothing_to_follow() -> None:
    assert inherited(JobRequest(prompt="a fox", seed=8, strength=0.2), None, SMALL) == {}


@pytest.mark.parametrize(
    ("asked", "parent", "unseen"),
    [
        ({"strength": 0.2}, Parent({}, own=False), True),
        ({"strength": 0.2}, Parent(OF_A_FOX, own=False), False),
        ({"strength": 0.2}, Parent({}, own=True), False),
        ({"strength": 0.2, "picture": uuid4()}, Parent({}, own=False), False),  # it stays close to that
        ({}, Parent({}, own=False), False),
    ],
)
def test_only_what_would_be_like_another_s_unseen_result_is_turned_down(
    asked: dict[str, Any], parent: Parent, unseen: bool
) -> None:
    assert is_unseen(JobRequest(prompt="a fox", parent_id=uuid4(), **asked), parent) is unseen
