"""Any words give a request or a mistake that can be worded."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots import buttons, commands, repeats
from bots.buttons import Action
from bots.commands import SIZES, CommandError, Mistake, parse_imagine
from scheduler.jobs.model import PROMPT_LIMIT, SEED_LIMIT, JobRequest
from tests.bots.studio import a_job

PIECES = st.sampled_from(
    ["--size", "--seed", "--model", "--count", "--", "—", "—seed", "–size", "=", ":", " ", "\n", "\t", "wide",
     "1024x768", "7", "-1", "99999999999999999999", "a fox", "é", "😀", "\x00", "\u200b", "٣", "x", "--foo", "—red—"]
)  # fmt: skip


def mistake(text: str) -> Mistake:
    with pytest.raises(CommandError) as caught:
        parse_imagine(text)
    return caught.value.code


def test_plain_words_are_the_prompt() -> None:
    assert parse_imagine("  a red sunset over the sea ") == JobRequest(prompt="a red sunset over the sea")


@pytest.mark.parametrize(
    "text",
    [
        "a fox --size wide --seed 7 --model SDXL --count 2",
        "--seed=7 a fox --size: wide --model=SDXL --count 2",
        "a fox —seed 7 —size wide –model SDXL —count 2",
        "a fox --SIZE Wide --seed 9 --seed 7 --model SDXL --count 2",
    ],
)
def test_flags_stand_anywhere_and_the_last_one_counts(text: str) -> None:
    wanted = JobRequest(prompt="a fox", width=1024, height=576, seed=7, model="SDXL", count=2)
    assert parse_imagine(text) == wanted


def test_lines_of_a_prompt_stay_lines() -> None:
    assert parse_imagine("a fox\nin the snow --seed 7\n\nat night").prompt == "a fox\nin the snow\n\nat night"


@pytest.mark.parametrize(
    "text", ["a — b", "a fox —red and quick— in snow", "well-lit, non--stop", "a–z", "-- a fox", "2 - 1", "--1 a"]
)
def test_dashes_of_ordinary_prose_stay(text: str) -> None:
    assert parse_imagine(text).prompt == text


@pytest.mark.parametrize(
    ("value", "size"),
    [*SIZES.items(), ("640x960", (640, 960)), ("640×960", (640, 960)), ("1000", (1000, 1000)), ("100X203", (96, 200))],
)
def test_sizes(value: str, size: tuple[int, int]) -> None:
    request = parse_imagine(f"x --size {value}")
    assert (request.width, request.height) == size


def test_every_size_word_fits_the_free_plan() -> None:
    assert all(max(size) <= 1024 and size[0] % 8 == size[1] % 8 == 0 for size in SIZES.values())


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", Mistake.PROMPT_EMPTY),
        (" \n\t ", Mistake.PROMPT_EMPTY),
        ("--seed 7", Mistake.PROMPT_EMPTY),
        ("--no blur", Mistake.PROMPT_EMPTY),
        ("a fox --no", Mistake.VALUE_MISSING),
        ("a fox --no " + "x" * 2001, Mistake.NEGATIVE_TOO_LONG),
        ("a fox --strength 1.1", Mistake.BAD_STRENGTH),
        ("a fox --strength near", Mistake.BAD_STRENGTH),
        ("a fox --steps 0", Mistake.BAD_STEPS),
        ("a fox --steps 20.5", Mistake.BAD_STEPS),
        ("x" * 100_000, Mistake.PROMPT_TOO_LONG),
        ("a fox --stlye wide", Mistake.UNKNOWN_FLAG),
        ("a fox --seed", Mistake.VALUE_MISSING),
        ("a fox --seed --size wide", Mistake.VALUE_MISSING),
        ("a fox --size big", Mistake.BAD_SIZE),
        ("a fox --size 10x10", Mistake.SIZE_OUT_OF_RANGE),
        ("a fox --size 99999x64", Mistake.SIZE_OUT_OF_RANGE),
        ("a fox --seed -1", Mistake.BAD_SEED),
        ("a fox --seed 1.5", Mistake.BAD_SEED),
        (f"a fox --seed {SEED_LIMIT + 1}", Mistake.BAD_SEED),
        ("a fox --seed " + "9" * 10_000, Mistake.BAD_SEED),
        ("a fox --count 0", Mistake.BAD_COUNT),
        ("a fox --count 5", Mistake.BAD_COUNT),
        ("a fox --model " + "m" * 101, Mistake.BAD_MODEL),
    ],
)
def test_mistakes(text: str, wrong: Mistake) -> None:
    assert mistake(text) is wrong


@pytest.mark.parametrize(
    ("text", "negative", "strength", "steps"),
    [
        ("a fox --no blur, text --steps 30", "blur, text", None, 30),
        ("--no blur\na fox --strength 0,4", "blur", 0.4, None),
        ("a fox --strength .5 —no a--b —seed 3", "a--b", 0.5, None),
        ("a fox — no blur", None, None, None),
    ],
)
def test_what_to_keep_out_goes_on_to_the_next_flag_or_line(
    text: str, negative: str | None, strength: float | None, steps: int | None
) -> None:
    request = parse_imagine(text)

    assert (request.negative, request.strength, request.steps) == (negative, strength, steps)
    assert request.prompt == ("a fox" if negative else text)


def test_the_bounds_of_a_seed_are_in() -> None:
    assert parse_imagine("x --seed 0").seed == 0
    assert parse_imagine(f"x --seed {SEED_LIMIT}").seed == SEED_LIMIT


@pytest.mark.parametrize("text", [" " * 100_000 + "x", "--" * 50_000, "--a" * 30_000, "— " * 50_000, "\n" * 100_000])
@pytest.mark.timeout(5)
def test_no_text_of_any_shape_takes_long(text: str) -> None:
    try:
        parse_imagine(text)
    except CommandError:
        return


@given(st.text() | st.lists(PIECES, max_size=12).map("".join) | st.lists(PIECES, max_size=12).map(" ".join))
@example("x --seed \ud800")
def test_any_words_give_a_request_or_a_mistake(text: str) -> None:
    try:
        request = parse_imagine(text)
    except CommandError:
        return
    assert 1 <= len(request.prompt) <= PROMPT_LIMIT
    assert request.prompt == request.prompt.strip()
    assert all(side % 8 == 0 for side in (request.width, request.height) if side)


def test_again_takes_a_new_seed_and_retry_the_same() -> None:
    job = a_job(seed=7, count=2)
    assert repeats.again(job).seed is None
    assert repeats.again(job).count == 2
    assert repeats.retry(job).seed == 7
    assert repeats.retry(job).parent_id == job.id


def test_a_variation_stays_close_to_its_parent() -> None:
    request = repeats.variation(a_job(count=4))
    assert request.parent_id is not None
    assert 0 < (request.strength or 0) < 1
    assert request.count == 1


@pytest.mark.parametrize(
    ("size", "limit", "larger"),
    [
        ((512, 512), 1024, (1024, 1024)),
        ((768, 1024), 1536, (1152, 1536)),
        ((1024, 576), 4096, (2048, 1152)),
        ((1024, 1024), 1024, None),
        ((2048, 1024), 1024, None),
    ],
)
def test_larger_doubles_as_far_as_the_plan_allows(
    size: tuple[int, int], limit: int, larger: tuple[int, int] | None
) -> None:
    request = repeats.larger(a_job(width=size[0], height=size[1], seed=7), limit)
    assert (request and (request.width, request.height)) == larger
    assert request is None or request.seed == 7


def test_a_request_is_mended_for_a_plan() -> None:
    request = parse_imagine("x --size 4096x2048 --model flux-dev")
    mended = repeats.fitted(repeats.with_model(request, "sdxl"), 1024)
    assert (mended.width, mended.height, mended.model) == (1024, 512, "sdxl")


@pytest.mark.parametrize(
    ("press", "change"),
    [
        ("use:sdxl", {"model": "sdxl"}),
        ("fit:512", {"width": 512, "height": 256}),
        ("fewer:1", {"count": 1}),
        ("fewer:9", {"count": 3}),
        ("shorter:8", {"seconds": 8.0}),
        ("shorter:9999", {"seconds": 600.0}),
        ("briefer:700", {"max_tokens": 700}),
        ("briefer:999999", {"max_tokens": 100_000}),
    ],
)
def test_a_button_changes_what_it_names_and_nothing_else(press: str, change: dict[str, object]) -> None:
    request = parse_imagine("x --size 1024x512 --count 3")
    read = buttons.read(press)
    assert read
    assert repeats.mended(request, *read) == request.model_copy(update=change)


def test_a_press_can_be_read_for_ever() -> None:
    job = a_job()
    for action in Action:
        data = buttons.press(action, job.id)
        assert len(data.encode()) <= 64
        read = buttons.read(data)
        assert read == (action, job.id.hex)
        assert buttons.job_id(job.id.hex) == job.id
    assert buttons.read("nonsense:1") is None
    assert buttons.read("") is None
    assert buttons.job_id("x") is None


def test_half_an_emoji_is_no_reason_to_fail() -> None:
    request = commands.parse_imagine("a fox \ud83d --model x\udc9a")

    assert (request.prompt, request.model) == ("a fox ?", "x?")
