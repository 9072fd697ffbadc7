"""What a round found: figures for the file, a table for people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.faults.checks.model import Key

SHOWN = 10  # lines of a finding


@dataclass(frozen=True, slots=True)
class Finding:
    key: Key
    name: str
    what: Sequence[str]


@dataclass(slots=True)
class Report:
    """`seconds` by part of the round; `story` says which fault struck when."""

    seed: str
    jobs: int
    faults: int
    uncertain_sends: int
    dropped_replies: int
    findings: list[Finding] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)
    crowd: dict[str, int] = field(default_factory=dict)  # how many of what there was to check

    @property
    def figures(self) -> dict[str, Any]:
        """The file that `--json` writes."""
        counts = {key.value: 0 for key in Key}
        for finding in self.findings:
            counts[finding.key.value] += len(finding.what)
        return {
            "jobs": self.jobs,
            "faults": self.faults,
            **counts,
            "uncertain_sends": self.uncertain_sends,
            "dropped_replies": self.dropped_replies,
        }

    @property
    def is_clean(self) -> bool:
        return not self.findings

    def table(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"seed {self.seed}"
        for name, value in self.figures.items():
            yield f"  {name:16} {value:6}"
        yield "  " + ", ".join(f"{count} {name}" for name, count in self.crowd.items())
        yield "  " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.seconds.items())
        for finding in self.findings:
            yield f"{finding.key}: {finding.name} ({len(finding.what)})"
            yield from (f"    {line}" for line in finding.what[:SHOWN])
