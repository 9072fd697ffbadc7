"""Who is told to end while being told already, as by a terminal and by whoever started it, ends."""

import subprocess
import sys

# At each line that is run to tell, or to ask after it, another signal comes.
PROGRAM = """
import signal, sys
from scheduler.standalone.processes import Ending, when_told_to_end

def at_a_line(frame, event, argument):
    global lines
    lines -= event == "line"
    if not lines:
        signal.raise_signal(signal.SIGINT)
    return at_a_line

ending = Ending()
when_told_to_end(ending.tell)
for lines in range(1, 100):
    sys.settrace(at_a_line)
    signal.raise_signal(signal.SIGTERM)
    told = ending.comes_within(0.001)
    sys.settrace(None)
    assert told
"""


def test_a_signal_that_comes_while_one_is_told_holds_nobody_up() -> None:
    assert subprocess.run([sys.executable, "-c", PROGRAM], timeout=20, check=False).returncode == 0
