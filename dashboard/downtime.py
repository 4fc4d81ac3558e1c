"""The downtime list: everything that a room needs to go on by telephone and paper while the hub is away.

It carries people's addresses and numbers, so that to open it is a look that is kept. No code of a door (S19), and no
mark of safeguarding (S18): a sheet of paper is seen by whoever picks it up. Sealed cases are on the sheet of those
alone who must send somebody.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session, col, select

from dashboard.board import CASES
from dashboard.crew import STATES
from dashboard.numbers import in_words
from dashboard.open_lines import line, with_next
from dispatch import store as dispatch
from dispatch.model import Responder
from hub.access import Role
from hub.on_call import on_call
from hub.places import Place
from records import contact_points, seen, store
from records.model import Call, Case, Position

ON_CALL = {
    Role.hub_clinician: "clinician on duty",
    Role.coordinator: "coordinator",
    Role.manager: "manager",
}
NUMBERS_OF_CASE = 3


@dataclass(frozen=True)
class Downtime:
    """Of a case: `numbers`, newest first, each with whether it is safe (S17); `sent`, who is on it, with phones."""

    cases: list[dict[str, Any]]
    more: int
    crew: list[dict[str, Any]]
    on_call: list[tuple[str, str, str]]


def downtime_of(session: Session, app: FastAPI, place: Place, now: datetime) -> Downtime:
    hidden = seen.hidden(session, place.id)
    cases = store.open_cases(session, place.id, CASES, hidden)
    owed = store.owed_of_cases(session, [case.key for case in cases])
    numbers = _numbers(session, place.id, [case.key for case in cases])
    out = dispatch.positions_out(session, place.id)
    on = dispatch.responders_on_shift(session, place.id, now)
    refs = {case.key: case.ref for case in cases}
    by_id = {who.key: who for who, _ in on}
    sent = _sent(session, out, by_id)
    return Downtime(
        cases=[
            {
                **line(case, owed[case.key], app, now),
                "person": case.person_name,
                "sealed": case.sealed,
                "address": _place_of(case),
                "sent": sent[case.key],
                "numbers": numbers[case.key],
            }
            for case in cases
        ],
        more=max(0, store.count_open_cases(session, place.id, hidden) - len(cases)),
        crew=_crew(on, out, refs, hidden),
        on_call=[
            (title, user.name, user.phone or "no phone")
            for role, title in ON_CALL.items()
            for user in on_call(session, place.id, role, now)
        ],
    )


def _crew(
    on: list[Any], out: list[Position], refs: Mapping[int, str], hidden: Collection[int]
) -> list[dict[str, Any]]:
    busy = {row.responder_id: row for row in out if not row.is_next}
    nexts = {row.responder_id: row for row in out if row.is_next and row.case_id not in hidden}
    return [
        {
            "name": who.name,
            "profession": who.profession.replace("_", " "),
            "phone": who.phone,
            "off": shift.ends_at,
            "doing": _doing(busy.get(who.key), hidden),
            "ref": with_next(who.key, busy, nexts, refs),
        }
        for who, shift in on
    ]


def _doing(row: Position | None, hidden: Collection[int]) -> str:
    if row is None:
        return "free"
    return "busy" if row.case_id in hidden else STATES[row.state.value]


def _place_of(case: Case) -> str:
    return ", ".join(part for part in (case.address, case.postcode or "") if part) or "not known"


def _sent(
    session: Session, out: list[Position], on_shift: Mapping[int, Responder]
) -> Mapping[int, list[tuple[str, str, str]]]:
    """By case: name, phone and state of each who is on it, also where their shift has ended meanwhile."""
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for row in out:
        if row.responder_id is not None:
            who = on_shift.get(row.responder_id) or dispatch.responder(session, row.responder_id)
            found[row.case_id].append((who.short_name, who.phone, STATES[row.state.value]))
    return found


def _numbers(session: Session, place: str, case_ids: list[int]) -> Mapping[int, list[tuple[str, str, str]]]:
    """By case: number, whose it is, and whether it is safe; in one statement for all."""
    rows = select(Call.case_id, Call.number, Call.caller_name, Call.caller_relation).where(
        col(Call.case_id).in_(case_ids), col(Call.number).is_not(None)
    )
    calls = list(session.exec(rows.order_by(col(Call.id).desc()))) if case_ids else []
    asked = contact_points.of_numbers(session, place, {number for _, number, _, _ in calls if number})
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for case_id, number, name, relation in calls:
        here = found[case_id or 0]
        if number and len(here) < NUMBERS_OF_CASE and number not in {known for known, _, _ in here}:
            who = ", ".join(part for part in (name, relation) if part) or "the caller"
            here.append((number, who, in_words(asked.get(number))))
    return found
