"""The FHIR door put together: referrals in, and the hub's own face. Whatever is refused is an OperationOutcome that
says what to do."""

import logging

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from dashboard.bars import routes
from dashboard.fhir import capability, exports, reading, requests, subscriptions
from hub.errors import FirstPointError, Unavailable
from records.fhir.shapes import Resource
from records.looks import keep_refusal
from triage.bars.answering import outcome

log = logging.getLogger(__name__)
PATH = "/fhir"
MEDIA_TYPE = "application/fhir+json"
NOBODY_WAITS_FOR = 64 * 1024 * 1024
"""The framework's own limit, far above the one that keeps the beginning of what is too large (`routes.sent`)."""
RETRY_AFTER_S = 1


def create_fhir(house: FastAPI) -> FastAPI:
    """To be mounted at `PATH`. It shares the state of `house`."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, max_body_size=NOBODY_WAITS_FOR)
    app.state = house.state
    for served in (routes, capability, exports, requests, reading, subscriptions):
        app.include_router(served.router)
    app.exception_handler(FirstPointError)(_said)
    app.exception_handler(RequestValidationError)(_not_valid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(Exception)(_fault)
    return app


def said(status: int, body: Resource, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def _said(request: Request, error: Exception) -> Response:
    assert isinstance(error, FirstPointError)
    keep_refusal(request, error)
    headers = {}
    if challenge := getattr(error, "challenge", None):
        headers["WWW-Authenticate"] = challenge
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(RETRY_AFTER_S)
    return said(error.status, outcome(error.status, str(error)), headers)


def _not_valid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return said(
        400, outcome(400, "A parameter cannot be used; see the CapabilityStatement at /fhir/metadata.")
    )


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {
        404: "Nothing is served at this address; see /fhir/metadata.",
        405: "This address takes other methods.",
        413: "The message is too large.",
    }
    status = error.status_code
    return said(status, outcome(status, words.get(status, str(error.detail))), dict(error.headers or {}))


def _fault(request: Request, error: Exception) -> Response:
    log.error("fault", exc_info=(type(error), error, error.__traceback__), extra={"method": request.method})
    again = "Something went wrong in the hub. Send the same message again with the same X-Request-Id."
    return said(500, outcome(500, again), {"Retry-After": "5"})
