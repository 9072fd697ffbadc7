"""`python -m tests.benchmarks.at_rest [--idle N] [--demos N]`: what `tessera demo` takes after its first run, and how
much memory `tessera up` holds at rest."""

import argparse
import asyncio
import json
import signal
import statistics
import tempfile
from pathlib import Path

from tests.system.machine import Machine

PROMPT = "a red sunset over the sea"
Figures = dict[str, float]


async def demos(machine: Machine, number: int) -> Figures:
    """Medians in seconds, by stage; the first run, which makes the database, does not count."""
    stages: dict[str, list[float]] = {}
    for count in range(number + 1):
        done = await machine.run("demo", PROMPT, "--json", "--out", str(machine.here))
        if done.code != 0:
            raise RuntimeError(done.err or done.out)
        for stage, seconds in json.loads(done.out)["seconds"].items() if count else ():
            stages.setdefault(stage, []).append(seconds)
    return {stage: round(statistics.median(seconds), 3) for stage, seconds in stages.items()}


async def memory(machine: Machine, idle_seconds: float) -> Figures:
    """Proportional set sizes in MB of `tessera up` and whatever it started, after so long with nothing to do."""
    up = await machine.up()
    await asyncio.sleep(idle_seconds)
    sizes: Figures = {}
    for pid in machine.processes():
        name = name_of(pid)
        sizes[name] = sizes.get(name, 0.0) + pss_mb(pid)
    await up.ends(signal.SIGINT)
    return {name: round(size, 1) for name, size in (*sizes.items(), ("everything", sum(sizes.values())))}


def name_of(pid: int) -> str:
    """What Python runs, or the program."""
    program, *words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    if Path(program).name.startswith("python"):
        return words[1] if words[0] == "-m" else Path(words[0]).name
    return Path(program.split(":")[0]).name


def pss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    [size] = [line.split()[1] for line in lines if line.startswith("Pss:")]
    return int(size) / 1024


async def measure(idle_seconds: float, number: int) -> None:
    with tempfile.TemporaryDirectory(prefix="tessera-rest-") as folder:
        Path(folder).chmod(0o711)  # started by root, the servers run as somebody else
        machine = Machine(Path(folder, "data"), Path(folder))
        for title, figures in (
            ("tessera demo, seconds (medians)", await demos(machine, number)),
            ("tessera up at rest, PSS in MB", await memory(machine, idle_seconds)),
        ):
            print(title)
            for name, value in figures.items():
                print(f"  {name:16} {value}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.at_rest", description=__doc__)
    parser.add_argument("--idle", type=float, default=60.0, help="seconds before memory is looked at")
    parser.add_argument("--demos", type=int, default=10)
    options = parser.parse_args()
    asyncio.run(measure(options.idle, options.demos))


if __name__ == "__main__":
    main()
