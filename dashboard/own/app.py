"""The own view put together, apart from the pages of the hub: refusals are said in the reader's own language."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from dashboard.own import delegates, download, held, saying, way_in
from dashboard.own.frame import own_page, words_of
from dashboard.own.gate import COOKIE, PATH, OwnLogInNeeded
from hub import kept_apart
from hub.errors import FirstPointError

log = logging.getLogger(__name__)


def create_own(house: FastAPI, most_bytes: int) -> FastAPI:
    """To be mounted at `PATH`. It shares the state of `house`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, max_body_size=most_bytes)
    app.state = house.state
    for routes in (way_in, held, saying, download, delegates):
        app.include_router(routes.router)
    app.exception_handler(FirstPointError)(_said)
    app.exception_handler(RequestValidationError)(_not_valid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(Exception)(_fault)
    return app


def _said(request: Request, error: Exception) -> Response:
    assert isinstance(error, FirstPointError)
    kept_apart.is_over()
    if isinstance(error, OwnLogInNeeded):
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            ended = "?ended=1" if COOKIE in request.cookies else ""
            return RedirectResponse(f"{PATH}/log-in{ended}", 303)
        return _problem(request, 401, "ended")
    return _problem(request, error.status, "problem.none" if error.status == 404 else "problem.what")


def _not_valid(request: Request, _error: Exception) -> Response:
    kept_apart.is_over()
    return _problem(request, 422, "problem.what")


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _problem(
        request, error.status_code, "problem.none" if error.status_code == 404 else "problem.what"
    )


def _fault(request: Request, error: Exception) -> Response:
    log.error("fault", exc_info=(type(error), error, error.__traceback__), extra={"method": request.method})
    return _problem(request, 500, "problem.what")


def _problem(request: Request, status: int, key: str) -> Response:
    return own_page(request, "problem.html", status=status, words=words_of(request)(key))
