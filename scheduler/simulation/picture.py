"""A result as an SVG: how long each plan waited, how many jobs waited and how busy the GPUs were, over time."""

from collections.abc import Callable, Sequence
from html import escape

from scheduler.simulation.measures import STEPS
from scheduler.simulation.model import classes_of
from scheduler.simulation.report import span
from scheduler.simulation.run import Result

WIDTH, PANEL, LEFT, TOP, GAP = 960, 170, 90, 64, 48
COLOURS = ("#94a3b8", "#0ea5e9", "#8b5cf6", "#f97316")
INK, PALE = "#1e293b", "#e2e8f0"


def svg(result: Result) -> str:
    """A picture of its own, without scripts or fonts from elsewhere."""
    moments = result.measures.moments
    names = classes_of(result.setting.plans)
    used = [at for at in names if result.measures.classes[at].waits.count]
    waits = [([one.waits[at].percentile(0.95) for one in moments], COLOURS[at]) for at in used]
    panels = [
        panel("95 % of jobs waited less than", 0, waits, span, lambda most: most / 2),
        panel("jobs waiting", 1, [([float(one.waiting) for one in moments], INK)], "{:,.0f}".format, half_of_a_number),
        panel("busy GPUs", 2, [([float(one.busy) for one in moments], INK)], "{:,.0f}".format, half_of_a_number),
    ]
    height = TOP + 3 * (PANEL + GAP)
    hours = result.measures.seconds / 3600
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="system-ui, sans-serif" font-size="13">',
            f"<title>Tessera, simulated: {result.setting.gpus} GPUs</title>",
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *legend([(names[at], COLOURS[at]) for at in used]),
            *panels,
            *(clock(hours * part / 8, LEFT + (WIDTH - LEFT - 20) * part / 8, height - 14) for part in range(9)),
            "</svg>",
        ]
    )


def half_of_a_number(most: float) -> float:
    """Of what is counted; its line stands where it says, not halfway up."""
    return most // 2


def panel(
    title: str,
    row: int,
    curves: Sequence[tuple[list[float], str]],
    words: Callable[[float], str],
    half: Callable[[float], float],
) -> str:
    top = TOP + row * (PANEL + GAP)
    most = max((max(values) for values, _ in curves), default=0.0) or 1.0
    parts = [text(LEFT, top - 8, title, "start")]
    for value in sorted({0.0, half(most), most}):
        y = top + PANEL * (1 - value / most)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - 20}" y1="{y:.0f}" y2="{y:.0f}" stroke="{PALE}"/>')
        parts.append(text(LEFT - 8, y + 4, words(value), "end"))
    for values, colour in curves:
        points = " ".join(
            f"{LEFT + (WIDTH - LEFT - 20) * n / (STEPS - 1):.1f},{top + PANEL * (1 - value / most):.1f}"
            for n, value in enumerate(values)
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8"/>')
    return "\n".join(parts)


def legend(names: Sequence[tuple[str, str]]) -> list[str]:
    parts = []
    for n, (name, colour) in enumerate(names):
        x = LEFT + 110 * n
        parts.append(f'<rect x="{x}" y="14" width="12" height="12" rx="3" fill="{colour}"/>')
        parts.append(text(x + 18, 25, name, "start"))
    return parts


def clock(hour: float, x: float, y: float) -> str:
    return text(x, y, f"{hour:.0f} h" if hour >= 8 or hour == 0 else f"{hour:.1f} h", "middle")


def text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" fill="{INK}" text-anchor="{anchor}">{escape(words)}</text>'
