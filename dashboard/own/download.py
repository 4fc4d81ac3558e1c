"""What the hub holds of them, to take along: to read and print, or as FHIR. Each copy is a look."""

import json
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard.own.frame import own_page
from dashboard.own.gate import DOWNLOADED, OnPage, Theirs, theirs
from dashboard.own.held import visits_of, what_is_held
from hub.gate import hub_of
from records.fhir.own_copy import bundle_of
from records.looks import keep_finding
from records.own.showing import Item

router = APIRouter()
Me = Annotated[Theirs, theirs(Item.download)]


@router.get("/download")
def ways(request: Request, me: Me) -> Response:
    return own_page(request, "download.html", me)


@router.get("/download/page")
def to_read(request: Request, me: Me) -> Response:
    """One page with everything in it and nothing beside it, so that it opens wherever it is kept."""
    _is_taken(request, me)
    found = what_is_held(request, me)
    with hub_of(request).db.read() as session:
        visits = visits_of(session, found)
    answer = own_page(request, "copy.html", me, found=found, visits=visits)
    answer.headers["Content-Disposition"] = 'attachment; filename="my-page.html"'
    return answer


@router.get("/download/fhir")
def fhir(request: Request, me: Me) -> Response:
    _is_taken(request, me)
    hub = hub_of(request)
    body = json.dumps(bundle_of(what_is_held(request, me), hub.clock.now()), ensure_ascii=False, indent=1)
    headers = {"Content-Disposition": 'attachment; filename="my-page.fhir.json"'}
    return Response(body, media_type="application/fhir+json", headers=headers)


def _is_taken(request: Request, me: Theirs) -> None:
    keep_finding(hub_of(request), OnPage(me.access), DOWNLOADED, f"person:{me.person.key}")
