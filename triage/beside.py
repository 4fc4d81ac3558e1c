"""Who else has a call open, and what they typed: asked for with each look at how the call stands. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.access import User
from hub.presence import Presence
from protocols.loader import Library
from records.model import Call, Case
from triage import capture, store
from triage.told import TOLD


@dataclass(frozen=True)
class Window:
    """One open page of a call: whose, which of theirs, and the field that it is in."""

    user: User
    id: str
    field: str

    @property
    def name(self) -> str:
        return f"{self.user.id}:{self.id}"


def thing(call: Call) -> str:
    return f"{call.place}:call:{call.key}"


def others(session: Session, presence: Presence, call: Call, window: Window) -> list[dict[str, Any]]:
    """Each other window of the call: a person's name, whether it is the same person, and the field."""
    here = presence.come(thing(call), window.name, window.field)
    here.pop(window.name, None)
    whose = {name: int(name.partition(":")[0]) for name in here}
    names = store.names_of(session, call.place, set(whose.values())) if whose else {}
    return [
        {"name": names[user], "same": user == window.user.id, "field": here[name]}
        for name, user in sorted(whose.items())
        if user in names
    ]


def typed(session: Session, call: Call, library: Library, now: datetime) -> dict[str, Any]:
    """What stands in each field, who typed it, and where two differ."""
    hands = capture.hands_on(session, call)
    case = session.get(Case, call.case_id) if call.case_id else None
    shown = capture.shown(hands, call, case, library, now)
    fields = {
        field.value: {
            "value": one.value,
            "look_again": one.look_again,
            "entry": hands.stands[field].id if field in hands.stands else "",
            "by": hands.stands[field].by if field in hands.stands else "",
        }
        for field, one in shown.items()
        if field not in TOLD
    }
    return {"fields": fields, "differ": hands.differ()}
