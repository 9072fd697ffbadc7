"""The composer: the mood is in the words, the same seed gives the same bytes, the file has its level."""

from pathlib import Path

import av
import numpy as np
import pytest

from workers.engines.composer.engine import ComposerEngine, checked
from workers.engines.composer.moods import MOODS
from workers.engines.composer.score import notes, plan
from workers.engines.painter.dice import Dice
from workers.engines.protocol import BadRequest, Cancelled, Made, Report, Stopped, Task
from workers.media.loudness import TARGET_LUFS, loudness


def make(folder: Path, prompt: str = "calm evening", report: Report | None = None, **params: object) -> Made:
    folder.mkdir(exist_ok=True)
    task = Task("job", 1, "audio", "composer", {"prompt": prompt, "seed": 7, "seconds": 3, **params}, folder)
    [made] = ComposerEngine().run([task], report or (lambda task, fraction, preview=None: None))
    if isinstance(made, Stopped):
        raise made
    return made[0]


def decoded(path: Path) -> tuple[np.ndarray, int, str]:
    """Samples (channels, n), their rate and the codec."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        frames = [frame for packet in file.demux(stream) for frame in packet.decode()]
        resampler = av.AudioResampler(format="fltp", layout=stream.layout.name, rate=stream.rate)
        pieces = [piece.to_ndarray() for frame in frames for piece in resampler.resample(frame)]
        return np.concatenate(pieces, axis=1).astype(np.float32), stream.rate, stream.codec_context.name


@pytest.mark.parametrize(
    ("words", "mood", "tempo"),
    [
        ("a calm evening at 90 bpm", "calm", 90),
        ("весёлая летняя музыка", "bright", None),
        ("ein dunkler Wald in der Nacht", "dark", None),
        ("a heroic battle in the mountains", "epic", None),
        ("funny jazz for my cat, 120 BPM", "playful", 120),
    ],
)
def test_mood_and_tempo_are_found_in_the_words(words: str, mood: str, tempo: int | None) -> None:
    order = checked({"prompt": words, "seed": 1}, 0)

    assert (order.mood, order.tempo) == (mood, tempo)


def test_what_is_chosen_wins_over_the_words() -> None:
    order = checked({"prompt": "calm at 60 bpm", "seed": 1, "mood": "driving", "tempo": 125, "format": "mp3"}, 0)

    assert (order.mood, order.tempo, order.format) == ("driving", 125, "mp3")


@pytest.mark.parametrize("wish", [{"mood": "hungry"}, {"tempo": 500}, {"format": "wav"}, {"seconds": 9000}])
def test_what_cannot_be_made_is_a_bad_request(wish: dict[str, object]) -> None:
    with pytest.raises(BadRequest):
        checked({"prompt": "x", "seed": 1, **wish}, 0)


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_keeps_to_its_scale_and_ends_where_it_began(mood: str) -> None:
    for seed in range(5):
        dice = Dice(mood, seed)
        score = plan(MOODS[mood], 20.0, None, dice)
        bars = list(notes(score, dice))
        tuned = [
            note for bar in bars for note in bar if note.instrument not in ("kick", "drum", "snare", "hat", "shaker")
        ]
        assert {(note.pitch - score.root) % 12 for note in tuned} <= set(MOODS[mood].scale)
        assert score.chords[-1] == 0
        assert 15.0 < len(bars) * 4 * 60 / score.tempo < 20.0


def test_the_same_seed_makes_the_same_bytes_and_another_another(tmp_path: Path) -> None:
    first, again, other = (
        make(tmp_path / name, seed=seed).path.read_bytes() for name, seed in (("a", 7), ("b", 7), ("c", 8))
    )

    assert first == again
    assert first != other


@pytest.mark.parametrize(("kind", "codec", "rate"), [("ogg", "opus", 48_000), ("mp3", "mp3float", 44_100)])
def test_the_file_has_the_level_people_expect_and_does_not_clip(
    tmp_path: Path, kind: str, codec: str, rate: int
) -> None:
    made = make(tmp_path, "bright", format=kind)
    sound, decoded_rate, name = decoded(made.path)

    assert (decoded_rate, name, sound.shape[0], made.format) == (rate, codec, 2, kind)
    assert sound.shape[1] / rate == pytest.approx(3.0, abs=0.1)
    assert loudness(sound, rate) == pytest.approx(TARGET_LUFS, abs=0.5)
    assert np.abs(sound).max() < 1.0
    assert made.look is not None
    assert made.metadata["mood"] == "bright"


def test_it_stops_within_a_bar(tmp_path: Path) -> None:
    told: list[float] = []

    def cancel(task: Task, fraction: float, preview: object = None) -> None:
        told.append(fraction)
        if len(told) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        make(tmp_path, report=cancel)
    assert len(told) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_cancel_is_heard_all_the_time_that_it_is_mixed_and_written(tmp_path: Path) -> None:
    told: list[float] = []
    make(tmp_path, report=lambda task, fraction, preview=None: told.append(fraction), seconds=10, format="mp3")

    assert told == sorted(told)
    assert sum(0.55 <= fraction < 0.9 for fraction in told) >= 15  # each transform of a channel has its look
    assert sum(fraction == 0.9 for fraction in told) >= 10  # each second that is written
