"""What SIGTERM and SIGINT mean to a worker: end in order; the same signal again: end at once."""

import asyncio
import signal


def stop_or_hurry(stop: asyncio.Event, hurry: asyncio.Event) -> None:
    """The first signal sets `stop`, the same one again `hurry`.

    SIGTERM after SIGINT is no impatience: Ctrl-C reaches all processes of a terminal, and then comes their parent.
    """
    seen: set[int] = set()

    def received(number: int) -> None:
        (hurry if number in seen else stop).set()
        seen.add(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, received, number)
