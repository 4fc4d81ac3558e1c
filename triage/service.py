"""A protocol's questions are answered, and become a disposition: positions, call-backs, a hand-over, a clock."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from hub.actors import HUB, Actor
from hub.errors import Conflict, NotFound, Refused
from protocols.answers import check_answer
from protocols.asking import finish
from protocols.engine import assess
from protocols.loader import Library
from protocols.model import House
from protocols.positions import AskedPosition
from protocols.verdict import Verdict
from records import alarms, beside_999, call_backs, dependants, hand_overs, holds, outcomes, red_flags
from records.beside_999 import SEEK_SAFETY
from records.lifecycles import AssessmentState, CallState
from records.model import Assessment, Case, CaseState, HandOver, Position
from records.positions import start_offering, tell_worse
from records.service import Due, move, owe, redue, set_priority, take, write_line
from records.store import rows_of
from triage import calls, stopped, store, two_answers, ways
from triage.changes import what_changed
from triage.facts import because
from triage.model import Answered
from triage.versions import exact, record_of, so_far

FINISH_IN = timedelta(minutes=10)
"""An assessment that is begun and not finished. [LOCAL]"""


def begin(
    session: Session, library: Library, case_id: int, protocol_id: str, now: datetime, actor: Actor
) -> Assessment:
    """Start a protocol on a case, on exactly this version of it; one that is being taken goes on."""
    stopped.refuse_to_begin(library, protocol_id)
    protocol = library.triage.get(protocol_id)
    if protocol is None:
        raise NotFound("There is no such protocol in this place.")
    case = take(session, case_id, now)
    if case.state is CaseState.closed:
        raise Conflict("This case is closed. Reopen it, or begin a new call for a new need.")
    for begun in rows_of(session, Assessment, case.key, live=True):
        if begun.protocol == protocol_id:
            return begun
    stopped.leave(session, library, case, now)
    outcomes.is_open_again(session, case, library.house.welfare_calls, now, actor)
    store.keep_text(session, protocol.sha256, "triage", protocol.protocol, protocol.text)
    store.keep_text(session, library.house.sha256, "house", "house", library.house.text)
    row = Assessment(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        protocol=protocol.protocol,
        protocol_version=protocol.version,
        protocol_sha256=protocol.sha256,
        house_sha256=library.house.sha256,
        taken_by=actor.name,
    )
    words = f"Began {protocol.title}, version {protocol.version}."
    if not case.need and protocol.need and protocol_id != ways.FRONT:
        case.need = library.house.needs[protocol.need]
        session.add(case)
        words += f" Need: {case.need}."
    return owe(session, row, now, actor, words, Due("assessment", now + FINISH_IN))


def answer(
    session: Session,
    library: Library,
    assessment: Assessment,
    question_id: str,
    raw: Any,
    now: datetime,
    actor: Actor,
    entry: str | None = None,
    after: str | None = None,
) -> Verdict:
    """Give, change or (with None) take back an answer; every one is kept. Returns what the answers mean so far.

    An `entry` that is here already changes nothing: its page did not hear that it was saved. `after`: which answer the
    page saw there; where somebody has answered otherwise since, the more urgent counts until somebody chooses.
    """
    case = take(session, assessment.case_id, now)
    session.refresh(assessment)
    if entry is not None and store.has_answered(session, entry):
        return so_far(session, library, assessment)[2]
    if assessment.state is not AssessmentState.taking:
        raise Conflict("This assessment is finished. Begin a new one: it can only raise the urgency.")
    protocol, house = exact(session, library, assessment)
    question = protocol.by_id.get(question_id)
    if question is None:
        raise Refused("This protocol does not ask that. Load the page again.")
    answers = {key: value for key, value in assessment.answers.items() if key != question_id}
    value = None if raw is None else check_answer(question, raw)
    if value is not None:
        answers[question_id] = value
    record = record_of(assessment)
    verdict = assess(protocol, house, answers, record)
    other = two_answers.standing(session, assessment, question_id, value, after)
    if other is not None:
        before = assess(protocol, house, assessment.answers, record)
        raises = verdict.rank < before.rank
        two_answers.both(session, assessment, question, other, value, entry, now, actor, raises=raises)
        red_flags.mark(case, protocol.protocol, is_up=min(verdict.rank, before.rank) == 0)
        assessment.answers = answers if raises else assessment.answers
        return verdict if raises else before
    red_flags.mark(case, protocol.protocol, is_up=verdict.rank == 0)
    if changed := what_changed(protocol, house, question_id, assessment.answers, answers, record):
        write_line(session, assessment.case_id, now, actor, "changed", changed[:400])
    assessment.answers = answers
    session.add(assessment)
    kept = Answered(
        place=assessment.place,
        entry=entry,
        assessment_id=assessment.key,
        question=question_id,
        answer=value,
        by=actor.name,
        at=now,
    )
    session.add(kept)
    return verdict


def ask_999(
    session: Session, library: Library, assessment: Assessment, dialled_by: str, now: datetime, actor: Actor
) -> HandOver:
    """A red flag's one action: hand over to 999 now. The questions may go on."""
    if dialled_by not in ("caller", "hub"):
        raise Refused("Say who dials 999: the caller on the line, or the hub.")
    case = take(session, assessment.case_id, now)
    session.refresh(assessment)
    _, house, verdict = so_far(session, library, assessment)
    titles = [flag.title for flag in verdict.flags] or [verdict.disposition.title]
    raise_priority(session, case, house, house.priorities[0].id, now)
    return hand_overs.ask_ambulance(session, case, dialled_by, "; ".join(titles), now, actor)


