"""The web application: which page answers which address."""

from aiohttp import web

from bots.web import edge, guard
from bots.web.crowd import UPLOADS, Crowd
from bots.web.pages.chat import chat
from bots.web.pages.events import events
from bots.web.pages.health import health, readiness
from bots.web.pages.job import job, press
from bots.web.pages.page import page
from bots.web.pages.pictures import SHELF, for_screens, picture, preview, thumbnail
from bots.web.pages.say import say
from bots.web.pages.static import static
from bots.web.pages.uploads import Uploads
from bots.web.parting import parting
from bots.web.shelf import Shelf
from bots.web.site import SITE, Site

LARGEST_BODY_BYTES = 1 << 20  # a far too long prompt is still answered in words

ROUTES = (
    web.get("/", page),
    web.get("/static/{version}/{name}", static),
    web.get("/chat", chat),
    web.post("/chat", say),
    web.get("/jobs/{job_id}", job),
    web.post("/jobs/{job_id}/{action}", press),
    web.get("/jobs/{job_id}/preview", preview),
    web.get("/events", events),
    web.get("/pictures/{artifact_id}", picture),
    web.get("/pictures/{artifact_id}/thumbnail", thumbnail),
    web.get("/pictures/{artifact_id}/web", for_screens),
    web.get("/healthz", health),
    web.get("/readyz", readiness),
)


def application(site: Site) -> web.Application:
    middlewares = [site.connections.middleware, parting, guard.own_requests, Crowd().middleware, edge.in_words]
    app = web.Application(middlewares=middlewares, client_max_size=LARGEST_BODY_BYTES)
    app[SITE] = site
    app[SHELF] = Shelf()
    app.on_response_prepare.append(guard.protect)
    app.add_routes([*ROUTES, web.post(UPLOADS, Uploads().take)])
    return app
