"""Words that fit what they are said of, in every language: the fault, the thing that was made, the command."""

import ast
import re
from typing import get_args

import pytest

from bots.commands import CommandError
from bots.making import Maker, made
from bots.replies import progress, refusals, results
from bots.replies.translator import Translator, sources
from scheduler.catalogue.model import Capability
from scheduler.errors import Code, Refusal
from scheduler.jobs.model import JobError, Status, Wait, Why
from tests.bots.studio import NOW, a_job, an_account
from tests.bots.test_replies import done, spoken
from tests.deploy.compose import ROOT
from workers.engines.comfyui.template import Parameter

LOCALES = sorted(sources())


def faults_of_workers() -> set[str]:
    """What engines say is wrong with a request, as it stands in their code."""
    found = {f"{parameter}_refused" for parameter in get_args(Parameter)} - {"parent_seed_refused", "picture_refused"}
    for path in (ROOT / "workers").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(ast.Name("BadRequest") | ast.Attribute(attr="BadRequest"), [ast.Constant(code), *_]):
                    found.add(str(code))
    return found - {"instant_refused"}  # the engine of the tests


@pytest.mark.parametrize("locale", LOCALES)
def test_every_fault_of_a_request_has_a_sentence_in_every_language_and_none_quotes_the_worker(locale: str) -> None:
    said: dict[str | None, str] = {}
    for fault in {*faults_of_workers(), None, "something_new"}:
        error = JobError(code="bad_request", message="so says the worker", fault=fault)
        said[fault] = spoken(results.failed(a_job(status=Status.FAILED, error=error), Translator(locale), "SDXL"))
    assert len(said) > 30
    assert not [fault for fault, text in said.items() if "so says" in text]
    assert {fault for fault, text in said.items() if text == said[None]} == {None, "something_new"}


@pytest.mark.parametrize("locale", LOCALES)
def test_only_what_is_a_picture_is_called_one(locale: str) -> None:
    tr, film = Translator(locale), {"capability": Capability.VIDEO, "model": "animator"}
    told = [tr("note-unknown"), refusals.refused(Refusal(Code.GONE), tr, NOW).text]
    told += [results.completed(done(**film), tr, an_account(), "x", None).text, results.quote(done(**film), tr).text]
    for code in sorted(results.REASONS):
        error = JobError(code=code, message="")
        told.append(results.failed(a_job(**film, status=Status.FAILED, error=error), tr, "animator").text)
    for why in Why:
        told.append(progress.waiting(a_job(**film, wait=Wait(position=1, seconds=1, why=why)), tr, NOW).text)
    pictures = re.compile(r"picture|Bild|malen|картин|рису|рисов", re.IGNORECASE)
    assert [text for text in told if pictures.search(text)] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_each_command_asks_for_its_own_words(locale: str) -> None:
    told = set()
    for maker in Maker:
        with pytest.raises(CommandError) as caught:
            made(maker, "  ")
        told.add(text := refusals.worded(caught.value, Translator(locale), NOW).text)
        assert f"/{maker} " in text
    assert len(told) == len(Maker)
