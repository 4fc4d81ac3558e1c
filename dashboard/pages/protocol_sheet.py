"""A protocol to take away, of any version that this hub has kept: a flow sheet for the wall, FHIR for other systems."""

import json
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.access import Role
from hub.gate import Visitor, allow, hub_of
from hub.places import place_of
from protocols.exchange.bundle import bundle
from protocols.exchange.names import base_of
from protocols.flow.paper import PAPERS, Sheet
from protocols.flow.pdf import pdf
from protocols.flow.sheet import sheet
from protocols.flow.svg import svg
from triage.api import library_of
from triage.governance.shown import on_paper
from triage.replays import version

router = APIRouter()
Reader = Annotated[
    Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager, Role.governance)
]
Paper = Literal["a4", "a3"]


@router.get("/protocols/{sha256}/flow.svg")
def flow_svg(request: Request, sha256: str, _: Reader, paper: Paper = "a4") -> Response:
    return Response(svg(_drawn(request, sha256, paper)), media_type="image/svg+xml")


@router.get("/protocols/{sha256}/flow.pdf")
def flow_pdf(request: Request, sha256: str, _: Reader, paper: Paper = "a4") -> Response:
    drawn = _drawn(request, sha256, paper)
    name = f"{drawn.about.split(',')[0].replace(' ', '-')}-{paper}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(pdf(drawn), media_type="application/pdf", headers=headers)


@router.get("/protocols/{sha256}/fhir.json")
def fhir(request: Request, sha256: str, _: Reader) -> Response:
    library, hub = library_of(request), hub_of(request)
    with hub.db.read() as session:
        protocol = version(session, library, sha256)
    sent = bundle(protocol, library.house, base_of(hub.settings.public_url))
    name = f"{protocol.protocol}-{protocol.version}.fhir.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(json.dumps(sent, ensure_ascii=False), media_type="application/fhir+json", headers=headers)


def _drawn(request: Request, sha256: str, paper: Paper) -> Sheet:
    library, hub = library_of(request), hub_of(request)
    with hub.db.read() as session:
        protocol = version(session, library, sha256)
        place = place_of(session, hub.settings.place)
        stands = on_paper(session, place, sha256, hub.clock.now(), training=hub.settings.training)
    return sheet(protocol, library.house, PAPERS[paper], stands)
