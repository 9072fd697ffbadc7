"""What is played when: harmony, figures, a melody that answers itself, drums; from a thin beginning to an end. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from workers.engines.composer.moods import Mood
from workers.engines.painter.dice import Dice

BEATS = 4  # in a bar
RING_SECONDS = 1.0  # the last chord, a bar of its own, dies away
REGISTER, LEAD = (54, 72), (67, 86)  # MIDI notes of chords and of the melody


@dataclass(frozen=True, slots=True)
class Note:
    """`start` and `length` in beats, `pan` 0 left .. 1 right, `level` of the instrument's own."""

    instrument: str
    pitch: int
    start: float
    length: float
    level: float
    pan: float


@dataclass(frozen=True, slots=True)
class Plan:
    """`parts` names for each bar who plays: pad, figure, bass, lead, drums."""

    mood: Mood
    tempo: float  # beats a minute
    root: int
    chords: tuple[int, ...]
    parts: tuple[frozenset[str], ...]


def plan(mood: Mood, seconds: float, tempo: int | None, dice: Dice) -> Plan:
    """The form of a piece of so many seconds. A tempo of its own choice is moved a little so that the bars fit."""
    chance = dice.fork("plan")
    wanted = float(tempo or chance.integer(*mood.tempo))
    sounding = max(seconds - RING_SECONDS, seconds / 2)
    bars = max(1, round(sounding * wanted / 60 / BEATS) if tempo is None else int(sounding * wanted / 60 / BEATS))
    if tempo is None:
        fitting = bars * BEATS * 60 / sounding
        wanted = fitting if abs(fitting / wanted - 1) < 0.2 else wanted
    loop = chance.pick(mood.chords)
    chords = [loop[bar % len(loop)] for bar in range(bars)]
    chords[-1] = 0
    if bars > 2:
        chords[-2] = chance.pick((4, 3))
    return Plan(mood, wanted, chance.integer(45, 52), tuple(chords), tuple(who_plays(bars)))


