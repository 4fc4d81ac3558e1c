"""What a call handler's browser keeps for the time when the hub is away (S6, S9): one page, and the worker that opens
it."""

import dataclasses

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard import shell
from dashboard.capture_fields import fields
from dashboard.first_signs import first_signs, single_signs
from dashboard.frame import page
from hub.access import Role
from hub.gate import allow
from triage.api import library_of
from triage.capture import Shown
from triage.model import CaptureField

router = APIRouter()
TAKER = allow(Role.handler, Role.hub_clinician)


@router.get(shell.CALLS.page, dependencies=[TAKER])
def away(request: Request) -> Response:
    """The same for everybody: it is kept on the computer, so it names nobody and carries no proof."""
    library = library_of(request)
    empty = [
        {**one, "kind": "text" if one["kind"] == "place" else one["kind"]}
        for one in fields(dict.fromkeys(CaptureField, Shown("")), {})
    ]
    signs = [dataclasses.asdict(sign) for sign in library.house.signs.values() if sign.life_threat]
    return page(
        request,
        "away.html",
        fields=empty,
        needs=library.house.needs,
        first=first_signs(library.house),
        flags=single_signs(library),
        signs=signs,
    )


@router.get("/calls-worker.js", dependencies=[TAKER])
def worker(request: Request) -> Response:
    library = library_of(request)
    words = (library.house.sha256, *(one.sha256 for one in library.triage.values()))
    return Response(shell.worker(shell.CALLS, *words), media_type="text/javascript")
