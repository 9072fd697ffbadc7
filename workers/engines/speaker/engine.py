"""The engine `speaker`: reads words aloud by eSpeak NG, in the languages it has."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence

from workers.engines.protocol import (
    BadRequest,
    Broken,
    Made,
    ModelOffer,
    Progress,
    Report,
    Result,
    Task,
    each,
    one_by_one,
)

MODEL = "speaker"
SPEEDS, PITCHES = (148, 178), (36, 56)  # words a minute, and eSpeak's own unit; the seed chooses between them
LOOK_SECONDS = 0.05  # between two looks at a cancel
NO_VOICE = 4  # the exit code of `voice`
PROGRAM = (sys.executable, "-m", "workers.engines.speaker.voice")


class SpeakerEngine:
    """A process of its own for each text: GPL stays there, and what crashes there harms nothing here."""

    name = "speaker"

    def offers(self) -> Iterable[ModelOffer]:
        yield ModelOffer(MODEL, "audio", "speaker (eSpeak NG)", max_side=8192, memory_gib=0.2, no_gpu=True)

    def load(self, model: str) -> None:
        """The process that speaks loads what it needs."""

    def unload(self, model: str) -> None:
        """Nothing was loaded."""

    def run(self, tasks: Sequence[Task], report: Report) -> Sequence[Result]:
        return one_by_one(tasks, report, self.make)

    def make(self, task: Task, progress: Progress) -> list[Made]:
        """One reading for each of the task's count."""
        return each(task, progress, lambda index, progress: read_aloud(task, index, progress))


def read_aloud(task: Task, index: int, progress: Progress) -> Made:
    import numpy as np

    from workers.engines.speaker.tongue import language
    from workers.media.loudness import normalised
    from workers.media.sound_file import write_sound
    from workers.media.tags import tags
    from workers.media.waveform import waveform

    text = str(task.params.get("prompt", "")).replace("\0", " ")
    if not text.strip():
        raise BadRequest("prompt_empty", "there are no words to read")
    seed = int(task.params.get("seed", 0)) + index
    voice = str(task.params.get("voice") or language(text))
    rate, samples = spoken(text, voice, seed, lambda: progress(0.0, None))
    sound = np.frombuffer(samples, "<i2").astype(np.float32)[None] / np.float32(32768)
    if not sound.size or not np.abs(sound).max() > 0:
        raise BadRequest("nothing_to_say", "there is nothing in these words that can be read aloud")
    sound = normalised(np.pad(sound, ((0, 0), (rate // 10, rate // 4))), rate)
    kind = str(task.params.get("format") or "ogg")
    path = task.folder / f"{index}.{kind}"
    metadata = {"model": MODEL, "seed": seed, "prompt": text, "voice": voice}
    write_sound(path, sound, rate, kind, tags(metadata, "Tessera speaker (eSpeak NG)"))
    seconds = round(sound.shape[1] / rate, 2)
    look = waveform(sound, rate)
    progress(1.0, None)
    return Made(path, "audio", kind, duration_seconds=seconds, took_seconds=seconds, metadata=metadata, look=look)


def spoken(text: str, voice: str, seed: int, still_wanted: Callable[[], None]) -> tuple[int, bytes]:
    """The rate and the samples, from a process that is ended when nobody wants it any more."""
    speed, pitch = SPEEDS[0] + seed * 7 % (SPEEDS[1] - SPEEDS[0]), PITCHES[0] + seed * 3 % (PITCHES[1] - PITCHES[0])
    command = [*PROGRAM, "--voice", voice, "--speed", str(speed), "--pitch", str(pitch)]
    process = subprocess.Popen(  # noqa: S603 - our own program; the voice is one argument
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(process.communicate(text.encode("utf-8", "replace"))[0]))
    reader.start()
    try:
        while reader.is_alive():
            reader.join(LOOK_SECONDS)
            still_wanted()
    finally:
        if process.poll() is None:
            process.kill()
        reader.join()
    if process.returncode == NO_VOICE:
        raise BadRequest("unknown_voice", f"there is no voice {voice[:20]}; try de, en-gb, fr or ru")
    head, _, samples = (heard[0] if heard else b"").partition(b"\n")
    if process.returncode or not head:
        raise Broken("the process that speaks ended without an answer")
    return int(json.loads(head)["rate"]), samples
