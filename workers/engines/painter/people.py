"""People: somebody who stands there, with an umbrella or without, and an astronaut."""

from collections.abc import Mapping
from dataclasses import replace

from workers.engines.painter.outline import Outline, Part, blob, cut, dot, line

SOMEBODY: tuple[Part, ...] = (
    blob("dark", "44 62, 51 62, 50 80, 47 97, 49 100, 41 100, 43 82"),
    blob("dark", "50 62, 57 62, 59 80, 60 97, 63 100, 54 100, 54 82"),
    blob("main", "42 32, 50 29, 58 32, 61 48, 60 66, 40 66, 39 48"),
    blob("main", "43 34, 38 46, 36 60, 39 61, 44 48"),
    blob("main", "57 34, 62 46, 64 60, 61 61, 56 48"),
    dot("pale", 50, 21.6, 5.4, 6.6),
    blob("dark", "44 22, 44 15, 50 12.6, 56 15, 56.6 22, 54 17, 46 17"),
    blob("roof", "43 30, 50 28, 57 30, 57 34, 50 35.6, 43 34"),
    blob("roof", "44 33, 42 44, 39 52, 44 52, 47 36"),
)

PEOPLE: Mapping[str, Outline] = {
    "person": Outline(
        0.26,
        {"main": (44, 52, 76), "dark": (30, 32, 44), "pale": (224, 178, 146), "roof": (162, 46, 42)},
        SOMEBODY,
    ),
    "umbrella": Outline(
        0.3,
        {
            "main": (196, 40, 44),
            "jacket": (44, 52, 76),
            "pale": (224, 178, 146),
            "roof": (44, 52, 76),
            "dark": (30, 32, 44),
        },
        (
            *(part if part.paint != "main" else replace(part, paint="jacket") for part in SOMEBODY),
            line("dark", 1.2, "60 60, 55 -14"),
            blob("main", "22 6, 25 -6, 36 -17, 54 -21, 72 -17, 83 -6, 86 6, 76 2, 66 5, 54 1, 42 5, 32 2"),
            line("dark", 0.7, "54 -21, 42 5"),
            line("dark", 0.7, "54 -21, 66 5"),
            line("dark", 1.0, "54 -21, 53.6 -25"),
        ),
    ),
    "astronaut": Outline(
        0.4,
        {"main": (226, 228, 232), "dark": (150, 154, 164), "pale": (244, 246, 250), "roof": (232, 120, 40)},
        (
            blob("dark", "33 32, 40 28, 62 28, 68 34, 68 60, 33 60"),
            blob("main", "40 60, 50 60, 48 78, 42 92, 46 97, 36 98, 34 90, 38 76"),
            blob("main", "50 58, 62 58, 66 74, 74 86, 80 88, 78 94, 68 92, 58 78"),
            blob("main", "36 34, 50 30, 64 34, 66 50, 62 64, 38 64, 34 50"),
            blob("main", "38 36, 26 44, 16 40, 12 44, 18 50, 30 52, 40 46"),
            blob("main", "62 36, 74 34, 82 22, 87 24, 84 36, 74 44, 62 46"),
            dot("main", 50, 19, 15, 15),
            dot("black", 52, 19.6, 11.6, 10.4),
            blob("blue", "43 18, 48 11, 58 12, 62 18, 56 15, 48 16"),
            cut("roof", "44 44, 56 44, 56 52, 44 52"),
            line("dark", 1.2, "45 47, 55 47"),
            line("dark", 1.2, "45 49.4, 55 49.4"),
        ),
    ),
}
