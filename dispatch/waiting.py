"""Which other positions wait with nobody asked, and whom this one may have beside them.

Only reads the others: one transaction never locks two cases (ADR 8). What this one leaves to another, the other's own
seek takes; it is asked for at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, text
from sqlmodel import Session

from dispatch import bringing, musts, store
from dispatch.desk import Desk
from dispatch.model import OFFER_LIVE, Exclusion, Offer, Responder, Shift
from dispatch.offers import TOOK_ANOTHER, is_no
from dispatch.ranking import Ranked, lacking
from dispatch.roster import start_of
from dispatch.together import Free, Waiting, assign_together
from hub.actors import HUB
from records.model import NOBODY_ASKED, TAKEN, Case, Hold, Outcome, Position
from records.positions import start_offering
from records.service import write_line
from records.sight import named_elsewhere

MOST_POSITIONS, MOST_PEOPLE = 50, 200
_position: Any = Position
_case: Any = Case
_hold: Any = Hold
_shift: Any = Shift
_who: Any = Responder
_offer: Any = Offer
_excluded: Any = Exclusion


def others_waiting(session: Session, position: Position) -> Sequence[Any]:
    """Positions of the place that nobody has been asked for, the nearest breach first: the one look that every seek
    has to pay."""
    return session.execute(_WAITING, {"of_place": position.place, "but": position.key}).all()


_WAITING = (
    select(_position.id, _position.case_id, _position.kind, _position.due_at)
    .where(
        _position.place == bindparam("of_place"),
        text(NOBODY_ASKED),
        _position.id != bindparam("but"),
        ~_position.held_for_999,
    )
    .order_by(_position.due_at)
    .limit(MOST_POSITIONS)
)


def beside_others(
    session: Session,
    desk: Desk,
    position: Position,
    ranked: Sequence[Ranked],
    others: Sequence[Any],
    now: datetime,
) -> list[Ranked]:
    """Of `ranked`, whom this position may ask, first the one that all positions together would give it.

    Empty: the only ones there are needed elsewhere more. That happens to a position once between two offers, and only
    for a nearer breach, whose own seek is begun here. So no two can wait for each other: of all that wait the one with
    the nearest breach leaves nobody to anybody, and whoever has left somebody takes, at the next look, who is there.
    """
    elsewhere = _given_elsewhere(session, desk, position, ranked, others, now)
    mine = elsewhere.pop(position.key, None)
    claims = {fit.candidate.responder_id: other for other, fit in elsewhere.items()}
    own = mine.candidate.responder_id if mine else None
    first = [fit for fit in ranked if fit.candidate.responder_id == own]
    unclaimed = [fit for fit in ranked if fit.candidate.responder_id not in claims and fit not in first]
    may_ask = first + unclaimed
    due = {other.id: other.due_at for other in others}
    before_mine = ranked[: ranked.index(may_ask[0])] if may_ask else ranked
    left = {claims[who]: fit for fit in before_mine if (who := fit.candidate.responder_id) in claims}
    nearer = {other: fit for other, fit in left.items() if due[other] < position.due_at}
    if not may_ask and (position.yielded_at is not None or not nearer):
        return list(ranked)
    if not may_ask:
        position.yielded_at = now
        session.add(position)
    for other, fit in (left if may_ask else nearer).items():
        _leave(session, position, other, fit, now)
    return may_ask


def _leave(session: Session, position: Position, other_id: int, fit: Ranked, now: datetime) -> None:
    other = session.get_one(Position, other_id)
    ref = named_elsewhere(session.get_one(Case, other.case_id))
    words = f"{fit.candidate.name} is left to {ref}, as both wait: seen together, that is the better."
    write_line(session, position.case_id, now, HUB, "left_to_other", words)
    start_offering(session, other, now)


def _given_elsewhere(
    session: Session,
    desk: Desk,
    position: Position,
    ranked: Sequence[Ranked],
    others: Sequence[Any],
    now: datetime,
) -> dict[int, Ranked]:
    """Whom each position would be given if all were looked at together, this one among them."""
    cases = {case.id: case for case in _cases(session, {other.case_id for other in others}, now)}
    others = [other for other in others if other.case_id in cases]
    wanted = {skill for other in others for skill in desk.library.house.position(other.kind).skills}
    rows = session.execute(
        _people(), {"of_place": position.place, "now": now, "wanted": sorted(wanted)}
    ).all()
    free = [Free(row.id, row.name, row.profession, row.ends_at, row.visits) for row in rows]
    starts = [start_of(row) for row in rows]
    excluded = _exclusions(session, position.place, [row.id for row in rows])
    said_no, asked = _answers(session, [other.id for other in others])
    fit = {one.candidate.responder_id: one.candidate for one in ranked}
    mine = Waiting(
        position.key,
        position.due_at,
        [fit[row.id].travel_min if row.id in fit else None for row in rows],
        frozenset(row.id for row in rows if row.id not in fit),
        frozenset(who for who, candidate in fit.items() if candidate.asked_before),
        {who: lacking(candidate.brings) for who, candidate in fit.items()},
    )
    waiting = [mine]
    for other in others:
        about = cases[other.case_id]
        kind = desk.library.house.position(other.kind)
        skills = [f"|{skill}|" for skill in kind.skills]
        unfit = {row.id for row in rows if not all(skill in row.skills for skill in skills)}
        kept_away = {row.responder_id for row in excluded if _keeps_away(row, about)}
        barred = frozenset(unfit | kept_away | said_no.get(other.id, set()))
        outward = (about.postcode or "").split(" ")[0]
        minutes = desk.travel.minutes(starts, store.area(session, position.place, outward))
        again = frozenset(asked.get(other.id, ()))
        bring = bringing.of_them(session, [row.id for row in rows], kind.equipment)
        lacks = {who: lacking(said) for who, said in bring.items()}
        waiting.append(Waiting(other.id, other.due_at, minutes, barred, again, lacks))
    return assign_together(waiting, free, now)


def _keeps_away(row: Any, about: Any) -> bool:
    """S22: by person or by address."""
    by_person = row.nhs_number is not None and row.nhs_number == about.nhs_number
    return by_person or (row.postcode is not None and row.postcode == about.postcode)


def _cases(session: Session, ids: Iterable[int], now: datetime) -> Sequence[Any]:
    """Those of them that somebody can be asked for now: not held, and of nobody who has died."""
    held = select(_hold.id).where(_hold.case_id == _case.id, _hold.state == "held", _hold.until > now)
    found = select(_case.id, _case.nhs_number, _case.postcode).where(
        _case.id.in_(list(ids)), _case.state == "open", _case.outcome.is_distinct_from(Outcome.died)
    )
    return session.execute(found.where(~held.exists())).all()


def _exclusions(session: Session, place: str, people: Sequence[int]) -> Sequence[Any]:
    found = select(_excluded.responder_id, _excluded.nhs_number, _excluded.postcode)
    return session.execute(found.where(_excluded.place == place, _excluded.responder_id.in_(people))).all()


def _answers(session: Session, positions: Sequence[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """By position: who has said no to it or given it back, and who has had it to answer."""
    said_no: dict[int, set[int]] = {}
    asked: dict[int, set[int]] = {}
    found = select(_offer.position_id, _offer.responder_id, _offer.state, _offer.given_back)
    found = found.add_columns(_offer.ended_because)
    for row in session.execute(found.where(_offer.position_id.in_(positions))):
        if row.ended_because != TOOK_ANOTHER:
            asked.setdefault(row.position_id, set()).add(row.responder_id)
        if is_no(row.state, row.ended_because, given_back=row.given_back):
            said_no.setdefault(row.position_id, set()).add(row.responder_id)
    return said_no, asked


@cache
def _people() -> Any:
    """Everybody on shift who is free, has nothing to answer, and gets texts; whoever has let a skill of those `wanted`
    run out is left out, as if they had none of them."""
    assigned = select(_position.id).where(_position.responder_id == _who.id, text(TAKEN))
    offered = select(_offer.id).where(_offer.responder_id == _who.id, text(OFFER_LIVE))
    visits = select(func.count()).where(
        _position.responder_id == _who.id, _position.done_at >= _shift.starts_at
    )
    return (
        select(
            _who.id,
            _who.short_name.label("name"),
            _who.profession,
            _shift.ends_at,
            _shift.skills,
            _shift.latitude,
            _shift.longitude,
            visits.scalar_subquery().label("visits"),
        )
        .join(_shift, _shift.responder_id == _who.id)
        .where(
            _shift.place == bindparam("of_place"),
            _shift.ends_at > bindparam("now"),
            _shift.starts_at <= bindparam("now"),
            _who.active,
            _who.reachable,
            ~assigned.exists(),
            ~offered.exists(),
            *musts.conditions(_who.id),
        )
        .order_by(_who.id)
        .limit(MOST_PEOPLE)
    )
