"""The Python client of the scheduler's HTTP API: what bots, the demo and integrators use.

    async with connect("http://127.0.0.1:8080", key) as scheduler:
        ann = scheduler.acting_for("telegram:42", name="Ann", locale="en")
        accepted = await ann.submit(JobRequest(prompt="a fox"), key="telegram-main:42:17")
        job = await ann.job(accepted.job.id)

Every call raises `scheduler.errors.Refused` (with the refusal's code and facts) when it is turned down, and
`scheduler.errors.Unreachable` when no answer came; reads are tried again by themselves, writes only where a key or the
nature of the call makes a repetition harmless.
"""

from scheduler.client.session import Scheduler, User, connect

__all__ = ["Scheduler", "User", "connect"]