def who_plays(bars: int) -> Iterator[frozenset[str]]:
    """Thin at first, full in the middle, thin in the end."""
    for bar in range(bars):
        left = bars - bar - 1
        players = {"ground"}
        if bars < 3 or bar >= 1 or left == 0:
            players.add("bass")
        if left > 0:
            players.add("figure")
        if (bar >= max(1, bars // 6) or bars < 3) and left > 0:
            players.add("lead")
        if bar >= max(1, bars // 4) and left > 0:
            players.add("drums")
        breath = bars >= 10 and bar == bars // 2
        yield frozenset(players - {"lead", "drums"} if breath else players)


def notes(plan: Plan, dice: Dice) -> Iterator[list[Note]]:
    """The notes of each bar."""
    voices = [plan.root + 12, plan.root + 16, plan.root + 19]
    melody = melodies(plan, dice.fork("melody"))
    feel = dice.fork("feel")
    for bar, degree in enumerate(plan.chords):
        chord = chord_of(plan, degree)
        voices = nearest(chord, voices)
        playing = plan.parts[bar]
        last = bar == len(plan.chords) - 1
        played: list[Note] = []
        if "ground" in playing and plan.mood.ground:
            played += ground(plan, voices, last)
        if "bass" in playing:
            played += bass_line(plan, chord[0], last, feel)
        if "figure" in playing:
            played += figure(plan, voices, feel, bar)
        line = next(melody)
        if "lead" in playing:
            played += line
        if "drums" in playing:
            played += drums(plan, bar, feel)
        if last and not plan.mood.ground:
            played += [Note("keys", pitch, at * 0.06, BEATS, 1.0, 0.4 + 0.1 * at) for at, pitch in enumerate(voices)]
        yield [moved(note, bar, plan, feel) for note in played]


def moved(note: Note, bar: int, plan: Plan, feel: Dice) -> Note:
    """In its bar, with the mood's swing and the small unevenness of hands."""
    late = plan.mood.swing if round(note.start * 2) % 2 and abs(note.start * 2 - round(note.start * 2)) < 0.01 else 0.0
    human = feel.uniform(-0.012, 0.012) if note.start or bar else 0.0
    start = max(0.0, bar * BEATS + note.start + late + human)
    return Note(note.instrument, note.pitch, start, note.length, note.level * feel.uniform(0.88, 1.0), note.pan)


def scale_note(plan: Plan, degree: int) -> int:
    octave, step = divmod(degree, len(plan.mood.scale))
    return plan.root + 12 * octave + plan.mood.scale[step]


def chord_of(plan: Plan, degree: int) -> list[int]:
    """Thirds stacked on a degree of the scale."""
    size = 4 if plan.mood.seventh else 3
    return [scale_note(plan, degree + 2 * third) for third in range(size)]


def nearest(chord: list[int], before: list[int]) -> list[int]:
    """The chord's notes in the register, each as near as it can be to where the voices were."""
    centre = sum(before) / len(before)
    placed = []
    for pitch in chord:
        options = [each for each in range(pitch % 12, 108, 12) if REGISTER[0] <= each <= REGISTER[1]]
        placed.append(min(options, key=lambda each: (min(abs(each - old) for old in before), abs(each - centre))))
    return sorted(set(placed))


def ground(plan: Plan, voices: list[int], last: bool) -> list[Note]:
    length = BEATS + (2.0 if last else 0.25)
    spread = max(1, len(voices) - 1)
    return [
        Note(plan.mood.ground, pitch, 0.0, length, 0.8 if last else 1.0, 0.2 + 0.6 * at / spread)
        for at, pitch in enumerate(voices)
    ]


def bass_line(plan: Plan, root: int, last: bool, feel: Dice) -> list[Note]:
    low = root - 12 if root - 12 >= 33 else root
    low = low - 12 if low > 50 else low
    if last:
        return [Note("bass", low, 0.0, BEATS, 1.0, 0.5)]
    if plan.mood.drums == "beat":
        return [Note("bass", low + (12 if at % 4 == 3 else 0), at / 2, 0.45, 0.85, 0.5) for at in range(8)]
    second = 2.5 if feel.chance(0.6) else 2.0
    return [Note("bass", low, 0.0, second - 0.1, 1.0, 0.5), Note("bass", low, second, 1.4, 0.75, 0.5)]


FIGURES = ((0, 2, 1, 2), (0, 1, 2, 1), (0, 2, 1, 3), (2, 1, 0, 1), (0, 1, 2, 3))


def figure(plan: Plan, voices: list[int], feel: Dice, bar: int) -> list[Note]:
    """The chord broken into eighths; now and then one is left out."""
    order = FIGURES[(plan.root + bar // 4) % len(FIGURES)]
    made = []
    for eighth in range(8):
        if eighth and feel.chance(0.12):
            continue
        pitch = voices[order[eighth % 4] % len(voices)] + (12 if plan.mood.figure == "pluck" else 0)
        accent = 1.0 if eighth % 4 == 0 else 0.72
        made.append(Note(plan.mood.figure, pitch, eighth / 2, 1.1, 0.62 * accent, 0.3 + 0.4 * (eighth % 2)))
    return made


def melodies(plan: Plan, dice: Dice) -> Iterator[list[Note]]:
    """Bar by bar: a motif of two bars, repeated, answered a little higher or lower, then something else."""
    rhythm, contour = dice.pick(plan.mood.rhythms), [dice.integer(-2, 2) for _ in range(12)]
    other, turned = dice.pick(plan.mood.rhythms), [dice.integer(-2, 2) for _ in range(12)]
    centre = 2 * len(plan.mood.scale) + dice.integer(0, 3)
    phrase = 0
    while True:
        a = phrase % 4 != 2
        shift = (0, 1, 2, -1)[phrase % 4]
        line = sung(plan, phrase * 2, rhythm if a else other, contour if a else turned, centre + shift, dice)
        yield [note for note in line if note.start < BEATS]
        yield [shifted(note, -BEATS) for note in line if note.start >= BEATS]
        phrase += 1


def shifted(note: Note, beats: float) -> Note:
    return Note(note.instrument, note.pitch, note.start + beats, note.length, note.level, note.pan)


def sung(plan: Plan, bar: int, rhythm: tuple[float, ...], contour: list[int], centre: int, dice: Dice) -> list[Note]:
    """Two bars: on the strong beats notes of the chord, between them steps of the scale."""
    line: list[Note] = []
    at, degree = 0.0, centre
    for number, beats in enumerate(rhythm):
        chord = plan.chords[min(bar + int(at // BEATS), len(plan.chords) - 1)]
        degree = min(max(degree + contour[number % len(contour)], centre - 4), centre + 5)
        if at % 2 == 0:
            degree = min((chord + 2 * third + 7 * octave for third in range(3) for octave in range(6)),
                         key=lambda each: abs(each - degree))  # fmt: skip
        pitch = fold(scale_note(plan, degree))
        if number == 0 or not dice.chance(0.1):
            line.append(Note(plan.mood.lead, pitch, at, beats * 0.95, 1.0 if at % 4 == 0 else 0.85, 0.56))
        at += beats
    return line


def fold(pitch: int) -> int:
    """Into the melody's register."""
    while pitch > LEAD[1]:
        pitch -= 12
    while pitch < LEAD[0]:
        pitch += 12
    return pitch


PATTERNS = {
    "light": (("kick", (0, 2.5)), ("snare", (1, 3)), ("shaker", (0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5))),
    "beat": (("kick", (0, 1, 2, 3)), ("snare", (1, 3)), ("hat", (0.5, 1.5, 2.5, 3.5, 0.25, 2.25))),
    "heart": (("drum", (0, 0.75)),),
    "drums": (("drum", (0, 1.5, 2, 3.5)), ("snare", (1, 3)), ("shaker", (0.5, 1.5, 2.5, 3.5))),
}
PLACES = {"kick": 0.5, "snare": 0.46, "hat": 0.64, "shaker": 0.7, "drum": 0.5}


def drums(plan: Plan, bar: int, feel: Dice) -> list[Note]:
    """The mood's pattern; every fourth bar ends with a little more."""
    pattern = PATTERNS.get(plan.mood.drums, ())
    made = [
        Note(name, 41 if beat < 1.2 else 38, beat, 0.2, 1.0 if beat == int(beat) else 0.75, PLACES[name])
        for name, beats in pattern
        for beat in beats
    ]
    if pattern and bar % 4 == 3 and feel.chance(0.7):
        name = pattern[0][0] if plan.mood.drums in ("heart", "drums") else "snare"
        made += [Note(name, 43, beat, 0.2, 0.6, PLACES[name]) for beat in (3.25, 3.75)]
    return made
