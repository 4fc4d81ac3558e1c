"""What the case panel says of the person's own texts: what they were told, why not if not, and what can be sent now."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from dispatch import store as dispatch
from dispatch import telling
from dispatch.model import Message
from dispatch.telling_model import Told
from hub.actors import HUB
from hub.places import Place
from records import tell_wishes
from records.model import Call, Case, Position
from triage.capture import national


@dataclass(frozen=True)
class Line:
    at: datetime
    words: str
    status: str


@dataclass(frozen=True)
class TellNow:
    """`number`: as people read it; where nobody has said one, the one that rang."""

    lines: list[Line]
    why_not: str
    number: str
    is_coming: bool


def told_of(
    session: Session, place: Place, case: Case, positions: list[Position], call: Call | None
) -> TellNow:
    number = tell_wishes.number_of(session, tell_wishes.of_case(session, case.key))
    return TellNow(
        lines=[_line(session, place, told) for told in telling.of_case(session, case.key)],
        why_not=telling.why_not(session, case),
        number=national(number or (call.number if call else None)),
        is_coming=any(row.state in telling.AGREED for row in positions),
    )


def _line(session: Session, place: Place, told: Told) -> Line:
    message: Message | None = dispatch.message_of_effect(session, told.effect_id)
    name = dispatch.responder(session, told.responder_id).short_name
    by = f" by hand, {told.by}" if told.by != HUB.name else ""
    return Line(
        told.at, f"{telling.in_words(told, name, place)} To {national(told.phone)}{by}", _status(message)
    )


def _status(message: Message | None) -> str:
    if message is None or message.status == "waiting":
        return "on its way out, or taken back"
    return "with the carrier" if message.status in ("accepted", "queued") else message.status
