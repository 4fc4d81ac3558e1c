"""What the sender hears of a referral: accepted, rejected, how it ended; each once, in order, through the outbox."""

import json
import uuid
from datetime import datetime, timedelta

from sqlmodel import Session

from hub import outbox
from hub.actors import HUB, Actor
from hub.errors import Conflict, Refused
from hub.outbox import Effect, Queue
from hub.sealing import seal_of
from records import alarms, hand_overs
from records.fhir.shapes import Resource
from records.lifecycles import Word
from records.model import Call, CallBack, Case, CaseState, Outcome, Position
from records.service import supersede, take, write_line
from records.store import rows_of
from triage.bars import answering, store
from triage.bars.confirming import REJECTED, to_whom
from triage.bars.model import Referral, ReferralResponse, Response
from triage.bars.reading import RESPONSE

CONFIRM_IN = timedelta(minutes=30)
"""S32: a sender that has not said so long after a rejection that they know is rung. [LOCAL]"""
SAID = {Response.interim: "accepted", Response.rejected: "rejected", Response.final: "how it ended"}


def moved(session: Session, hub_url: str, case_id: int, now: datetime) -> None:
    """The case has come to where its sender has something to hear."""
    referral = store.of_case(session, case_id)
    if referral is None:
        return
    case = take(session, case_id, now)
    if case.word in (Word.accepted, Word.travelling, Word.at_door, Word.with_person):
        _tell(session, referral, case, Response.interim, hub_url, now)
    elif case.state is CaseState.closed and store.response_of(session, referral, Response.rejected) is None:
        _tell(session, referral, case, Response.final, hub_url, now)


def reject(session: Session, referral: Referral, why: str, hub_url: str, now: datetime, actor: Actor) -> None:
    """It will not be done here. The case stays open until the sender has confirmed that they know (S32).

    Raises `Refused` without a reason, `Conflict` where it was rejected before, or is closed, or somebody of ours is
    asked or on the way.
    """
    if not why.strip():
        raise Refused("Say why it is rejected: the sender reads it. Nothing was changed.")
    case = take(session, referral.case_id, now)
    session.refresh(referral)
    if referral.rejected_at is not None:
        raise Conflict("It is rejected already: its sender reads the first reason.")
    if case.state is CaseState.closed:
        raise Conflict("This case is closed.")
    if rows_of(session, Position, case.key, live=True):
        raise Conflict("Visits of this case stand. Stand them down first, then reject the referral.")
    if rows_of(session, Call, case.key, live=True):
        raise Conflict("Somebody is on a call about this case. End it first.")
    referral.rejected_at, referral.rejected_why = now, why.strip()[:300]
    session.add(referral)
    words = f"{REJECTED}{why.strip()}"
    hand_overs.request(
        session,
        case,
        to_whom(referral),
        "hub",
        words,
        now,
        actor,
        confirm_in=CONFIRM_IN,
        ends_as=Outcome.referred,
    )
    for row in rows_of(session, CallBack, case.key, live=True):
        supersede(session, row, now, actor, "The referral was rejected; its sender is told.")
        alarms.end(session, row.place, "call_back", row.key, now)
    _tell(session, referral, case, Response.rejected, hub_url, now)


def _tell(
    session: Session, referral: Referral, case: Case, kind: Response, hub_url: str, now: datetime
) -> None:
    if store.response_of(session, referral, kind) is not None:
        return
    uid = str(uuid.uuid4())
    facts = json.loads(seal_of(session).open(referral.facts) or '{"request": {}}')
    body = _body(facts, referral, case, kind, uid, hub_url, now)
    response = ReferralResponse(
        uid=uid,
        referral_id=referral.key,
        kind=kind,
        sealed=seal_of(session).shut(json.dumps(body)),
        made_at=now,
    )
    session.add(response)
    session.flush()
    effect = Effect(
        place=case.place,
        case_id=case.key,
        queue=Queue.records,
        kind="bars_response",
        payload={"response": response.key},
        outlives_case=True,
        created_at=now,
    )
    outbox.append(session, effect)
    write_line(
        session,
        case.key,
        now,
        HUB,
        "referral",
        f"{referral.organisation} is told: {SAID[kind]}.",
    )


def _body(
    facts: Resource, referral: Referral, case: Case, kind: Response, uid: str, hub_url: str, now: datetime
) -> Resource:
    """Of the outcome its word alone: what was seen and done at the visit is on the shared record, not in here."""
    status, request_status, why, more = "in-progress", "active", "", []
    if kind is Response.rejected:
        status, request_status, why = "cancelled", "revoked", referral.rejected_why
    if kind is Response.final:
        status, request_status = "finished", "completed"
    encounter = answering.encounter(facts, case.ref, status, case.clock_start, hub_url, why)
    if kind is Response.final:
        title = (case.outcome or Outcome.cancelled).value.replace("_", " ")
        more = [answering.care_plan(facts, encounter["id"], title, case.clock_start, case.closed_at or now)]
    return answering.message(
        facts, uid, referral.uid, RESPONSE, request_status, encounter, now, hub_url, *more
    )