def dispose(
    session: Session,
    library: Library,
    assessment: Assessment,
    now: datetime,
    actor: Actor,
    dialled_by: str = "hub",
) -> Verdict:
    """Finish: what the answers come to is put to work, in this one transaction."""
    take(session, assessment.case_id, now)
    session.refresh(assessment)
    protocol, house = exact(session, library, assessment)
    verdict = finish(protocol, house, assessment.answers, record_of(assessment))
    ways.must_not_end_here(library, verdict)
    stopped.refuse_to_finish(library, assessment, verdict)
    conclude(session, library, assessment, verdict, now, actor, dialled_by)
    return verdict


def conclude(
    session: Session,
    library: Library,
    assessment: Assessment,
    verdict: Verdict,
    now: datetime,
    actor: Actor,
    dialled_by: str = "hub",
) -> None:
    """What the verdict asks for is put to work, whether or not every question of it has been asked."""
    case = take(session, assessment.case_id, now)
    protocol, house = exact(session, library, assessment)
    priority = house.priority(verdict.priority)
    move(
        session,
        assessment,
        "finish",
        now,
        actor,
        f"{protocol.title}: {verdict.disposition.title} ({priority.label}).",
        finished_at=now,
        disposition=verdict.disposition.id,
        disposition_title=verdict.disposition.title,
        priority=verdict.priority,
        because=because(assessment, verdict),
    )
    alarms.end(session, case.place, "assessment", assessment.key, now)
    raise_priority(session, case, house, verdict.priority, now)
    call_backs.supersede_all(session, case, "handler", now, actor, "The assessment was finished after all.")
    _put_to_work(session, case, assessment, house, verdict, now, actor, dialled_by)


def raise_priority(session: Session, case: Case, house: House, priority: str, now: datetime) -> None:
    """S10, S13: re-triage can only raise, and always on the old clock (S1)."""
    if case.priority is None or house.rank[priority] < house.rank[case.priority]:
        set_priority(session, case, priority, house.priority(priority).target_min, house.welfare_calls, now)
        holds.end_all(session, case, f"It is now {house.priority(priority).label}.", now, HUB)


def _put_to_work(
    session: Session,
    case: Case,
    assessment: Assessment,
    house: House,
    verdict: Verdict,
    now: datetime,
    actor: Actor,
    dialled_by: str,
) -> None:
    is_999 = verdict.rank == 0
    if is_999:
        hand_overs.ask_ambulance(session, case, dialled_by, verdict.disposition.title, now, actor)
    elif verdict.refusal:  # S12: owed until those who are made for it have confirmed
        to = "111" if "111" in verdict.refusal else verdict.refusal[:40]
        hand_overs.request(session, case, to, "caller", f"Turn to: {verdict.refusal}", now, actor)
    clinician_asked = verdict.priority == house.clinician
    on_its_way = is_999 or hand_overs.is_on_its_way(session, case)
    have = sorted(
        rows_of(session, Position, case.key, live=True), key=lambda row: house.rank.get(row.priority, 0)
    )
    waiting = False
    for asked in verdict.positions:
        if not house.position(asked.kind).offered:
            clinician_asked = True
        elif there := next((row for row in have if row.kind == asked.kind), None):
            have.remove(there)  # S11: the highest count of each kind, not the sum
            raise_position(session, case, there, house, asked.priority, now)
        else:
            held = on_its_way and not asked.with_999
            waiting |= held
            _open_position(session, case, assessment, house, asked, now, actor, held=held)
    if any(house.position(asked.kind).offered for asked in verdict.positions):
        dependants.review(session, case, now)
    if clinician_asked or waiting:
        target = timedelta(minutes=house.priority(house.clinician).target_min or 20)
        why = (
            "whether the visit stands while 999 is on its way" if waiting else _asked_by(assessment, verdict)
        )
        call = store.last_call(session, case.key)
        numbers = (call.number,) if call and call.number else ()
        due_at = max(case.clock_start + target, now + timedelta(minutes=2))
        call_backs.ask_clinician(session, case, why, due_at, now, HUB, numbers=numbers)


