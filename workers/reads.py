"""Whoever is asked after is claimed, once; what each server said of them is kept, and put on the record."""

import itertools
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, text, update
from sqlmodel import Session, col, select

from hub.errors import FirstPointError
from hub.record_servers import RecordServer
from hub.sealing import seal_of
from records import consents
from records.consent_model import Purpose
from records.fhir.read_patient import Patient
from records.model import Case, CaseState
from records.people import store
from records.people.model import Person
from records.people.rules import Who
from records.person_key import of_number, person_keys
from records.reading import putting
from records.reading.asking import about, who_of
from records.reading.model import BEING_READ, WAITS, AskState, ReadState, RecordAsk, RecordRead
from records.sight import Agreed
from triage import facts
from workers.bench import Bench
from workers.fhir_reading import Outcome

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=10)
"""Five times what a read may take; then another reader takes it up."""
AT_ONCE = 20
AGAIN_S = (15.0, 60.0, 300.0)
"""A server that did not answer is asked again by itself after so long; then by the button alone. [LOCAL]"""
KEPT = timedelta(days=2)
"""What nobody asked for since is forgotten; what was put on somebody's record stays there. [LOCAL]"""
MOST_CASES = 20
_tokens = itertools.count(1)


@dataclass(frozen=True)
class Claimed:
    """`who`: as they are known just now; `until`: its lease, by which it is told from another claim of the same."""

    ask_id: int
    place: str
    who: Who
    case_id: int | None
    person_id: int | None
    until: datetime
    token: int


def claim(bench: Bench) -> list[Claimed]:
    """Those that wait, the oldest first, and those whose reader has died."""
    hub = bench.hub
    machine = hub.clock.machine()
    with hub.db.read() as session:
        due = _due(session, machine)
    if not due:
        return []
    return hub.db.write_again(lambda session: [one for ask in due if (one := _claim(session, bench, ask))])


def _due(session: Session, machine: datetime) -> list[int]:
    waits = select(RecordAsk.id).where(
        text(WAITS), or_(col(RecordAsk.not_before).is_(None), col(RecordAsk.not_before) <= machine)
    )
    left = select(RecordAsk.id).where(text(BEING_READ), col(RecordAsk.lease_until) <= machine)
    found = [
        *session.exec(waits.order_by(col(RecordAsk.id)).limit(AT_ONCE)),
        *session.exec(left.limit(AT_ONCE)),
    ]
    return [one for one in found if one is not None]


def _claim(session: Session, bench: Bench, ask_id: int) -> Claimed | None:
    now, machine = bench.hub.clock.now(), bench.hub.clock.machine()
    free = or_(
        col(RecordAsk.state) == AskState.waiting,
        (col(RecordAsk.state) == AskState.reading) & (col(RecordAsk.lease_until) <= machine),
    )
    taken = session.execute(
        update(RecordAsk)
        .where(col(RecordAsk.id) == ask_id, free)
        .values(
            state=AskState.reading,
            taken_by=bench.name,
            lease_until=machine + LEASE,
            tries=col(RecordAsk.tries) + 1,
            unsure=False,
        )
        .returning(RecordAsk)
        .execution_options(populate_existing=True, synchronize_session=False)
    ).scalar_one_or_none()
    if taken is None:
        return None
    who, objects = _who(session, taken)
    if about(who) != taken.about:  # they are somebody else by now, who is asked after by themselves
        session.add(taken.sqlmodel_update({"state": AskState.done, "lease_until": None}))
        return None
    if objects:
        _objected(session, bench, taken, now)
        return None
    until = machine + LEASE
    return Claimed(taken.key, taken.place, who, taken.case_id, taken.person_id, until, next(_tokens))


def _who(session: Session, ask: RecordAsk) -> tuple[Who, bool]:
    """As they are known now, and whether they have said no to it."""
    if ask.case_id is not None:
        case = session.get_one(Case, ask.case_id)
        return who_of(case), consents.agreed(session, case, Purpose.direct_care) is Agreed.no
    person = session.get_one(Person, ask.person_id)
    head = store.head(session, person)
    cases = store.cases_of(session, [one.key for one in store.members(session, head)], (), 1)
    no = any(consents.agreed(session, one, Purpose.direct_care) is Agreed.no for one in cases)
    return store.whos(session, ask.place, [head])[head.key], no


def _objected(session: Session, bench: Bench, ask: RecordAsk, now: datetime) -> None:
    for server in bench.hub.record_servers:
        if server.reads:
            _keep(session, ask.key, ask.place, server, Outcome(ReadState.objected), now)
    session.add(ask.sqlmodel_update({"state": AskState.done, "lease_until": None}))


def may_read(bench: Bench, ask: Claimed, patient: Patient) -> bool:
    """Found by name, they may have said no under the number that they turn out to have."""
    if ask.who.nhs_numbers or not patient.nhs_number:
        return True
    with bench.hub.db.read() as session:
        case = session.get(Case, ask.case_id) if ask.case_id is not None else None
        keys = [of_number(patient.nhs_number), *(person_keys(case) if case else ())]
        return consents.agreed_under(session, ask.place, keys, Purpose.direct_care) is not Agreed.no


