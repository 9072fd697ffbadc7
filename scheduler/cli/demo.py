"""`tessera demo`."""

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from scheduler.catalogue.model import Capability
from scheduler.cli.edge import err, out

WORDS = {"clips": "making clips", "starting": "starting", "running": "working", "done": "done"}


def demo(
    prompt: Annotated[str, typer.Argument(help="What you would like to see.")],
    capability: Annotated[Capability, typer.Option(help="What to make.")] = Capability.IMAGE,
    model: Annotated[str | None, typer.Option(help="The model; by default the best that runs here.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same file.", min=0)] = None,
    size: Annotated[str | None, typer.Option(help="Of a picture or a video, in pixels: 1280x720.")] = None,
    seconds: Annotated[float | None, typer.Option(help="How long a video or a sound is.", min=1)] = None,
    folder: Annotated[Path, typer.Option("--out", help="Where the files go.", file_okay=False)] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Go the whole road once, without a browser: submit, watch, save the files, say how long each stage took."""
    from scheduler.jobs.model import JobRequest
    from scheduler.standalone import demo as road
    from scheduler.standalone.embedded import default_base
    from scheduler.standalone.processes import when_told_to_end

    when_told_to_end(signal.default_int_handler)
    width, height = sides(size) if size else (None, None)
    with explained(as_json), bar(Console(quiet=True) if as_json else err) as progress:
        request = JobRequest(
            capability=capability, prompt=prompt, model=model, seed=seed, seconds=seconds, width=width, height=height
        )
        task = progress.add_task("starting", total=1.0)
        result = road.demo(
            default_base(),
            request,
            folder,
            lambda stage, fraction: progress.update(task, description=WORDS[stage], completed=fraction),
        )
    show(result.status, result.files, result.seconds, as_json)


@contextmanager
def explained(as_json: bool) -> Iterator[None]:
    """Whatever keeps the files from being made is said in a line, or in the object that is printed."""
    from scheduler.errors import Refused, TesseraError
    from scheduler.migrate import MigrationError
    from scheduler.problems import sentence
    from scheduler.standalone.demo import DemoError
    from scheduler.standalone.embedded import EmbeddedError

    try:
        yield
    except Refused as error:
        fail(as_json, "REFUSED", sentence(error.refusal))
    except DemoError as error:
        fail(as_json, error.status, str(error))
    except ValueError as error:  # a seed or a size out of range
        fail(as_json, "REFUSED", str(error))
    except (TesseraError, EmbeddedError, MigrationError, OSError) as error:
        fail(as_json, "ERROR", str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def sides(size: str) -> tuple[int, int]:
    """Width and height."""
    if not (found := re.fullmatch(r"(\d{1,5})[x×*](\d{1,5})", size.strip().lower())):
        raise typer.BadParameter("say width and height in pixels, as in 1280x720", param_hint="--size")
    return int(found[1]), int(found[2])


def bar(console: Console) -> Progress:
    """A progress bar that goes away on its own."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console, transient=True)


def show(status: str, files: list[Path], seconds: dict[str, float], as_json: bool) -> None:
    """The files and the times; exit code 0 only if every file is there."""
    there = bool(files) and all(file.is_file() and file.stat().st_size for file in files)
    rounded = {name: round(value, 3) for name, value in seconds.items()}
    if as_json:
        print(json.dumps({"status": status, "files": [str(file) for file in files], "seconds": rounded}))
    else:
        for file in files:
            out.print(f"[bold green]✓[/] {file}", highlight=False, soft_wrap=True)
        out.print("  " + " · ".join(f"{name.replace('_', ' ')} {value:.2f} s" for name, value in rounded.items()))
    if not there:
        raise typer.Exit(1)


def fail(as_json: bool, status: str, message: str) -> NoReturn:
    """Say why there is no file; the exit code is 1."""
    if as_json:
        failed: dict[str, Any] = {"status": status, "files": [], "seconds": {}, "error": message}
        print(json.dumps(failed))
    else:
        err.print(f"[bold red]✗[/] {message}", highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def add_to(app: typer.Typer) -> None:
    app.command()(demo)
