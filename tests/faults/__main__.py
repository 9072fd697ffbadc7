"""`python -m tests.faults [--seed N] [--jobs N] [--faults N] [--json FILE]`: one round, its table, and its figures."""

import argparse
import asyncio
import json
import secrets
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.faults.round import Size, play

SHORT = Size(jobs=100, faults=20, spacing=0.7, longest_wait=4, patience=90.0)
SHORT_SEED = "2098"  # twenty faults of seventeen kinds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seed", help="of the script and of the faults; by chance without it")
    parser.add_argument("--short", action="store_true", help="the round of the checks: its size and, without one, seed")
    parser.add_argument("--jobs", type=int, default=300, help="accepted jobs, at least")
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--pace", type=float, default=12.0, help="acts of people a second")
    parser.add_argument("--spacing", type=float, default=1.5, help="seconds between two faults, on average")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--keep", type=Path, help="where to leave logs and store")
    options = parser.parse_args()
    seed = options.seed or (SHORT_SEED if options.short else str(secrets.randbelow(10_000)))
    print(f"seed {seed}", flush=True)
    size = SHORT if options.short else Size(options.jobs, options.faults, options.spacing, options.pace)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="tessera-faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the town is torn down, however it is ended
    report = asyncio.run(play(folder, seed, size))
    print(report.table())
    if options.json:
        options.json.write_text(json.dumps(report.figures, indent=2) + "\n")
    if report.is_clean and not options.keep:
        shutil.rmtree(folder)
    else:
        (folder / "story.txt").write_text("\n".join(report.story) + "\n")
        print(f"logs and the story: {folder}")
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