def told(bench: Bench, ask: Claimed, server: RecordServer, outcome: Outcome) -> None:
    """Kept first, so that the page shows it; then put on the record of whoever it is surely about. A fault in that
    undoes itself alone, and the next look at who they are does it."""
    hub = bench.hub
    hub.db.write_again(
        lambda session: _keep(session, ask.ask_id, ask.place, server, outcome, hub.clock.now())
    )
    if outcome.state is not ReadState.read:
        return
    with hub.db.read() as session:
        cases = _cases(session, ask)
    for case_id in cases:
        _take_up(bench, case_id)
    if ask.person_id is not None:
        hub.db.write_again(lambda session: _put_on_person(session, ask, hub.clock.now()))


def _take_up(bench: Bench, case_id: int) -> None:
    hub, library = bench.hub, bench.shelf.library
    try:
        hub.db.write_again(lambda session: facts.take_up(session, library, case_id, hub.clock.now()))
    except FirstPointError:
        log.warning("not_put_on_record", exc_info=True, extra={"case": case_id})


def _keep(
    session: Session, ask_id: int, place: str, server: RecordServer, outcome: Outcome, now: datetime
) -> None:
    found = select(RecordRead).where(RecordRead.ask_id == ask_id, RecordRead.server == server.name)
    row = session.exec(found).first() or RecordRead(
        ask_id=ask_id, place=place, server=server.name, title=server.title, state=outcome.state, tried_at=now
    )
    told = {"title": server.title, "state": outcome.state, "why": outcome.why, "tried_at": now}
    row.sqlmodel_update(told)
    if outcome.state is not ReadState.failed:
        row.answered_at, row.unread = now, list(outcome.unread)
        row.held = seal_of(session).shut(outcome.held.as_text()) if outcome.held else None
        row.put_at = None
    session.add(row)


def _cases(session: Session, ask: Claimed) -> list[int]:
    """Open cases of this number, and the one that was asked for: whoever of them has been read back by now."""
    of_place = select(Case).where(Case.place == ask.place)
    found: dict[int, Case] = {}
    # one by one, each by its own index: with an OR the whole place is walked
    for which in (col(Case.nhs_number).in_(sorted(ask.who.nhs_numbers)), col(Case.id) == (ask.case_id or 0)):
        some = session.exec(of_place.where(which).order_by(col(Case.id).desc()).limit(MOST_CASES))
        found |= {one.key: one for one in some}
    return [
        key
        for key, one in sorted(found.items(), reverse=True)
        if one.state is CaseState.open and one.read_back
    ]


def _put_on_person(session: Session, ask: Claimed, now: datetime) -> None:
    person = store.head(session, session.get_one(Person, ask.person_id))
    who = store.whos(session, ask.place, [person])[person.key]
    rows = session.exec(select(RecordRead).where(RecordRead.ask_id == ask.ask_id))
    fresh = [one for one in rows if one.held and one.put_at is None]
    putting.put_on_person(session, person, who, fresh, now)


def over(
    bench: Bench, asks: Sequence[Claimed], untold: Mapping[str, Outcome], *, short: bool = False
) -> None:
    """Every server has answered, or its time is over: of each of these, in one turn, so that a server which is away
    takes few from whoever writes. `untold`: what came last, by the server's name. `short`: of one some kinds did not
    come."""
    hub = bench.hub
    servers = [one for one in hub.record_servers if one.name in untold]

    def act(session: Session) -> None:
        for ask in asks:
            for server in servers:
                _keep(session, ask.ask_id, ask.place, server, untold[server.name], hub.clock.now())
            _over(session, ask, hub.clock.machine(), short=short)

    hub.db.write_again(act)


def _over(session: Session, ask: Claimed, machine: datetime, *, short: bool) -> None:
    row = session.get_one(RecordAsk, ask.ask_id)
    if row.state is not AskState.reading or row.lease_until != ask.until:
        return  # somebody has said more of them since, or took it up
    states = [one.state for one in session.exec(select(RecordRead).where(RecordRead.ask_id == row.key))]
    changed: dict[str, Any] = {
        "unsure": ReadState.may_be in states,
        "lease_until": None,
        "state": AskState.done,
    }
    if (short or ReadState.failed in states) and row.tries <= len(AGAIN_S):
        wait = timedelta(seconds=AGAIN_S[row.tries - 1])
        changed |= {"state": AskState.waiting, "not_before": machine + wait}
    session.add(row.sqlmodel_update(changed))


def forget_old(bench: Bench) -> None:
    before = bench.hub.clock.now() - KEPT
    with bench.hub.db.write() as session:
        old = select(RecordAsk.id).where(
            col(RecordAsk.asked_at) < before, col(RecordAsk.state) != AskState.reading
        )
        held = old.limit(500).with_for_update(skip_locked=True)  # whoever asks anew just now waits for this
        ids = [one for one in session.exec(held) if one is not None]
        if ids:
            session.execute(delete(RecordRead).where(col(RecordRead.ask_id).in_(ids)))
            session.execute(delete(RecordAsk).where(col(RecordAsk.id).in_(ids)))
