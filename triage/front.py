"""S6: a call begins with the front unless a protocol is chosen, and goes on by itself; nothing is asked twice."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Refused
from protocols.answers import check_answer
from protocols.loader import Library
from protocols.model import Answer, House, TriageProtocol
from records import red_flags
from records.lifecycles import AssessmentState
from records.model import Assessment
from records.service import supersede, take, write_line
from records.store import rows_of
from triage import asked, facts, first_steps, service, store, ways
from triage.model import Answered
from triage.versions import exact, so_far


def begin(
    session: Session, library: Library, case_id: int, protocol: str | None, now: datetime, actor: Actor
) -> Assessment:
    """Begin a protocol, or where none was chosen the one that this call begins with. The front that was being asked is
    left for it: what it was answered is carried, and what it asks for beside the way on is put to work."""
    case = take(session, case_id, now)
    wanted = protocol or ways.begins_with(library, case).protocol
    fronts = [row for row in rows_of(session, Assessment, case_id, live=True) if row.protocol == ways.FRONT]
    begun = service.begin(session, library, case_id, wanted, now, actor)
    is_fresh = not begun.answers
    first_steps.carry(session, library, begun, now, actor)
    for row in fronts if wanted != ways.FRONT else ():
        _carry(session, library, row, begun, now, actor, is_fresh=is_fresh)
        _leave(session, library, row, begun, now, actor)
    facts.take_up(session, library, case_id, now)
    return begun


def answer(
    session: Session,
    library: Library,
    assessment: Assessment,
    question: str,
    raw: Any,
    now: datetime,
    actor: Actor,
    entry: str | None = None,
    after: str | None = None,
) -> Assessment:
    """`service.answer`, and on to the next protocol where the front is done and leads to exactly one. Returns the
    assessment that is asked from now on."""
    service.answer(session, library, assessment, question, raw, now, actor, entry, after)
    session.flush()
    if assessment.protocol != ways.FRONT:
        return assessment
    if assessment.state is not AssessmentState.taking:  # the page did not hear that it has gone on
        return store.taking(session, assessment.case_id) or assessment
    way = ways.the_one_way(library, asked.so_far(session, library, assessment).verdict)
    return begin(session, library, assessment.case_id, way, now, actor) if way else assessment


def _carry(
    session: Session,
    library: Library,
    front: Assessment,
    begun: Assessment,
    now: datetime,
    actor: Actor,
    *,
    is_fresh: bool,
) -> None:
    """What the front was answered counts in the protocol that follows; in one that is being asked already, only where
    nothing stands yet. All at once: ten answers are one step, and one line of what happened."""
    protocol, house = exact(session, library, begun)
    carried = {
        name: value
        for name, value in _shared(front.answers, protocol, house)
        if begun.answers.get(name) != value and (is_fresh or name not in begun.answers)
    }
    if not carried:
        return
    begun.answers = {**begun.answers, **carried}
    session.add(begun)
    session.flush()
    about: dict[str, Any] = {"place": begun.place, "assessment_id": begun.key, "by": actor.name, "at": now}
    session.add_all(Answered(question=name, answer=value, **about) for name, value in carried.items())
    verdict = so_far(session, library, begun)[2]
    red_flags.mark(take(session, begun.case_id, now), begun.protocol, is_up=verdict.rank == 0)
    words = f"Carried from the first questions: {', '.join(protocol.by_id[name].ask for name in carried)}"
    write_line(session, begun.case_id, now, actor, "carried", words[:400])


def _shared(
    answers: dict[str, Answer], protocol: TriageProtocol, house: House
) -> Iterator[tuple[str, Answer]]:
    """Each answer under the name that it has there: the same, or one that the house's first minute holds to be so."""
    for name, value in answers.items():
        same = next((one.ids for one in house.first_minute if name in one.ids), ())
        there = next((one for one in (name, *same) if one in protocol.by_id), None)
        if there is None:
            continue
        try:
            yield there, check_answer(protocol.by_id[there], value)
        except Refused:
            continue  # it answers in other words, and asks it itself


def _leave(
    session: Session, library: Library, front: Assessment, begun: Assessment, now: datetime, actor: Actor
) -> None:
    verdict = asked.so_far(session, library, front).verdict
    title = exact(session, library, begun)[0].title
    if ways.asks_for_somebody(library, verdict):
        service.conclude(session, library, front, verdict, now, actor)
    supersede(session, front, now, actor, f"Gone on with {title}.")
