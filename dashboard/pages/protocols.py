"""Every protocol and version of the place: what stands of it, who answered for it, and what the prover said."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from dashboard.frame import local, page, the_place
from hub.access import User
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from triage.api import library_of
from triage.governance import deciding, shown, stops, store
from triage.store import text_of

router = APIRouter()
Reader = Annotated[Visitor, allow(*deciding.READERS)]
Approver = Annotated[Visitor, allow(*deciding.APPROVERS)]
FINDINGS = {
    "not_proved": "Not proved",
    "undecided": "Not decided: that is not a proof",
    "slower": "Calls that become slower",
    "faster": "Calls that become faster",
    "warning": "Warnings",
    "review": "For a second reader: what no proof can judge",
}
STATES = {
    "proposed": "proposed",
    "approved": "approved, no start yet",
    "starts": "starts",
    "in_force": "in force",
    "replaced": "replaced",
    "withdrawn": "withdrawn",
}
PROOFS = {
    "making": "being proved",
    "proved": "proved, but with another house file",
    "not_proved": "NOT PROVED",
    "invalid": "NOT SOUND",
    "failed": "the proof came to no end",
}


@router.get("/protocols")
def listed(request: Request, visitor: Reader) -> Response:
    hub, library = hub_of(request), library_of(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        kinds = shown.listed(session, library, hub.settings.place, now, training=hub.settings.training)
    rows = [row for some in kinds.values() for one in some for row in one.rows]
    return page(
        request,
        "protocols.html",
        visitor,
        kinds=kinds,
        titles=shown.KINDS,
        near=sorted({row.version.title for row in rows if row.review and row.runs}),
        **_words(request, visitor.user),
    )


@router.get("/protocols/new")
def new(
    request: Request, visitor: Approver, of: Annotated[str, Query(pattern=r"^([0-9a-f]{64})?$")] = ""
) -> Response:
    """A text to be proposed; `of`: it begins as a copy of this version."""
    hub = hub_of(request)
    with hub.db.read() as session:
        version = store.version_of(session, hub.settings.place, of) if of else None
        kept = text_of(session, version.sha256) if version else None
    return page(request, "protocol_new.html", visitor, version=version, text=kept.text if kept else "")


@router.get("/protocols/{sha256}")
def one_version(
    request: Request, sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], visitor: Reader
) -> Response:
    hub, library = hub_of(request), library_of(request)
    now, training = hub.clock.now(), hub.settings.training
    with hub.db.read() as session:
        version = deciding.find(session, hub.settings.place, sha256)
        whole = shown.whole(session, library, version, now, training=training)
    found = whole.row.proof.found.get("findings", []) if whole.row.proof else []
    user = visitor.user
    return page(
        request,
        "protocol.html",
        visitor,
        whole=whole,
        version=version,
        groups=[(title, some) for kind, title in FINDINGS.items() if (some := _of_kind(found, kind))],
        may_approve=user.has(*deciding.APPROVERS)
        and user.id != version.author_id
        and all(act.by_id != user.id for act in whole.row.standing.approvals),
        most_met=shown.MOST_MET,
        labels={one.id: one.label for one in library.house.priorities},
        **_words(request, user),
    )


def _of_kind(found: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [one for one in found if one["kind"] == kind]


def _words(request: Request, user: User) -> dict[str, Any]:
    return {
        "at": _at(the_place(request)),
        "states": STATES,
        "proofs": PROOFS,
        "stops": user.has(*stops.MAY_STOP),
        "releases": user.has(*stops.MAY_RELEASE),
        "decides": user.has(*deciding.APPROVERS),
        "withdraws": user.has(*deciding.MAY_WITHDRAW),
    }


def _at(place: Place) -> Callable[[datetime | None], str]:
    return lambda at: f"{local(at, place):%d/%m/%Y %H:%M}" if at else ""
