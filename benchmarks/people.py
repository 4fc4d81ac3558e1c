"""Who and what a benchmark's hub holds: responders on shift, and cases brought to where measuring begins."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col

from benchmarks.house import handler
from dashboard.demo import AREAS
from dispatch.model import Responder, Shift
from hub.assemble import Hub
from protocols.loader import Library
from records.model import Case
from triage import calls, service
from triage.model import CaptureField
from triage.typed import Typed, type_down

FIELDS = {
    "number": "07700 900123",
    "caller_name": "Janet Doyle",
    "caller_relation": "daughter",
    "person_name": "Maureen Doyle",
    "nhs_number": "999 000 0018",
    "born": "4/3/1940",
    "address": "12 Oak Road",
    "access_words": "Key safe by the back door",
    "talk_words": "Hard of hearing: speak slowly",
    "need": "fall",
    "need_words": "Fell in the kitchen this morning, walks worse since",
}
"""Everything that a call handler can type, but for the postcode."""
NO = ("bleeding", "stroke", "chest_pain", "self_harm", "blackout", "new_neck_back", "leg", "limb", "hit_head")
A_VISIT = dict.fromkeys(NO, "no") | {
    "breathing": "yes",
    "rousable": "awake",
    "adult": "yes",
    "where": "up",
    "pain": "none",
    "mobility": "worse",
}
"""Answers to the fall protocol that end in a visit within two hours by one nurse."""


def put_on_shift(session: Session, place: str, now: datetime, count: int) -> None:
    """So many nurses on shift, all over the place."""
    chance = random.Random(count)
    nurses = [_nurse(place, n) for n in range(count)]
    joined = session.execute(insert(Responder).returning(col(Responder.id)), nurses).scalars()
    session.execute(insert(Shift), [_shift(place, who, now, chance) for who in joined if who is not None])


def _nurse(place: str, n: int) -> dict[str, Any]:
    return {
        "place": place,
        "name": f"Nurse Number{n}",
        "short_name": f"Nurse {n}",
        "profession": "nurse",
        "skills": ["nursing"],
        "phone": f"+4477{n:08d}",
        "reachable": True,
        "active": True,
    }


def _shift(place: str, who: int, now: datetime, chance: random.Random) -> dict[str, Any]:
    north, east = AREAS[chance.choice(list(AREAS))]
    return {
        "place": place,
        "responder_id": who,
        "starts_at": now - timedelta(minutes=1),
        "ends_at": now + timedelta(hours=11),
        "skills": "|nursing|",
        "latitude": north + chance.uniform(-0.01, 0.01),
        "longitude": east + chance.uniform(-0.01, 0.01),
    }


def typed(chance: random.Random) -> list[Typed]:
    """Every field of a call, each with an id of its own, as the page sends them."""
    postcode = f"{chance.choice(list(AREAS))} {chance.randint(1, 9)}AB"
    return [
        Typed(str(uuid.uuid4()), CaptureField(name), value)
        for name, value in {**FIELDS, "postcode": postcode}.items()
    ]


def ready_to_finish(hub: Hub, library: Library, chance: random.Random) -> tuple[int, str]:
    """A call taken and its questions answered: the assessment, and the case's reference."""
    now = hub.clock.now()
    with hub.db.write() as session:
        user = handler(session)
        call = calls.new_call(session, user, now)
        type_down(session, call, typed(chance), library, now, user.actor)
        assessment = service.begin(session, library, call.case_id or 0, "fall-at-home", now, user.actor)
        assessment.answers = dict(A_VISIT)
        session.add(assessment)
        return assessment.key, session.get_one(Case, call.case_id).ref
