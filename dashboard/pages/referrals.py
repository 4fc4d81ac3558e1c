"""Referrals that other services have sent: what waits to be read, what came lately, and one of them whole."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub.access import Role
from hub.assemble import Hub
from hub.bodies import Number
from hub.errors import NotFound
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from records.looks import keep_look
from records.model import Case, CaseState, Position
from records.store import case as case_of
from records.store import rows_of
from triage.bars import store
from triage.bars.kept import without_codes
from triage.bars.model import ReferralMessage
from triage.bars_out import store as bars_out
from triage.bars_out.model import ReferralSent
from triage.bars_out.standing import said as stands

router = APIRouter()
Desk = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Senior = Annotated[Visitor, allow(Role.hub_clinician, Role.coordinator, Role.manager)]
MOST_SHOWN = 200_000
"""Letters of a message as it came; the whole of it is kept."""
KINDS = {"interim": "Accepted", "rejected": "Rejected", "final": "How it ended"}
CAME_AS = {
    "case": "became this case",
    "version": "a change, kept as a version",
    "again": "sent again",
    "to_read": "could not be taken in",
    "answered": "their answer to ours",
}


@router.get("/referrals")
def referrals(request: Request, visitor: Desk) -> Response:
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        waiting, found = store.to_read(session, place.id), store.newest(session, place.id)
        sent = bars_out.newest(session, place.id)
    keep_look(hub, visitor.user, "looked at referrals", f"place:{place.id}")
    return page(
        request,
        "referrals.html",
        visitor,
        waiting=waiting,
        found=found,
        sent=sent,
        stands=stands,
        by_message=bool(hub.services) or bool(sent),
        most=store.LISTED,
        reads_raw=_reads_raw(visitor),
        said=_said(place),
    )


@router.get("/cases/{case_id}/referral")
def of_case(request: Request, case_id: Number, visitor: Desk) -> Response:
    with hub_of(request).db.read() as session:
        case_of(session, visitor.user.place, case_id)
        found = store.of_case(session, case_id)
    if found is None:
        raise NotFound("This case was not referred.")
    return RedirectResponse(f"/referrals/{found.key}", 303)


@router.get("/referrals/{referral_id}")
def referral(request: Request, referral_id: Number, visitor: Desk) -> Response:
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        found = store.one(session, place.id, referral_id)
        case = session.get_one(Case, found.case_id)
        messages, responses = store.messages_of(session, found), store.responses_of(session, found)
        sender = store.sender(session, place.id, found.sender)
        visits = rows_of(session, Position, case.key, live=True)
    keep_look(hub, visitor.user, "case_opened", f"case:{case.key}")
    senior = visitor.user.has(Role.hub_clinician, Role.coordinator, Role.manager)
    return page(
        request,
        "referral.html",
        visitor,
        referral=found,
        case=case,
        facts=_facts(hub, found.facts),
        messages=messages,
        responses=responses,
        sender=sender,
        is_service=any(one.sender == found.sender for one in hub.services),
        warnings=list(dict.fromkeys(words for one in messages for words in one.warnings)),
        may_reject=senior and case.state is CaseState.open and not visits and found.rejected_at is None,
        sets_endpoint=visitor.user.has(Role.administrator, Role.manager),
        reads_raw=_reads_raw(visitor),
        kinds=KINDS,
        came_as=CAME_AS,
        said=_said(place),
    )


@router.get("/referrals/messages/{message_id}")
def one_message(request: Request, message_id: Number, visitor: Senior) -> Response:
    """As it came, but for what may be read by nobody here: the codes of key safes (S19)."""
    hub, place = hub_of(request), the_place(request)
    with hub.db.read() as session:
        found = store.message(session, place.id, message_id)
        sent = session.get(ReferralSent, found.sent_id) if found.sent_id is not None else None
    keep_look(hub, visitor.user, "referral_message_read", f"referral_message:{found.key}")
    text = _as_it_came(hub, found)
    return page(
        request,
        "referral_message.html",
        visitor,
        message=found,
        text=text[:MOST_SHOWN],
        cut=len(text) > MOST_SHOWN,
        case_id=sent.case_id if sent is not None else None,
        came_as=CAME_AS,
        said=_said(place),
    )


def _reads_raw(visitor: Visitor) -> bool:
    return visitor.user.has(Role.hub_clinician, Role.coordinator, Role.manager)


def _facts(hub: Hub, sealed: str) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(hub.db.seal.open(sealed) or "{}")
    return facts


def _as_it_came(hub: Hub, message: ReferralMessage) -> str:
    raw = hub.db.seal.open(message.sealed)
    if raw is None:
        return "None of the hub's secrets opens this message."
    raw = raw[: MOST_SHOWN * 2]
    try:
        return json.dumps(without_codes(json.loads(raw)), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return str(without_codes(raw[:MOST_SHOWN]))


def _said(place: Place) -> Any:
    return lambda at: f"{local(at, place):%d/%m/%Y %H:%M}"
