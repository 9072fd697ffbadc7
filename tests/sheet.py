"""`python -m tests.sheet [--out FILE] [--seed N] [--words]`: 24 pictures by the painter on one sheet, numbered.

Somebody who knows the prompts (`--words` prints them) tells which is which; what they cannot is the painter's to mend.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from workers.engines.painter.engine import checked, paint

PROMPTS = (
    "a red sunset over the sea",
    "a fox in an autumn forest",
    "a black cat under a full moon",
    "a lighthouse in a thunderstorm",
    "northern lights over a lake",
    "a green dragon above a castle",
    "a white sailboat on a calm morning",
    "a turtle at a coral reef",
    "an astronaut before a planet with rings",
    "hot air balloons over lavender fields",
    "a rainy neon street in Tokyo",
    "a city skyline at night",
    "a volcano erupting at night",
    "a waterfall in the jungle",
    "a tropical beach with palms",
    "sand dunes under a hot sun",
    "penguins on the ice",
    "a bouquet of red tulips in a vase",
    "a field of sunflowers under a blue sky",
    "a stone bridge over a river in the fog",
    "an elephant at sunset",
    "an old windmill in a spring meadow",
    "two horses under a rainbow",
    "melancholy",
)
COLUMNS = 6
PAINTED = 512  # pixels a side
SHOWN = 320
GAP = 8


def picture(prompt: str, seed: int) -> Image.Image:
    order = checked({"prompt": prompt, "width": PAINTED, "height": PAINTED, "seed": seed})
    return paint(order, seed, lambda fraction, preview: None).resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)


def sheet(pictures: list[Image.Image]) -> Image.Image:
    """Row by row, each with its number in a corner."""
    rows = -(-len(pictures) // COLUMNS)
    step = SHOWN + GAP
    made = Image.new("RGB", (COLUMNS * step + GAP, rows * step + GAP), "white")
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(24)
    for number, one in enumerate(pictures):
        left, top = GAP + number % COLUMNS * step, GAP + number // COLUMNS * step
        made.paste(one, (left, top))
        draw.text((left + 8, top + 4), str(number + 1), "white", font, stroke_width=2, stroke_fill="black")
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sheet", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("sheet.webp"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--words", action="store_true", help="print the prompts, too")
    options = parser.parse_args()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        made = sheet(list(pool.map(partial(picture, seed=options.seed), PROMPTS)))
    made.save(options.out, quality=80)
    print(f"{options.out}: {len(PROMPTS)} pictures, {options.out.stat().st_size:,} bytes")
    if options.words:
        for number, prompt in enumerate(PROMPTS, 1):
            print(f"{number:3} {prompt}")


if __name__ == "__main__":
    main()
