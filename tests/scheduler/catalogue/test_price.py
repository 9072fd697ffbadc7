"""What requests cost, by capability."""

from decimal import Decimal

import pytest

from scheduler.catalogue.model import Capability, Model, Work, price


def model(capability: Capability, tokens: str = "2") -> Model:
    return Model("m", "m", "", capability, Decimal(tokens), 1024, 1024, 1, True)


@pytest.mark.parametrize(
    ("capability", "work", "cost"),
    [
        (Capability.IMAGE, Work(width=64, height=64), "2"),
        (Capability.IMAGE, Work(width=1024, height=1024, steps=50, count=3), "6"),
        (Capability.IMAGE, Work(width=1024, height=1032), "2.50"),
        (Capability.IMAGE, Work(width=2048, height=1024, steps=75), "6"),
        (Capability.VIDEO, Work(width=512, height=512), "2"),
        (Capability.VIDEO, Work(width=512, height=512, seconds=4.1), "10"),
        (Capability.VIDEO, Work(width=2048, height=1024, seconds=2), "8"),
        (Capability.AUDIO, Work(seconds=10), "2"),
        (Capability.AUDIO, Work(seconds=30.5, count=2), "16"),
        (Capability.TEXT, Work(characters=4000), "2"),
        (Capability.TEXT, Work(characters=4001), "4"),
        (Capability.TEXT, Work(characters=4001, tokens=900), "2"),
    ],
)
def test_work_is_paid_by_the_unit_of_its_capability(capability: Capability, work: Work, cost: str) -> None:
    assert price(model(capability), work) == Decimal(cost)


def test_a_fraction_of_a_hundredth_is_rounded_up() -> None:
    assert price(model(Capability.IMAGE, "0.01"), Work(width=1024, height=1032)) == Decimal("0.02")
