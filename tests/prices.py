"""The README's table of prices, worked out by the function that prices every request."""

from decimal import Decimal

from scheduler.catalogue.model import Capability, Model, Work, price

EXAMPLES: list[tuple[str, Capability, list[tuple[str, Work]]]] = [
    (
        "a picture of up to 1024 × 1024 in up to 50 steps; above, in proportion, by quarters",
        Capability.IMAGE,
        [
            ("512 × 512", Work(width=512, height=512)),
            ("1024 × 1024", Work(width=1024, height=1024)),
            ("four of these", Work(count=4, width=1024, height=1024)),
            ("1536 × 1024", Work(width=1536, height=1024)),
            ("1536 × 1536", Work(width=1536, height=1536)),
            ("2048 × 2048", Work(width=2048, height=2048)),
            ("1024 × 1024 in 75 steps", Work(width=1024, height=1024, steps=75)),
        ],
    ),
    (
        "each second begun, of up to 1024 × 1024; above, in proportion, by quarters",
        Capability.VIDEO,
        [
            ("4 s", Work(width=1024, height=576, seconds=4)),
            ("4.1 s", Work(width=1024, height=576, seconds=4.1)),
            ("4 s of 1920 × 1080", Work(width=1920, height=1080, seconds=4)),
        ],
    ),
    (
        "each 10 seconds begun",
        Capability.AUDIO,
        [("8 s", Work(seconds=8)), ("30 s", Work(seconds=30)), ("31 s", Work(seconds=31))],
    ),
    (
        "each 1,000 tokens of language begun; a token is 4 characters where only those are known",
        Capability.TEXT,
        [
            ("2,000 characters", Work(characters=2_000)),
            ("a question and its answer of 2,500 tokens together", Work(tokens=2_500)),
        ],
    ),
]


def table() -> str:
    """Markdown: what one price of a model buys, and how many prices some requests cost."""
    rows = ["| | one price buys | examples |", "|---|---|---|"]
    for unit, capability, examples in EXAMPLES:
        model = Model("m", "m", "", capability, Decimal(1), 1024, 1024, 1, True)
        costs = (f"{price(model, work).normalize():f} for {asked}" for asked, work in examples)
        rows.append(f"| {capability} | {unit} | {' · '.join(costs)} |")
    return "\n".join(rows)
