"""A person reads what was found of somebody before it is handed out: what waits for their word, and what they said."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select

from hub.access import User
from hub.errors import Refused
from records.keeping import export
from records.keeping.model import AccessHeld, AccessRequest, RequestState
from records.keeping.requests import SHORTEST, find, note, whose

MOST_HELD = 200
"""On one page; those without a word come first."""
CHECKABLE = (RequestState.prepared, RequestState.checked)


def prepared(
    session: Session, number: int, contents: Mapping[str, int], waits: Mapping[str, str], now: datetime
) -> bool:
    """The file is there. What waits for the checker is a row each. False where it is not asked for any more, or another
    worker was faster: then this file is not the one."""
    request = session.get_one(AccessRequest, number, with_for_update=True)
    if request.state is not RequestState.asked:
        return False
    request.state, request.prepared_at, request.contents = RequestState.prepared, now, dict(contents)
    session.add(request)
    _let_wait(session, request, waits)
    return True


def _let_wait(session: Session, request: AccessRequest, waits: Mapping[str, str]) -> bool:
    """Whether any of these is new."""
    known = decided(session, request.key)
    new = {part: because for part, because in waits.items() if part not in known}
    for part, because in new.items():
        session.add(AccessHeld(place=request.place, request_id=request.key, part=part, because=because))
    return bool(new)


def look_again(session: Session, place: str, number: int) -> bool:
    """S18: what was sealed, or marked, since the file was written waits for a word too; what was checked is to be
    checked again. Whether there is any such."""
    request = find(session, place, number, *CHECKABLE, RequestState.sent)
    if not _let_wait(session, request, export.waits(session, whose(session, request))):
        return False
    if request.state is RequestState.checked:
        request.state = RequestState.prepared
        session.add(request)
    return True


def decide(
    session: Session,
    place: str,
    number: int,
    part: str,
    why: str,
    user: User,
    now: datetime,
    *,
    held: bool,
    is_found: bool,
) -> None:
    """Hold a part back, or hand it out after all; each with a reason; what was checked is to be checked again. A part
    is a row ("message:34"), or a case with all that hangs on it ("case:12"). `is_found`: it is in the file. Raises
    `NotFound`, `Conflict`, `Refused`."""
    request = _to_decide(session, place, number, why)
    row = session.exec(
        select(AccessHeld).where(AccessHeld.request_id == number, AccessHeld.part == part)
    ).first()
    if row is None and not is_found:
        raise Refused(
            "Nothing that was found is called that. Name the part as it stands beside it: message:34."
        )
    row = row or AccessHeld(place=place, request_id=number, part=part, because="read by a person")
    _say(session, row, why, user, now, held=held)
    note(session, request, user, "access_held_back" if held else "access_let_out", now)


def hold_all(session: Session, place: str, number: int, why: str, user: User, now: datetime) -> None:
    """All that still wait, for one reason. Raises `NotFound`, `Conflict`, `Refused`."""
    request = _to_decide(session, place, number, why)
    for row in held_of(session, number):
        if row.held is None:
            _say(session, row, why, user, now, held=True)
    note(session, request, user, "access_held_back", now)


def _to_decide(session: Session, place: str, number: int, why: str) -> AccessRequest:
    request = find(session, place, number, *CHECKABLE)
    if len(why.strip()) < SHORTEST:
        raise Refused("Say why; each part that is held back, or handed out after all, keeps its reason.")
    request.state = RequestState.prepared
    session.add(request)
    return request


def _say(session: Session, row: AccessHeld, why: str, user: User, now: datetime, *, held: bool) -> None:
    row.held, row.why, row.by_name, row.at = held, why.strip(), user.name, now
    session.add(row)


def check(session: Session, place: str, number: int, user: User, now: datetime) -> None:
    """Somebody has read it. Raises `Refused` while a part waits for a word."""
    request = find(session, place, number, RequestState.prepared)
    waiting = sum(one.held is None for one in held_of(session, number))
    if waiting:
        raise Refused(
            f"{waiting} parts still wait for your word: hold each back, or hand it out, with a reason."
        )
    request.state, request.checked_by_name, request.checked_at = RequestState.checked, user.name, now
    session.add(request)
    note(session, request, user, "access_checked", now)


def held_of(session: Session, number: int) -> list[AccessHeld]:
    """Those that wait for a word first."""
    found = select(AccessHeld).where(AccessHeld.request_id == number)
    return list(session.exec(found.order_by(col(AccessHeld.at).is_not(None), col(AccessHeld.id))))


def decided(session: Session, number: int) -> dict[str, bool | None]:
    """By part: whether it is held back; None where nobody has said a word."""
    return {one.part: one.held for one in held_of(session, number)}
