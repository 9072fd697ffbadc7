"""What the README says about settings and files is what the code says."""

import re
import subprocess
import sys
from pathlib import Path

from scheduler.jobs.timeouts import PATIENCE
from tests.prices import table

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_readme_lists_the_settings_that_the_code_reads() -> None:
    command = [str(Path(sys.executable).parent / "tessera"), "settings", "--markdown"]
    printed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    table = README.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0]

    assert table.strip() == printed.strip()


def test_the_readme_s_prices_are_those_of_the_code() -> None:
    written = README.partition("<!-- prices -->")[2].partition("<!-- /prices -->")[0]

    assert written.strip() == table()


def test_the_readme_s_time_outs_are_those_of_the_code() -> None:
    written = README.partition("<!-- time-outs -->")[2].partition("<!-- /time-outs -->")[0]
    rows = [f"| {name} | {patience.whole:,.0f} s | {patience.token:,.0f} s |" for name, patience in PATIENCE.items()]
    assert written.strip().splitlines()[2:] == rows


def test_every_file_that_the_readme_names_is_there() -> None:
    named = set(re.findall(r"`((?:bots|scheduler|workers|tests|migrations)/[\w./]*)`", README))

    assert named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
