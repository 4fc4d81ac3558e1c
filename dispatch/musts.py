"""What must hold of whoever goes, besides skills and distance: no pause, no lapsed skill, not kept away (S22).

The same musts twice over: as conditions of the one query that finds who can be asked, and as words for a late yes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import Session, col
from sqlmodel import select as pick

from dispatch.duty_model import Pause, PauseKind, SkillEnds
from dispatch.model import Exclusion, Responder
from records.model import Case

_pause: Any = Pause
_ends: Any = SkillEnds


def conditions(responder_id: Any) -> list[Any]:
    """For the roster's query, which binds `now` and `wanted` (the skills asked for)."""
    paused = select(_pause.id).where(
        _pause.responder_id == responder_id,
        _pause.starts_at <= bindparam("now"),
        _pause.ends_at > bindparam("now"),
    )
    run_out = select(_ends.skill).where(
        _ends.responder_id == responder_id,
        _ends.skill.in_(bindparam("wanted", expanding=True)),
        _ends.ends_at <= bindparam("now"),
    )
    return [~paused.exists(), ~run_out.exists()]


def keeps_away(about: Case) -> Any:
    """Of an exclusion: that it is from this person or address. What is not known of the case matches none."""
    return or_(
        col(Exclusion.nhs_number) == (about.nhs_number or "-"),
        col(Exclusion.postcode) == (about.postcode or "-"),
    )


def pause_of(session: Session, responder_id: int, now: datetime) -> Pause | None:
    """The pause that holds at `now`."""
    found = pick(Pause).where(Pause.responder_id == responder_id, Pause.starts_at <= now, Pause.ends_at > now)
    return session.exec(found.order_by(col(Pause.ends_at).desc())).first()


def why_not(session: Session, who: Responder, case: Case, skills: Sequence[str], now: datetime) -> str:
    """What they are told where their yes cannot count; empty where it counts. Never why they are kept away."""
    if (pause := pause_of(session, who.key, now)) is not None:
        return f"you are {'on a break' if pause.kind is PauseKind.on_break else 'off'}: reply ON first"
    gone = pick(SkillEnds.skill).where(
        SkillEnds.responder_id == who.id, col(SkillEnds.skill).in_(skills), SkillEnds.ends_at <= now
    )
    kept_away = pick(Exclusion.id).where(
        Exclusion.place == case.place,
        Exclusion.responder_id == who.id,
        keeps_away(case),
    )
    if session.exec(gone).first() is not None or session.exec(kept_away).first() is not None:
        return "this one cannot be yours; ring us about it"
    return ""
