"""A signed button is believed in its chat; whatever was changed of it is not."""

import pytest

from bots.telegram.seal import LONGEST_DATA, Seal

SEAL = Seal.of("42:a token")
JOB = "ab" * 16
DATA = f"animate:{JOB}:8123456789"


def test_what_was_signed_is_ours_and_fits_a_button() -> None:
    whole = SEAL.signed(DATA, -7)

    assert whole.startswith(DATA + ":")
    assert len(whole) <= LONGEST_DATA
    assert SEAL.is_ours(whole, -7)
    assert Seal.of("42:a token").is_ours(whole, -7)  # another process of the same bot


@pytest.mark.parametrize(
    "whole",
    [
        "",
        "again",
        DATA,
        DATA + ":",
        DATA + ":я",
        DATA + ":\ud83d",
        "\ud83d:" + DATA,
        SEAL.signed(DATA, -7)[:-1],
        SEAL.signed(DATA, -7).replace("animate", "more"),
        SEAL.signed(DATA, -7).replace("8123456789", "8123456780"),
        SEAL.signed(DATA, -8),
        Seal.of("42:another token").signed(DATA, -7),
    ],
)
def test_what_was_changed_or_made_up_is_not(whole: str) -> None:
    assert not SEAL.is_ours(whole, -7)


def test_what_leaves_no_room_is_not_signed() -> None:
    longest = f"animate:{JOB}:{2**52}"

    assert SEAL.signed(longest, -7) == longest
