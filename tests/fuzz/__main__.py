"""`python -m tests.fuzz TARGET [--minutes N]`: coverage-guided fuzzing, from the corpus, until it breaks."""

import argparse
import logging
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import structlog

FOLDER = Path(__file__).parent
TARGETS = ("commands", "wire", "pictures")
LONGEST_INPUT = 8192  # bytes
SLOW_SECONDS = 10  # an input that takes longer is a finding
MOST_MEMORY = 2048  # MB


def main() -> None:
    import atheris

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--corpus", type=Path, help="where inputs that reach new code are kept; else nowhere")
    parser.add_argument("--seed", type=int, default=0, help="0: by chance")
    options = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with atheris.instrument_imports(include=["bots", "scheduler", "tests.fuzz.targets", "PIL"]):
        target = import_module(f"tests.fuzz.targets.{options.target}")
    found = options.corpus or Path(tempfile.mkdtemp(prefix="tessera-fuzz-"))
    found.mkdir(parents=True, exist_ok=True)
    arguments = [
        sys.argv[0],
        f"-max_total_time={round(options.minutes * 60)}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={SLOW_SECONDS}",
        f"-rss_limit_mb={MOST_MEMORY}",
        f"-seed={options.seed}",
        f"-artifact_prefix={found}/finding-",
        f"-dict={FOLDER / 'dictionaries' / options.target}.dict",
        "-print_final_stats=1",
        str(found),
        str(FOLDER / "corpus" / options.target),
    ]
    atheris.Setup(arguments, target.one_input)
    atheris.Fuzz()  # ends the process


if __name__ == "__main__":
    main()
