"""S29: looks now and then whether everybody who answers for a case is still there; else who is on duty inherits it."""

from sqlmodel import Session, select

from hub.places import Place
from records import alarms, duty, responsible
from records.alarms import AlarmState
from records.duty import Clinician
from records.model import ResponsibleAs
from workers.bench import Bench


def look(bench: Bench) -> int:
    """One round over every place. Returns how many cases changed hands."""
    hub = bench.hub
    now, machine = hub.clock.now(), hub.clock.machine()
    moved = 0
    with hub.db.read() as session:
        rounds = [
            (place.id, duty.clinicians(session, place.id, now, machine))
            for place in session.exec(select(Place))
        ]
        waiting = {place: _orphans(session, place, staff) for place, staff in rounds}
        over = {place: _over(session, place, staff) for place, staff in rounds}
    for place, staff in rounds:
        for case_id in waiting[place]:
            with hub.db.write() as session:
                moved += responsible.inherit(session, case_id, staff, now)
        if over[place]:
            with hub.db.write() as session:
                for kind, subject in over[place]:
                    alarms.end(session, place, kind, subject, now)
    return moved


def _orphans(session: Session, place: str, staff: list[Clinician]) -> list[int]:
    """The cases that must change hands; those that nobody at all can have wait under one alarm."""
    by_id = {one.id: one for one in staff}
    told = alarms.is_live(session, place, duty.NOBODY, place) and duty.on_duty(staff) is None
    return [
        case_id
        for holder, how in responsible.holders(session, place)
        if not duty.may_keep(by_id.get(holder or 0), how, staff) and not (told and how is None)
        for case_id in responsible.held_by(session, place, holder, how)
    ]


def _over(session: Session, place: str, staff: list[Clinician]) -> list[tuple[str, str]]:
    """Alarms that can go: an inheritance that somebody has taken note of, and "nobody" once there is somebody."""
    live = [alarms.find_live(session, place, responsible.INHERITED, one.id) for one in staff]
    over = [(alarm.kind, alarm.subject) for alarm in live if alarm and alarm.state is AlarmState.taken]
    if alarms.is_live(session, place, duty.NOBODY, place) and all(
        how in (ResponsibleAs.duty, ResponsibleAs.accepted) for _, how in responsible.holders(session, place)
    ):
        over.append((duty.NOBODY, place))
    return over
