"""GET / : the page itself, in the visitor's language; a first visit gets its cookie here."""

import json
import random
import re
from functools import cache
from html import escape
from pathlib import Path

from aiohttp import web

from bots import commands
from bots.replies import welcome
from bots.replies.translator import Translator
from bots.web import assets
from bots.web.ready import Ready
from bots.web.site import PLATFORM, SITE, known_visitor, origin, translator

TEMPLATE = (Path(__file__).parent.parent / "page.html").read_text("utf-8")
PLACE = re.compile(r"\{\{ ?([a-z-]+) ?\}\}")
EXAMPLES = 4
PAGES = 8  # in each language, which differ in their examples
# all of them at once: the browser would find them one import after the other
MODULES = "\n  ".join(
    f'<link rel="modulepreload" href="{assets.PATH}/{name}">' for name in assets.FILES if name.endswith(".js")
)

# the sentences that only the page's own code says
SAID_BY_THE_PAGE = (
    "button-try-again",
    "studio-gave-up",
    "web-attached",
    "web-attaching",
    "web-close",
    "web-download",
    "web-enlarge",
    "web-file-gone",
    "web-less",
    "web-more",
    "web-offline",
    "web-ready",
    "web-reconnecting",
    "web-sending",
    "web-studio-away",
    "web-try-again-in",
)


async def page(request: web.Request) -> web.Response:
    site, tr = request.app[SITE], translator(request)
    response = ready(tr.locale, random.randrange(PAGES)).answer(request)
    response.headers["Vary"] += ", Accept-Language, Cookie"
    visitor = known_visitor(request) or site.visitors.new()
    site.visitors.give(response, visitor, https=origin(request).https)
    return response


@cache
def ready(locale: str, number: int) -> Ready:
    """One of the pages in one of our languages, from its first use on."""
    return Ready.of(rendered(Translator(locale, PLATFORM)).encode(), "text/html")


def rendered(tr: Translator) -> str:
    """The template with its places filled: named ones, and sentences by their keys."""
    values = {"locale": tr.locale, "assets": assets.PATH, "modules": MODULES, "script-data": script_data(tr)}
    return PLACE.sub(lambda place: values.get(place[1]) or escape(tr(place[1])), TEMPLATE)


def script_data(tr: Translator) -> str:
    """Sentences and examples for the page's code, as JSON that cannot end its element."""
    chosen = random.sample(range(welcome.SURPRISES), EXAMPLES)
    data = {
        "sizes": {name: {"width": width, "height": height} for name, (width, height) in commands.SIZES.items()},
        "strings": {key: tr(key) for key in SAID_BY_THE_PAGE},
        "examples": [{"text": welcome.surprise(tr, number), "mood": number % welcome.SURPRISES} for number in chosen],
    }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")
