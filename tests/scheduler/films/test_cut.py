"""What a film is once its clips are known: how long, of what, or why it cannot be made."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import ValidationError

from scheduler.errors import Code, Refusal
from scheduler.films.model import Cut, Film, Material, cut
from scheduler.jobs.model import JobRequest

A, B, PICTURE, SOUND = (UUID(int=number) for number in range(1, 5))
FOUND = {
    A: Material(A, "video", "a.mp4", 640, 360, 4.0, False),
    B: Material(B, "video", "b.mp4", 1024, 576, 6.0, False),
    PICTURE: Material(PICTURE, "image", "p.png", 300, 400, None, False),
    SOUND: Material(SOUND, "audio", "s.ogg", None, None, 20.0, False),
}


def film(*clips: Any, **more: Any) -> Film:
    return Film.model_validate({"clips": [{"id": c} if isinstance(c, UUID) else c for c in clips], **more})


def made(*clips: Any, **more: Any) -> Cut:
    answer = cut(film(*clips, **more), FOUND)
    assert isinstance(answer, Cut), answer
    return answer


def faults(*clips: Any, **more: Any) -> dict[str, str]:
    answer = cut(film(*clips, **more), FOUND)
    assert isinstance(answer, Refusal)
    assert answer.code is Code.INVALID_REQUEST
    errors: Any = answer.facts["errors"]
    return {error["loc"].removeprefix("request.film."): error["msg"] for error in errors}


def test_a_film_is_as_long_as_its_clips_less_what_their_fades_share() -> None:
    assert made(A, B).seconds == 9.5
    assert made(A, B, fade_seconds=0).seconds == 10
    assert made({"id": A, "from_seconds": 1}, {"id": PICTURE, "seconds": 2}, {"id": B, "seconds": 1.5}).seconds == 5.5
    assert made(A, fade_seconds=3).seconds == 4  # nothing to fade into


def test_it_has_the_size_of_its_first_clip_and_the_paths_of_all_it_is_made_of() -> None:
    one = made(A, {"id": PICTURE, "seconds": 2}, A, music={"id": SOUND})

    assert (one.width, one.height) == (640, 360)
    assert one.params()["inputs"] == {str(A): "a.mp4", str(PICTURE): "p.png", str(SOUND): "s.ogg"}
    assert [clip["seconds"] for clip in one.params()["film"]["clips"]] == [4, 2, 4]
    assert one.shaping(None, None) == {"model": "compose", "seconds": 9, "width": 640, "height": 360}
    assert "width" not in one.shaping(64, None)


def test_what_a_worker_is_told_is_again_what_could_be_asked_for() -> None:
    told = made(A, B, texts=[{"words": "By the sea"}], music={"id": SOUND}).params()["film"]

    assert cut(Film.model_validate(told), FOUND) == made(A, B, texts=[{"words": "By the sea"}], music={"id": SOUND})


def test_what_cannot_be_made_is_said_by_its_place() -> None:
    assert faults(A, PICTURE) == {"clips.1": "is a picture: say for how many seconds it is shown"}
    assert faults(SOUND) == {"clips.0": "must be a video or a picture; this is a sound"}
    assert faults({"id": A, "seconds": 5}) == {"clips.0": "goes beyond the end of this video, which is 4.00 s long"}
    assert "goes beyond" in faults({"id": A, "from_seconds": 9})["clips.0"]
    short = {"id": A, "seconds": 0.8}
    assert faults(B, short, B) == {"clips.1": "is 0.8 s long, too short for 2 fades of 0.5 s"}
    assert faults(A, music={"id": B}) == {"music": "must be a sound; this is a video"}
    assert "begins after" in faults(A, music={"id": SOUND, "from_seconds": 20})["music"]
    late = faults(A, texts=[{"words": "x", "from_seconds": 4}, {"words": "y", "from_seconds": 2, "until_seconds": 1}])
    assert list(late) == ["texts.0.from_seconds", "texts.1.until_seconds"]


def test_many_clips_are_for_smaller_films() -> None:
    one = made(*[A] * 10)

    assert one.too_heavy(None, None) is None
    assert one.too_heavy(1920, 1080) is None
    refused = one.too_heavy(2048, None)
    assert refused is not None
    assert refused.facts["errors"] == [
        {"loc": "request.film.clips", "msg": "are too many for 2048 × 2048 pixels: at most 9 of this size"}
    ]


def test_what_is_not_there_is_named() -> None:
    gone = {**FOUND, B: Material(B, "video", "", 1024, 576, 6.0, True)}

    assert cut(film(A, B), gone) == Refusal(Code.GONE, {"what": "clip 2", "id": str(B)})
    stranger = uuid4()
    assert cut(film(A, music={"id": stranger}), FOUND) == Refusal(
        Code.NOT_FOUND, {"what": "music", "id": str(stranger)}
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"clips": []},
        {"clips": [{"id": str(A)}] * 21},
        {"clips": [{"id": "../../etc/passwd"}]},
        {"clips": [{"id": str(A), "seconds": 0.1}]},
        {"clips": [{"id": str(A), "path": "/etc/passwd"}]},
        {"fade_seconds": 6},
        {"fps": 60},
        {"texts": [{"words": " "}]},
        {"texts": [{"words": "x" * 201}]},
        {"texts": [{"words": "a\x1bb"}]},
        {"texts": [{"words": "x", "colour": "red:x=1"}]},
        {"texts": [{"words": "x", "font": "/etc/passwd"}]},
        {"texts": [{"words": "x", "position": "0:y=0"}]},
        {"music": {"id": str(SOUND), "gain_db": 100}},
    ],
)
def test_nothing_beyond_its_bounds_is_a_film(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Film.model_validate({"clips": [{"id": str(A)}], **wrong})


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"capability": "image"}, "a film is a video"),
        ({"model": "animator"}, "made by the model compose"),
        ({"format": "ogg"}, "format of a film is mp4 or hls"),
        ({"seconds": 4}, "seconds is nothing that a film has"),
        ({"picture": str(A)}, "picture is nothing that a film has"),
        ({"count": 2}, "count of a film is 1"),
        ({"film": None, "format": "hls"}, "format hls is for a film"),
    ],
)
def test_what_does_not_go_with_a_film_is_refused(request_: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        JobRequest.model_validate(
            {"capability": "video", "prompt": "x", "film": {"clips": [{"id": str(A)}]}, **request_}
        )
