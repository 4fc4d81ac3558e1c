"""What machines read when something is refused: problem+json (RFC 9457), which says what to do. No personal data."""

import logging
import uuid
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from hub.errors import FirstPointError, Unavailable
from records.looks import keep_refusal

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
DOCS = "/api/v1/docs"
KINDS: dict[int, tuple[str, str]] = {
    400: ("not-asked-well", "The request is not complete"),
    401: ("token-needed", "A token is needed"),
    403: ("not-allowed", "This token may not do this"),
    404: ("not-found", "There is no such thing here"),
    405: ("no-such-method", "This address does not take that kind of request"),
    409: ("conflict", "Somebody else was first, or it cannot be done now"),
    413: ("too-large", "The request is too large"),
    422: ("not-usable", "What was sent cannot be used"),
    500: ("fault", "Something went wrong in the hub"),
    503: ("unavailable", "Something the hub needs is away for the moment"),
}
"""By status: the last part of `type`, which leads to its words in the documentation, and `title`."""
RETRY_AFTER_S = {503: 5}
NOT_COMPLETE = {("header", "Idempotency-Key")}
"""What is missing here is 400 and not 422: nothing that was sent is wrong."""
MOST_FIELDS = 20


class Wrong(BaseModel):
    field: str
    problem: str


class Problem(BaseModel):
    """RFC 9457. `detail` says what to do; `instance` names this answer in the hub's own log, and nobody."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    fields: list[Wrong] | None = Field(default=None, description="with 422: what is wrong, and where")


def in_openapi(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These answers as an operation declares them."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": KINDS[status][1], "content": {MEDIA_TYPE: schema}} for status in statuses}


def answer_with(app: FastAPI) -> None:
    app.exception_handler(FirstPointError)(_said)
    app.exception_handler(RequestValidationError)(_not_valid)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(Exception)(_fault)


def problem(
    status: int, detail: str, headers: dict[str, str] | None = None, fields: list[Wrong] | None = None
) -> Response:
    kind, title = KINDS.get(status, ("other", "The request was refused"))
    said = Problem(
        type=f"{DOCS}#{kind}",
        title=title,
        status=status,
        detail=detail,
        instance=f"urn:uuid:{uuid.uuid4()}",
        fields=fields,
    )
    return JSONResponse(said.model_dump(exclude_none=True), status, headers, MEDIA_TYPE)


def _said(request: Request, error: Exception) -> Response:
    assert isinstance(error, FirstPointError)
    keep_refusal(request, error)
    headers = {}
    if challenge := getattr(error, "challenge", None):
        headers["WWW-Authenticate"] = challenge
    if wait_s := getattr(error, "retry_after_s", RETRY_AFTER_S.get(error.status)):
        headers["Retry-After"] = str(wait_s)
    return problem(error.status, str(error), headers)


def _not_valid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "missing" and tuple(fault["loc"]) in NOT_COMPLETE for fault in faults):
        return problem(
            400,
            "Send an Idempotency-Key header with this request, a new one (a UUID) for each thing that you create, and"
            " the same one when you send it again.",
        )
    wrong = [
        Wrong(field=".".join(_readable(part) for part in fault["loc"]), problem=_readable(fault["msg"]))
        for fault in faults[:MOST_FIELDS]
    ]
    return problem(422, "Mend what `fields` names and send it again; nothing was changed.", fields=wrong)


def _readable(part: Any) -> str:
    """Half an emoji cannot be sent back."""
    return str(part).encode("utf-8", "replace").decode()


PLAIN = {
    400: "The body could not be read: send JSON in UTF-8.",
    404: "There is nothing at this address. The operations are listed in the documentation.",
    405: "This address takes other methods; see the header Allow.",
}


def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = PLAIN.get(error.status_code, str(error.detail))
    return problem(error.status_code, detail, dict(error.headers or {}))


def _fault(request: Request, error: Exception) -> Response:
    answer = problem(
        500,
        "It has been written down under `instance`. Send the same request again with the same Idempotency-Key: what was"
        " done is not done twice.",
        {"Retry-After": str(RETRY_AFTER_S[Unavailable.status])},
    )
    log.error("fault", exc_info=(type(error), error, error.__traceback__), extra={"method": request.method})
    return answer
