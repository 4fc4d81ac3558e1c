"""A message arrives: kept as it came before anybody reads it, then made into a case, a version of one, or something for
a human to read. What could be used is never sent back.
"""

import hashlib
import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlmodel import Session

from hub.db import alone_with, attempt
from hub.errors import Unavailable
from hub.sealing import seal_of
from hub.tokens import Machine
from protocols.loader import Library
from records import alarms
from records.fhir.shapes import Resource
from records.model import Case, CaseState
from triage.bars import answering, as_a_case, changes, confirming, store
from triage.bars.bounds import MOST_BYTES, NotReadable, parsed, text_of
from triage.bars.bundle import kind_of
from triage.bars.kept import facts_of
from triage.bars.model import Arrived, Referral, ReferralMessage
from triage.bars.reading import NOT_TAKEN, RESPONSE, Read, read
from triage.bars_out import hearing

PROBLEM = "The hub could not read this message by itself: read it as it came."


@dataclass(frozen=True)
class Envelope:
    """What came: its body, its headers, and what is wrong with those."""

    raw: bytes
    request_id: str
    correlation_id: str
    problem: str = ""

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.raw).hexdigest()


@dataclass(frozen=True)
class Answered:
    """What the sender is told."""

    status: int
    body: Resource


@dataclass(frozen=True)
class Looked:
    """What could be made of a message before the database was asked."""

    read: Read | None
    status: int = 200
    problem: str = ""
    kind: str | None = None


def look(envelope: Envelope) -> Looked:
    """Pure. Broken headers and what no human could use are the only reasons to refuse."""
    odd: list[str] = []
    try:
        bundle = parsed(envelope.raw, odd)
    except NotReadable as why:
        return Looked(None, 413 if len(envelope.raw) > MOST_BYTES else 400, str(why))
    found = _read(bundle)
    found = replace(found, warnings=(*found.warnings, *odd))
    if envelope.problem:
        return Looked(found, 400, envelope.problem)
    kind = kind_of(bundle)
    if kind != "Bundle" and not (kind == "" and "entry" in bundle):
        return Looked(found, 400, "The message is not a Bundle. Send a FHIR R4 message Bundle.")
    if found.event.startswith(NOT_TAKEN):
        return Looked(
            found, 422, "Bookings are not supported here: send a servicerequest-request.", "not-supported"
        )
    if found.event != RESPONSE and found.reason != "cancel" and not found.is_usable:
        return Looked(found, 400, "Nobody and no place can be read in this message. Send who it is about.")
    return Looked(found)


def _read(bundle: Resource) -> Read:
    """Whatever fault reading has, the message is taken all the same."""
    try:
        return read(bundle)
    except Exception:
        return Read(need=PROBLEM, warnings=(PROBLEM,))


def receive(
    session: Session,
    library: Library,
    envelope: Envelope,
    looked: Looked,
    machine: Machine,
    hub_url: str,
    now: datetime,
) -> Answered:
    """One transaction. Raises `Unavailable` where the same is being taken in at this moment."""
    found = looked.read
    for name in {envelope.sha256, found.request_key if found else ""} - {""}:
        if not alone_with(session, f"bars:{machine.place}:{machine.name}:{name}"):
            raise Unavailable("The same referral is being taken in just now. Send it again in a second.")
    same = store.same_words(session, machine.place, machine.name, envelope.sha256)
    if looked.problem and any(_waits(one, looked.status) for one in same):
        return Answered(looked.status, answering.outcome(looked.status, looked.problem, looked.kind))
    before = next((one for one in same if one.request_id == envelope.request_id and one.answer), None)
    if before is not None and not looked.problem:
        kept = seal_of(session).open(before.answer or "")
        return Answered(before.status, json.loads(kept) if kept else answering.outcome(409, DUPLICATE))
    is_again = any(one.became in store.TAKEN for one in same)
    message = _as_it_came(session, envelope, found, machine, now)
    answered = (
        _refuse(session, message, looked.status, looked.problem, now, looked.kind)
        if looked.problem or found is None
        else _again(message)
        if is_again
        else _take(session, library, message, found, machine, hub_url, now)
    )
    message.status = answered.status
    message.answer = seal_of(session).shut(json.dumps(answered.body))
    session.add(message)  # once, with all that became of it: it is large
    return answered


def _waits(message: ReferralMessage, status: int) -> bool:
    """The very same waits to be read: a machine that tries again and again is one row."""
    return message.became is Arrived.to_read and message.seen_at is None and message.status == status


def _again(message: ReferralMessage) -> Answered:
    message.became = Arrived.again
    return Answered(409, answering.outcome(409, DUPLICATE))


def _as_it_came(
    session: Session, envelope: Envelope, found: Read | None, machine: Machine, now: datetime
) -> ReferralMessage:
    raw, _ = text_of(envelope.raw[:MOST_BYTES])
    return ReferralMessage(
        place=machine.place,
        sender=machine.name,
        at=now,
        request_id=envelope.request_id,
        correlation_id=envelope.correlation_id,
        body_sha256=envelope.sha256,
        size=len(envelope.raw),
        sealed=seal_of(session).shut(raw),
        event=found.event[:60] if found else "",
        reason=found.reason if found else "",
        warnings=list(found.warnings) if found else [],
    )


