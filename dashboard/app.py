"""The web process, put together: the ground floor, the protocols, the rooms' routes, pages, feed and webhooks."""

import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from dashboard import downtime_file, feed, looks, protocols_in_force
from dashboard.bars.app import PATH as FHIR
from dashboard.bars.app import create_fhir
from dashboard.frame import page
from dashboard.headers import SafeHeaders
from dashboard.own.app import create_own
from dashboard.own.gate import PATH as OWN
from dashboard.pages import break_glass
from dashboard.routes import APIS, PAGES
from dashboard.v1.app import PATH as V1
from dashboard.v1.app import create_v1
from dispatch import stand_downs
from hub.asking import Asking
from hub.assemble import Hub
from hub.errors import Conflict, FirstPointError, GlassNeeded
from hub.gate import LogInNeeded
from hub.kept_apart import Listening
from hub.presence import Presence
from records.looks import keep_refusal

log = logging.getLogger(__name__)
HERE = Path(__file__).parent
PACKAGES = HERE.parent / "node_modules"
MOST_BYTES = 256 * 1024
"""A limit on everything: what may be sent to us in one request."""


def create_app(hub: Hub) -> FastAPI:
    """Everything that one dashboard process serves. Reads the protocols; raises where there is nothing to run on."""
    app = FastAPI(
        title="First Point",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=MOST_BYTES,
    )
    app.state.hub = hub
    app.state.presence = Presence(hub.post.redis, hub.clock.machine)
    protocols_in_force.put_in_force(app, hub)
    # what a case's end asks of dispatch: triage and dispatch do not know each other
    app.state.stand_down, app.state.pause = stand_downs.all_of_case, stand_downs.pause
    # Machines' doors first: a request is matched in this order, and past all pages it costs as much as a statement.
    app.mount(V1, create_v1(app, MOST_BYTES))
    app.mount(FHIR, create_fhir(app))
    app.mount(OWN, create_own(app, MOST_BYTES))
    for routes in PAGES:
        app.include_router(routes.router)
    for routes in APIS:
        app.include_router(routes.router, prefix="/api")
    _mount(app, "/static/phones", HERE.parent / "phones" / "static")
    _mount(app, "/static/nhsuk", PACKAGES / "nhsuk-frontend" / "dist" / "nhsuk")
    _mount(app, "/static/font", PACKAGES / "@fontsource-variable" / "source-sans-3" / "files")
    _mount(app, "/static", HERE / "static")
    app.add_middleware(Listening)
    app.add_middleware(Asking)
    app.add_middleware(SafeHeaders)
    _answer_with(app)
    return app


def _answer_with(app: FastAPI) -> None:
    app.exception_handler(FirstPointError)(_said)
    app.exception_handler(RequestValidationError)(_not_valid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(Exception)(_fault)


def _mount(app: FastAPI, at: str, folder: Path) -> None:
    app.mount(at, StaticFiles(directory=folder, check_dir=False))


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with (
        feed.following(app),
        protocols_in_force.followed(app),
        downtime_file.written(app),
        looks.carried(app),
    ):
        yield


def wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        ("/api/", "/webhooks/")
    )


def _log_in_first(request: Request) -> str:
    """The log-in page, and back to where a link in a text was leading."""
    path = request.url.path
    return f"/log-in?next={quote(path)}" if request.method == "GET" and path != "/" else "/log-in"


def _said(request: Request, error: Exception) -> Response:
    """A refusal in plain words: a page for people, JSON for scripts."""
    assert isinstance(error, FirstPointError)
    keep_refusal(request, error)
    if isinstance(error, Conflict) and request.url.path.startswith("/webhooks/"):
        return Response(status_code=503)  # a carrier tells again what is refused so; a 4xx it takes for final
    if wants_page(request):
        if isinstance(error, LogInNeeded):
            return RedirectResponse(_log_in_first(request), 303)
        if isinstance(error, GlassNeeded):
            return break_glass.asks(request, error)
        return page(request, "problem.html", status=error.status, problem=str(error))
    return JSONResponse({"problem": str(error)}, error.status)


def _not_valid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [
        {"field": ".".join(str(part) for part in fault["loc"][1:]), "problem": fault["msg"]}
        for fault in error.errors()[:20]
    ]
    problem = "Some of what was sent cannot be used; nothing was changed."
    if wants_page(request):
        return page(request, "problem.html", status=422, problem=problem)
    return JSONResponse({"problem": problem, "fields": wrong}, 422)


PLAIN = {
    404: "There is nothing at this address.",
    405: "This address does not take that kind of request.",
}


def _http(request: Request, error: Exception) -> Response:
    """What the framework itself refuses, in our words."""
    assert isinstance(error, HTTPException)
    problem = PLAIN.get(error.status_code, str(error.detail))
    if wants_page(request):
        return page(request, "problem.html", status=error.status_code, problem=problem)
    return JSONResponse({"problem": problem}, error.status_code, headers=error.headers)


def _fault(request: Request, error: Exception) -> Response:
    log.error("fault", exc_info=(type(error), error, error.__traceback__), extra={"method": request.method})
    problem = (
        "Something went wrong in the hub; it has been written down. What was saved is safe. Try once more."
    )
    if wants_page(request):
        return page(request, "problem.html", status=500, problem=problem)
    return JSONResponse({"problem": problem}, 500)
