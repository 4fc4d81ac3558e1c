"""What went to the shared record, what waits and what was given up, for people; and sending it again by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from hub import audit, in_turn
from hub.actors import Actor
from hub.errors import Conflict, NotFound
from hub.outbox import Effect, EffectState
from records import seen, store
from records.milestones import KIND, Milestone
from records.model import Case

MOST = 100


class RecordWrite(NamedTuple):
    """One write as people read it. What was withheld is never among them: nothing shows that (S18)."""

    effect: Effect
    ref: str
    milestones: tuple[str, ...]
    at: datetime

    @property
    def server(self) -> str:
        return str(self.effect.payload["server"])


def listed(session: Session, place: str, state: EffectState | None, ref: str = "") -> list[RecordWrite]:
    """The newest of a place or of one case; one more than `MOST` where there are more."""
    hidden = seen.hidden(session, place)
    if ref:
        case = store.case_by_ref(session, place, ref)
        found = [] if case is None or case.key in hidden else in_turn.of_case(session, case.key, MOST + 1)
        found = [one for one in found if state is None or _shows_as(one) is state]
    else:
        found = in_turn.of_place(session, place, state, sorted(hidden), MOST + 1)
    found = [one for one in found if not (one.result or {}).get("withheld")]
    refs = store.refs_of(session, (one.case_id for one in found))
    return [_write(one, refs) for one in found]


def _shows_as(effect: Effect) -> EffectState:
    return EffectState.waiting if effect.state is EffectState.running else effect.state


def _write(effect: Effect, refs: dict[int, str]) -> RecordWrite:
    return RecordWrite(
        effect,
        refs.get(effect.case_id or 0, ""),
        tuple(str(one).replace("_", " ") for one in effect.payload["milestones"]),
        datetime.fromisoformat(effect.payload["at"]),
    )


def send_again(session: Session, place: str, effect_id: int, now: datetime, actor: Actor) -> None:
    """After repair. Raises `NotFound`; `Conflict` where it was not given up, or its case was entered in error since."""
    problem = "There is no such write here."
    effect = session.get(Effect, effect_id)
    if effect is None or effect.place != place or effect.kind != KIND:
        raise NotFound(problem)
    case = session.get_one(Case, effect.case_id)
    seen.must_see(session, case, problem)
    if _is_in_error_since(effect, in_turn.of_case(session, case.key, 1000)):
        raise Conflict("This case was entered in error after that. What was true before is not sent again.")
    in_turn.send_again(session, effect, now)
    audit.note(session, place, now, actor, "sent to the shared record again", f"effect:{effect_id}")


def _is_in_error_since(effect: Effect, of_case: Sequence[Effect]) -> bool:
    return any(
        Milestone.entered_in_error in later.payload["milestones"]
        for later in of_case
        if (later.id or 0) > (effect.id or 0) and later.payload["server"] == effect.payload["server"]
    )
