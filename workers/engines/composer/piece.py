"""One piece of music, from its order to the file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from workers.engines.composer.instruments import RATE
from workers.engines.composer.mixing import Mix
from workers.engines.composer.moods import MOODS
from workers.engines.composer.score import notes, plan
from workers.engines.painter.dice import Dice
from workers.engines.protocol import Made
from workers.media.sound_file import write_sound
from workers.media.tags import tags
from workers.media.waveform import waveform

if TYPE_CHECKING:
    from workers.engines.composer.engine import Order

PLAYED, MIXED = 0.55, 0.9  # of the work


def compose(order: "Order", model: str, path: Path, progress: Callable[[float], None]) -> Made:
    """Reports after each bar."""
    mood = MOODS[order.mood]
    dice = Dice(f"{order.prompt}\x1e{mood.name}", order.seed)
    score = plan(mood, order.seconds, order.tempo, dice)
    mix = Mix(order.seconds, score.tempo)
    bars = len(score.chords)
    progress(0.0)
    for number, bar in enumerate(notes(score, dice), start=1):
        mix.play(bar)
        progress(PLAYED * number / bars)
    sound = mix.finished(mood.wet, lambda part: progress(PLAYED + (MIXED - PLAYED) * part))
    metadata = {
        "model": model,
        "seed": order.seed,
        "prompt": order.prompt,
        "mood": mood.name,
        "tempo": round(score.tempo, 1),
    }
    write_sound(path, sound, RATE, order.format, tags(metadata, "Tessera composer"), lambda: progress(MIXED))
    progress(1.0)
    look = waveform(sound, RATE)
    return Made(path, "audio", order.format, duration_seconds=order.seconds, metadata=metadata, look=look)
