"""`tessera simulate`."""

import asyncio
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scheduler.cli.edge import database, err, out, told

if TYPE_CHECKING:
    from scheduler.plans.model import Plan
    from scheduler.simulation.model import Breed, Setting
    from scheduler.simulation.trace import Trace

WORKERS = """Alike workers as NUMBERxNAME, several with commas. Append :speed=2 (twice as fast), :holds=2 (models in
memory at once), :models=3 (runs only the 3 most wanted). Example: 6xbig:speed=2,4xsmall:models=3"""
TRACE = """Replay what `tessera trace` recorded instead of made-up demand: a CSV file ordered by time whose first line
is seconds,user,plan,model,tokens"""
SHARES = "Shares of free, starter, pro and admin users; of the plans in turn."
OWN_PLANS = "The plans of the database with their limits, not those that Tessera comes with."
TARGET = "Find the fewest GPUs with which 95 % of --target-plan wait no longer."

serves = partial(typer.Option, rich_help_panel="Who serves")
asks = partial(typer.Option, rich_help_panel="Who asks")


def simulate(
    workers: Annotated[str, serves(help=WORKERS)] = "8xgpu",
    job_seconds: Annotated[float, serves(min=0.01, help="A mean job on a worker of speed 1.")] = 6.0,
    load_seconds: Annotated[float, serves(min=0, help="To load another model.")] = 20.0,
    users: Annotated[int, asks(min=1, help="How many there are.")] = 2000,
    jobs: Annotated[int, asks(min=1, help="How many they send in all.")] = 60_000,
    hours: Annotated[float, asks(min=0.01, help="In how long.")] = 24.0,
    models: Annotated[int, asks(min=1, help="How many there are.")] = 4,
    plans: Annotated[str, asks(help=SHARES)] = "80,14,5.5,0.5",
    zipf_users: Annotated[float, asks(min=0, help="0: all send alike; 1: the n-th sends 1/n.")] = 0.8,
    zipf_models: Annotated[float, asks(min=0, help="0: all are wanted alike; 1: the n-th 1/n.")] = 1.0,
    day_curve: Annotated[float, asks(min=0, max=1, help="0: day and night alike; 1: nobody at four.")] = 0.6,
    bursts: Annotated[int, asks(min=0, help="Ten-minute crowds of five times the usual.")] = 3,
    flooders: Annotated[int, asks(min=0, help="Free users who send all they are let, always.")] = 0,
    own_plans: Annotated[bool, asks(help=OWN_PLANS)] = False,
    trace: Annotated[Path | None, asks(exists=True, dir_okay=False, help=TRACE)] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same run.")] = 1,
    target_wait: Annotated[float | None, typer.Option(min=0, help=TARGET)] = None,
    target_plan: Annotated[str, typer.Option(help="The plan that --target-wait is about.")] = "free",
    picture: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw the run into this SVG file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """How long would people wait? The scheduler's own rules, on made-up or recorded jobs, in virtual time.

    Nothing is started and nothing is stored: a day of 60,000 jobs takes some seconds. Use it to choose how many GPUs a
    crowd needs, and to see what a flood, a burst or one more model does to everybody else. Requests a minute, jobs at a
    time and waiting jobs are limited as the plans say; tokens are not counted.
    """
    from scheduler.simulation.model import SEEDED, Demand, Setting
    from scheduler.simulation.trace import Trace

    with told():
        offered = plans_of_the_database() if own_plans else SEEDED
        shares = () if trace else shares_of(plans, [plan.tier for plan in offered])
        demand = Demand(users, jobs, hours, models, shares, zipf_users, zipf_models, day_curve, bursts, flooders)
        setting = Setting(demand, breeds_of(workers), job_seconds, load_seconds, seed=seed, plans=offered)
        replayed = Trace.of(trace, offered) if trace else None
        answer = show if target_wait is None else partial(search, target_plan, target_wait)
        answer(setting, replayed, picture, as_json)


def show(setting: "Setting", trace: "Trace | None", picture: Path | None, as_json: bool) -> None:
    from scheduler.simulation.picture import svg
    from scheduler.simulation.report import numbers, tables
    from scheduler.simulation.run import simulate as run

    with err.status("simulating"):
        result = run(setting, trace)
    if picture:
        picture.write_text(svg(result))
    if as_json:
        print(json.dumps(numbers(result)))
    else:
        out.print(tables(result))
        if picture:
            out.print(f"[bold green]✓[/] {picture}", highlight=False, soft_wrap=True)


def search(
    plan: str, wait_seconds: float, setting: "Setting", trace: "Trace | None", picture: Path | None, as_json: bool
) -> None:
    from scheduler.simulation.picture import svg
    from scheduler.simulation.report import numbers, tables
    from scheduler.simulation.run import gpus_for

    target = next((one for one in setting.plans if one.tier == plan), None)
    if target is None:
        raise typer.BadParameter(f"one of {', '.join(one.tier for one in setting.plans)}", param_hint="--target-plan")
    with err.status("simulating"):
        found = gpus_for(
            setting,
            target.priority,
            0.95,
            wait_seconds,
            lambda gpus, waited: err.print(f"{gpus} GPUs: 95 % of {plan} wait up to {waited:.1f} s", highlight=False),
            trace,
        )
    gpus = found.setting.gpus if found else None
    if found and picture:
        picture.write_text(svg(found))
    if as_json:
        with_them = numbers(found) if found else None
        print(json.dumps({"plan": plan, "wait_seconds": wait_seconds, "gpus": gpus, "with_them": with_them}))
    elif found:
        out.print(tables(found))
        out.print(f"[bold green]{gpus} GPUs[/] keep 95 % of the {plan} plan's waits within {wait_seconds:g} s.")
    if found is None:
        err.print("No number of GPUs does that.")
        raise typer.Exit(1)


def breeds_of(words: str) -> "tuple[Breed, ...]":
    from scheduler.simulation.model import Breed

    breeds = []
    for one in words.split(","):
        try:
            head, *traits = one.strip().split(":")
            count, _, name = head.partition("x")
            values = dict(trait.split("=", 1) for trait in traits)
            breed = Breed(
                int(count),
                name or "gpu",
                float(values.pop("speed", 1)),
                int(values.pop("holds", 1)),
                int(values.pop("models", 1000)),
            )
        except ValueError:
            raise typer.BadParameter(f"cannot read {one.strip()!r}", param_hint="--workers") from None
        if values or breed.count < 1 or breed.speed <= 0 or breed.holds < 1 or breed.models < 1:
            raise typer.BadParameter(f"cannot read {one.strip()!r}", param_hint="--workers")
        breeds.append(breed)
    return tuple(breeds)


def plans_of_the_database() -> "tuple[Plan, ...]":
    from scheduler.database import opened
    from scheduler.plans.queries import active_plans

    async def look(url: str) -> "tuple[Plan, ...]":
        async with opened(url) as connection:
            return await active_plans(connection)

    with database() as url:
        return asyncio.run(look(url))


def shares_of(words: str, tiers: Sequence[str]) -> tuple[float, ...]:
    try:
        shares = tuple(float(word) for word in words.split(","))
    except ValueError:
        shares = ()
    if len(shares) != len(tiers) or min(shares) < 0 or not sum(shares):
        words = f"as many numbers as plans ({', '.join(tiers)}), such as 80,14,5.5,0.5"
        raise typer.BadParameter(words, param_hint="--plans")
    return shares


def add_to(app: typer.Typer) -> None:
    app.command()(simulate)