def _asked_by(assessment: Assessment, verdict: Verdict) -> str:
    """Two needs may come to the same words: who rings must see that there are two."""
    return f"{assessment.protocol.replace('-', ' ').capitalize()}: {verdict.disposition.title}"


def raise_position(
    session: Session, case: Case, row: Position, house: House, priority: str, now: datetime
) -> None:
    """S13: worse than before. Who is on the way is told; else it is sought anew, by the faster escalation protocol."""
    if house.rank[priority] >= house.rank[row.priority]:
        return
    row.priority = priority
    row.due_at = case.clock_start + timedelta(minutes=house.priority(priority).target_min or 0)
    words = f"{row.title.capitalize()} now wanted faster: {house.priority(priority).label}."
    if row.responder_id is None:
        row.ladder_began_at = row.ladder_done_at = None
    session.add(row)
    write_line(session, case.key, now, HUB, "raised", words)
    if row.responder_id is None and not row.held_for_999:
        start_offering(session, row, now)
    elif row.responder_id is not None:
        tell_worse(session, row, now)


def _open_position(
    session: Session,
    case: Case,
    assessment: Assessment,
    house: House,
    asked: AskedPosition,
    now: datetime,
    actor: Actor,
    *,
    held: bool,
) -> None:
    what = house.position(asked.kind)
    target = house.priority(asked.priority).target_min or 0
    row = Position(
        place=case.place,
        opened_at=now,
        case_id=case.key,
        assessment_id=assessment.id,
        kind=asked.kind,
        title=what.title,
        priority=asked.priority,
        due_at=case.clock_start + timedelta(minutes=target),
        stops_clock=what.stops_clock,
        held_for_999=held,
        with_999=asked.with_999,
    )
    due = beside_999.waiting(now) if held else Due("seek", now + SEEK_SAFETY, human=False)
    owe(
        session,
        row,
        now,
        actor,
        f"{what.title.capitalize()} wanted, {house.priority(asked.priority).label}.",
        due,
    )
    if not held:
        start_offering(session, row, now)


def release(session: Session, position: Position, now: datetime, actor: Actor) -> None:
    """S11: a clinician's word that the visit stands although 999 is on its way."""
    take(session, position.case_id, now)
    session.refresh(position)
    if not position.held_for_999:
        raise Conflict("This visit is not waiting for a clinician's word.")
    words = f"{actor.name}: the visit stands beside 999."
    beside_999.go_on(session, position, now, actor, words)


def held_too_long(session: Session, position_id: int, now: datetime) -> None:
    position = session.get_one(Position, position_id)
    case = take(session, position.case_id, now)
    words = (
        f"{case.ref}: a visit waits for a clinician's word while 999 is on its way. Send them, or stand down."
    )
    alarms.ring(session, case.place, "held_for_999", position.key, words, now, case)
    redue(session, position, beside_999.waiting(now))


def break_off(session: Session, assessment: Assessment, why: str, now: datetime, actor: Actor) -> None:
    """The handler cannot finish it. Something must still be owed: a call-back stays or opens."""
    case = take(session, assessment.case_id, now)
    if not why.strip():
        raise Refused("Say why the assessment is broken off; the reason is kept.")
    move(session, assessment, "break_off", now, actor, f"Broken off: {why.strip()}")
    call = store.last_call(session, case.key)
    if call is None or call.state is not CallState.on_line:
        numbers = (call.number,) if call and call.number else ()
        due_at = now + calls.CALL_BACK_IN
        call_backs.open_call_back(
            session, case, "handler", "the assessment was broken off", due_at, now, actor, numbers=numbers
        )


def lingers(session: Session, assessment_id: int, now: datetime) -> None:
    assessment = session.get_one(Assessment, assessment_id)
    case = take(session, assessment.case_id, now)
    words = f"{case.ref}: {assessment.taken_by} has not finished the questions. Does the call need help?"
    alarms.ring(session, case.place, "assessment", assessment.key, words, now, case)
    redue(session, assessment, Due("assessment", now + FINISH_IN))
