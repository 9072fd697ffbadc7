"""Where errors become words: a bubble in the conversation, or a status where a browser asks for a file."""

from datetime import UTC, datetime

import structlog
from aiohttp import web
from pydantic import BaseModel, ValidationError

from bots.buttons import Action, button
from bots.commands import CommandError
from bots.replies import refusals
from bots.replies.translator import Translator
from bots.web.cards import button_views
from bots.web.guard import Handler
from bots.web.model import Answer, Kind
from bots.web.site import Strange, translator
from scheduler.errors import Code, Refused, Unreachable

log = structlog.get_logger(__name__)

SILENCE = frozenset({Code.UNAVAILABLE})  # the scheduler is there but not ready: as if it did not answer
WORTH_AN_EDIT = frozenset({Code.PROMPT_EMPTY, Code.PROMPT_TOO_LONG, Code.INVALID_REQUEST})
WORTH_ANOTHER_TRY = frozenset({Code.RATE_LIMITED, Code.TOO_MANY_WAITING, Code.OVERLOADED, Code.INTERNAL})


@web.middleware
async def in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refused POST is an ordinary turn of the conversation, so its status is 200; a GET has the refusal's own."""
    tr = translator(request)
    try:
        return await handler(request)
    except Strange:
        return answered(Answer(kind=Kind.REFUSAL, text=tr("web-no-cookie")), 403 if request.method == "POST" else 401)
    except ValidationError:
        return answered(Answer(kind=Kind.REFUSAL, text=tr("refused-invalid-request")), 400)
    except CommandError as error:
        answer, status = refusal(error, tr), 400
    except Refused as error:
        silent = error.refusal.code in SILENCE
        answer, status = silence(tr) if silent else refusal(error, tr), int(error.refusal.status)
    except Unreachable as error:
        log.warning("web.unreachable", page=page_of(request), error=str(error))
        answer, status = silence(tr), 503
    return answered(answer, 200 if request.method == "POST" else status)


def refusal(error: CommandError | Refused, tr: Translator) -> Answer:
    screen = refusals.worded(error, tr, datetime.now(UTC), helps=True, counts=True)
    answer = Answer(kind=Kind.REFUSAL, text=screen.text, buttons=button_views(screen.buttons))
    if isinstance(error, CommandError) or error.refusal.code in WORTH_AN_EDIT:
        answer.edit = True
    elif not screen.buttons and error.refusal.code in WORTH_ANOTHER_TRY:
        answer.buttons = button_views([[button(tr("button-try-again"), Action.RETRY)]])
        answer.wait_seconds = error.refusal.retry_after_seconds
    return answer


def silence(tr: Translator) -> Answer:
    return Answer(kind=Kind.DOWN, text=refusals.trying_again(tr).text)


def answered(body: BaseModel, status: int = 200) -> web.Response:
    return web.Response(body=body.model_dump_json().encode(), status=status, content_type="application/json")


def page_of(request: web.Request) -> str:
    """The page without what is the visitor's own in its address: "/jobs/{job_id}"."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else ""
