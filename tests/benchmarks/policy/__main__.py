"""The policy's rows alone, as JSON lines: `python -m tests.benchmarks.policy [ROW...]`."""

import json
import sys
from collections.abc import Callable
from typing import Any

from tests.benchmarks.policy.depth import depth
from tests.benchmarks.policy.expected_wait import expected_wait
from tests.benchmarks.policy.flood import flood, flood_three_models
from tests.benchmarks.policy.swaps import swaps

ROWS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "flood": lambda: [flood()],
    "flood_three_models": lambda: [flood_three_models()],
    "swaps": lambda: [swaps()],
    "expected_wait": lambda: [expected_wait()],
    "depth": depth,
}

for name in sys.argv[1:] or ROWS:
    for row in ROWS[name]():
        print(json.dumps(row), flush=True)
