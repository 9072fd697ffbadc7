"""A quote says what a submit would, and does nothing."""

from scheduler.errors import Code, Refusal
from scheduler.jobs.admitter import Admitted, Submit
from scheduler.jobs.model import JobRequest
from tests.scheduler.stage import Stage


def wish(**request: int) -> JobRequest:
    return JobRequest(prompt="a fox", model="painter", **request)


async def test_a_quote_is_what_the_submit_is_answered_and_costs_nothing(stage: Stage) -> None:
    await stage.worker()
    ann = await stage.user()
    before = await stage.standing(ann)
    submit = Submit(ann, wish(width=512, height=512, count=2), "key", None, None)

    quoted = await stage.admitter.quote(submit)

    assert await stage.standing(ann) == before
    assert await stage.pool.fetchval("select count(*) from jobs") == 0
    admitted = await stage.admitter.submit(submit)
    assert isinstance(quoted, Admitted)
    assert isinstance(admitted, Admitted)
    assert (quoted.job.cost, quoted.tokens_left) == (admitted.job.cost, admitted.tokens_left)
    assert quoted.job.params == admitted.job.params


async def test_a_quote_is_refused_as_the_submit_would_be_and_is_no_request_of_the_minute(stage: Stage) -> None:
    await stage.worker()
    ann = await stage.user()
    large = Submit(ann, wish(width=2048, height=2048), None, None, None)

    for _ in range(10):
        answer = await stage.admitter.quote(large)
        assert isinstance(answer, Refusal)
        assert answer.code == Code.RESOLUTION_TOO_HIGH

    assert isinstance(await stage.ask(ann), Admitted)
