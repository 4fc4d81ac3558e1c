"""What speaks against offering a visit to somebody, in words that a coordinator can read. One look for all of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session, col, select

from dispatch import store
from dispatch.duty_model import Pause, SkillEnds
from dispatch.model import OFFER_LIVE, Exclusion, Offer, OfferState, Responder, Shift
from dispatch.musts import keeps_away
from dispatch.offers import is_no
from records import seen
from records.model import TAKEN, Case, Position
from records.store import refs_of

SAID_NO = {
    OfferState.declined: "said no",
    OfferState.withdrawn: "it was withdrawn from them",
}


class Objections:
    """What is known just now of those who might be asked for one position; `whom` is bounded by who asks."""

    def __init__(
        self,
        session: Session,
        position: Position,
        about: Case,
        skills: Sequence[str],
        whom: Sequence[Responder],
        now: datetime,
    ) -> None:
        ids = [who.key for who in whom]
        self._skills = skills
        on_shift = select(Shift).where(
            col(Shift.responder_id).in_(ids), Shift.starts_at <= now, Shift.ends_at > now
        )
        self.shifts = {shift.responder_id: shift for shift in session.exec(on_shift)}
        visits = select(Position).where(col(Position.responder_id).in_(ids), text(TAKEN))
        taken = list(session.exec(visits))
        hidden, refs = seen.hidden(session, position.place), refs_of(session, [row.case_id for row in taken])
        named = {row.case_id: "another case" if row.case_id in hidden else refs[row.case_id] for row in taken}
        self.visits = {row.responder_id: row for row in taken if not row.is_next}
        self._visiting = {who: named[row.case_id] for who, row in self.visits.items()}
        self._next = {row.responder_id: named[row.case_id] for row in taken if row.is_next}
        asked = select(Offer).where(col(Offer.responder_id).in_(ids), text(OFFER_LIVE))
        self._asked = {
            row.responder_id: "before" if row.case_id in hidden else f"as {row.code}"
            for row in session.exec(asked)
        }
        kept_away = select(Exclusion.responder_id).where(
            Exclusion.place == position.place,
            col(Exclusion.responder_id).in_(ids),
            keeps_away(about),
        )
        self._kept_away = set(session.exec(kept_away))
        pausing = select(Pause.responder_id).where(
            col(Pause.responder_id).in_(ids), Pause.starts_at <= now, Pause.ends_at > now
        )
        self._pausing = set(session.exec(pausing))
        gone = select(SkillEnds.responder_id).where(
            col(SkillEnds.responder_id).in_(ids), col(SkillEnds.skill).in_(skills), SkillEnds.ends_at <= now
        )
        self._run_out = set(session.exec(gone))
        self._last = {row.responder_id: row for row in store.offers_of_position(session, position.key)}

    def against(self, who: Responder, *, as_next: bool = False) -> str:
        """Why they cannot be asked, whoever wishes it (S22); empty where nothing speaks against it. `as_next`: it may
        wait for the end of the visit that they are on."""
        if who.key in self._kept_away:
            return "not for this person or address"
        if not who.active:
            return "does not work here any more"
        if not who.reachable:
            return "gets no texts"
        if who.key in self._next:
            return f"on a visit, and {self._next[who.key]} is their next"
        if who.key in self._visiting and not as_next:
            return f"on the visit of {self._visiting[who.key]}: offer it as their next"
        if who.key in self._asked:
            return f"asked {self._asked[who.key]}, no answer yet"
        if who.key in self._pausing:
            return "on a break or off"
        if who.key in self._run_out:
            return "without a skill that has run out"
        shift = self.shifts.get(who.key)
        if shift is None:
            return "not on shift"
        held = shift.skills.strip("|").split("|")
        missing = [skill.replace("_", " ") for skill in self._skills if skill not in held]
        return f"without {' and '.join(missing)}" if missing else ""

    def is_excluded(self, who: Responder) -> bool:
        return who.key in self._kept_away

    def said_no(self, who: Responder) -> str:
        """How their last offer of this position ended, where they are asked again only on purpose; else empty."""
        last = self._last.get(who.key)
        if last is None or not is_no(last.state, last.ended_because, given_back=last.given_back):
            return ""
        return "gave it back" if last.given_back else SAID_NO.get(last.state, "")