def _refuse(
    session: Session, message: ReferralMessage, status: int, why: str, now: datetime, kind: str | None = None
) -> Answered:
    """S32: somebody here sees what was sent back, until they have said that the sender knows."""
    message.became, message.why = Arrived.to_read, why[:300]
    said = f"A referral by {message.sender} could not be taken in. Read it, and ring them."
    alarms.ring(session, message.place, "referral_unread", message.sender, said, now)
    return Answered(status, answering.outcome(status, why, kind))


DUPLICATE = "This message has been recognised as having already been successfully processed."


def _take(
    session: Session,
    library: Library,
    message: ReferralMessage,
    found: Read,
    machine: Machine,
    hub_url: str,
    now: datetime,
) -> Answered:
    if found.event == RESPONSE:
        return _answer_came(session, message, found, machine, hub_url, now)
    known = _meant(session, found, machine)
    if found.reason == "cancel" and known is None:
        return _refuse(session, message, 404, "The referral to cancel is not known here.", now)
    if known is not None:
        case = session.get_one(Case, known.case_id)
        if found.reason in ("cancel", "update"):
            facts = facts_of(found)
            changes.change(session, message, known, case, found, facts, machine, now)
            return _told(message, known, case, found, facts, hub_url, now)
        if case.state is CaseState.open:
            changes.sent_again(session, message, known, case, machine, now)
            return Answered(409, answering.outcome(409, DUPLICATE))
    odd = (
        []
        if found.reason == "new"
        else ["An update came of a referral that is not known here: it is a new case."]
    )
    return _open(session, library, message, found, odd, machine, hub_url, now)


def _meant(session: Session, found: Read, machine: Machine) -> Referral | None:
    """The referral that this message is about, by our number before the sender's names, if it is about the same person:
    a sender that gives the same name to everything must not make one case of many people."""
    by = store.by_keys(
        session, machine.place, machine.name, found.request_key, found.encounter_key, found.request_uid
    )
    if found.reason == "new":
        by = [one for one in by if one.request_key == found.request_key and _is_again(found, one)]
    by.sort(key=lambda one: (one.uid != found.request_uid, one.request_key != found.request_key))
    return next((one for one in by if not found.person_key or one.person_key in ("", found.person_key)), None)


def _is_again(found: Read, before: Referral) -> bool:
    """Whether a new one is the same as before. By its place in the Bundle alone, which senders use again, only where
    both say who it is: of two whom nobody knows, none may be lost."""
    if found.is_named or (found.encounter_key and found.encounter_key == before.encounter_key):
        return True
    return found.says_who and bool(before.person_key)


def _open(
    session: Session,
    library: Library,
    message: ReferralMessage,
    found: Read,
    odd: list[str],
    machine: Machine,
    hub_url: str,
    now: datetime,
) -> Answered:
    made: list[tuple[Referral, Resource]] = []

    def open_it(session: Session) -> None:
        facts = facts_of(found)
        made.append((as_a_case.open_as(session, library, message, found, facts, machine, now), facts))

    message.warnings = [*odd, *message.warnings]
    if not attempt(session, open_it):
        found = Read(need=PROBLEM, bundle_id=found.bundle_id, event=found.event, warnings=(PROBLEM,))
        message.warnings = [PROBLEM]
        made.clear()
        open_it(session)
    ((referral, facts),) = made
    case = session.get_one(Case, referral.case_id)
    return _told(message, referral, case, found, facts, hub_url, now)


def _told(
    message: ReferralMessage,
    referral: Referral,
    case: Case,
    found: Read,
    facts: Resource,
    hub_url: str,
    now: datetime,
) -> Answered:
    message.referral_id = referral.key
    return _told_of(facts, referral.uid, case, found, hub_url, now)


def _told_of(
    facts: Resource, referral_uid: str, case: Case, found: Read, hub_url: str, now: datetime
) -> Answered:
    status = "cancelled" if found.reason == "cancel" else "planned"
    encounter = answering.encounter(facts, case.ref, status, case.clock_start, hub_url)
    request_status = "revoked" if found.reason == "cancel" else "active"
    said = answering.message(
        facts, str(uuid.uuid4()), referral_uid, found.event, request_status, encounter, now, hub_url
    )
    return Answered(200, said)


def _answer_came(
    session: Session,
    message: ReferralMessage,
    found: Read,
    machine: Machine,
    hub_url: str,
    now: datetime,
) -> Answered:
    """An answer to something that we have sent: the sender of a referral knows that it was rejected (S32), or a service
    that was asked says whether it takes somebody over (S30)."""
    referral = confirming.answered(session, found, message.sender, now)
    if referral is None and (sent := hearing.answered(session, found, machine, now)) is not None:
        message.became, message.sent_id = Arrived.answered, sent.key
        case = session.get_one(Case, sent.case_id)
        return _told_of(facts_of(found), sent.uid, case, found, hub_url, now)
    if referral is None:
        return _refuse(session, message, 404, "The message that this answers is not known here.", now)
    message.became, message.referral_id = Arrived.answered, referral.key
    case = session.get_one(Case, referral.case_id)
    return _told(message, referral, case, found, facts_of(found), hub_url, now)
