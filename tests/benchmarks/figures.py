"""What was measured, and what follows from it: medians, quantiles and ratios. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

REGIMES_APART = 3.0  # times: the disk's calm and its slow hours lie ten times apart, what one of them varies does not


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: how many a second, and how long each took."""

    rate: float = 0.0
    seconds: Sequence[float] = ()
    disk_ms: tuple[float, float] = (0.0, 0.0)  # before and after

    @property
    def p50_ms(self) -> float:
        return round(quantile(self.seconds, 0.5) * 1000, 3)

    @property
    def p99_ms(self) -> float:
        return round(quantile(self.seconds, 0.99) * 1000, 3)


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle and the ends of some repetitions, or seeds."""

    median: float
    min: float
    max: float

    @classmethod
    def of(cls, values: Iterable[float], digits: int = 3) -> "Spread":
        listed = list(values)
        return cls(round(median(listed), digits), round(min(listed), digits), round(max(listed), digits))

    def by(self, factor: float) -> "Spread":
        """In another unit."""
        return Spread(self.median * factor, self.min * factor, self.max * factor)

    def json(self) -> dict[str, float]:
        return {"median": self.median, "min": self.min, "max": self.max}


@dataclass(slots=True)
class Repetitions:
    """The runs of each contestant, one a repetition, in the order they were made."""

    runs: dict[str, list[Run]] = field(default_factory=dict)

    def add(self, name: str, run: Run) -> None:
        self.runs.setdefault(name, []).append(run)

    def rate(self, name: str) -> Spread:
        return Spread.of((run.rate for run in self.runs[name]), 0)

    def ratio(self, name: str, base: str) -> Spread:
        """The rate of one in units of the other's, repetition by repetition."""
        pairs = zip(self.runs[name], self.runs[base], strict=True)
        return Spread.of(one.rate / other.rate for one, other in pairs)

    def slowness(self, name: str, base: str) -> Spread:
        """The other's median time in units of this one's: above 1, this one is quicker."""
        pairs = zip(self.runs[name], self.runs[base], strict=True)
        return Spread.of(other.p50_ms / one.p50_ms for one, other in pairs)

    def p50_ms(self, name: str) -> Spread:
        return Spread.of(run.p50_ms for run in self.runs[name])

    def p99_ms(self, name: str) -> Spread:
        return Spread.of(run.p99_ms for run in self.runs[name])

    def disk(self, *names: str) -> "Disk | None":
        """What the disk did beside these, repetition by repetition."""
        sides = [self.runs[name] for name in names if name in self.runs]
        probes = [[ms for run in runs for ms in run.disk_ms if ms > 0] for runs in zip(*sides, strict=True)]
        if not all(probes):
            return None
        mixed = [n for n, each in enumerate(probes, 1) if max(each) > REGIMES_APART * min(each)]
        return Disk(Spread.of(ms for each in probes for ms in each), mixed)


@dataclass(frozen=True, slots=True)
class Disk:
    """Milliseconds of a synced page, before and after each run, and the repetitions (the first is 1) whose sides did
    not lie in the same regime: their ratios say little."""

    ms: Spread
    mixed: Sequence[int] = ()

    def json(self) -> dict[str, object]:
        return {"ms": self.ms.json(), "mixed_repetitions": list(self.mixed)}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    label: str
    ratio: Spread | None = None
    rate: Spread | None = None
    p50_ms: Spread | None = None
    p99_ms: Spread | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the issue's table: its name, the line that counts, the lines beside it, and what was demanded."""

    name: str
    title: str
    demanded: str
    ratio_is: str
    main: Line
    beside: Sequence[Line] = ()
    facts: Mapping[str, float | Spread] = field(default_factory=dict)
    disk: Disk | None = None

    def json(self) -> dict[str, object]:
        """The row as `--json` writes it."""
        main = self.main
        return {
            "name": self.name,
            "ratio": main.ratio.json() if main.ratio else None,
            "ratio_is": self.ratio_is,
            "rate": main.rate.json() if main.rate else None,
            "p50_ms": main.p50_ms.median if main.p50_ms else None,
            "p99_ms": main.p99_ms.median if main.p99_ms else None,
            "demanded": self.demanded,
            "disk": self.disk.json() if self.disk else None,
            **{name: fact.json() if isinstance(fact, Spread) else fact for name, fact in self.facts.items()},
            "beside": [beside(line) for line in self.beside],
        }


def beside(line: Line) -> dict[str, object]:
    spreads = {"ratio": line.ratio, "rate": line.rate, "p50_ms": line.p50_ms, "p99_ms": line.p99_ms}
    return {"label": line.label, "note": line.note} | {name: s.json() for name, s in spreads.items() if s}
