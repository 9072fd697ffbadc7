"""Leaves what waits for a server as soon as nobody wants it any more."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

LOOK_SECONDS = 0.05  # between two looks at a cancel


def run_wanted(work: Coroutine[Any, Any, T], still_wanted: Callable[[], None]) -> T:
    """Run `work` in a loop of its own, in the thread of the attempt, until `still_wanted` raises: that is raised."""
    return asyncio.run(wanted(work, still_wanted))


async def wanted(work: Coroutine[Any, Any, T], still_wanted: Callable[[], None]) -> T:
    loop, mine = asyncio.get_running_loop(), asyncio.current_task()
    ended: list[Exception] = []
    timer: asyncio.Handle

    def look() -> None:
        nonlocal timer
        try:
            still_wanted()
        except Exception as error:  # noqa: BLE001 - raised again below
            ended.append(error)
            if mine:
                mine.cancel()
        else:
            timer = loop.call_later(LOOK_SECONDS, look)

    timer = loop.call_soon(look)
    try:
        return await work
    except asyncio.CancelledError:
        if ended:
            raise ended[0] from None
        raise
    finally:
        timer.cancel()
