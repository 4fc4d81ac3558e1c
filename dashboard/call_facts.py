"""What the call screen says of the person and the number: read back or not (S14), safe or not (S17), who depends on
them (S20)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from records import contact_points, dependants, read_back, tell_wishes
from records.contact_points import WAYS, ContactPoint, Safe
from records.dependants import Said
from records.model import Call, Case
from triage.capture import national

Clock = Callable[[datetime | None], str]
KEYS = {"text": "t", "speak": "q", "message": "v"}
NEXT = {Safe.not_known: Safe.yes, Safe.yes: Safe.no, Safe.no: Safe.not_known}


def who_stamp(case: Case | None) -> str:
    """Another one as soon as what is known of this person has to be looked up anew."""
    of = [getattr(case, name) for name in (*read_back.IDENTIFIERS, "postcode", "read_back")] if case else []
    return hashlib.sha256(repr(of).encode()).hexdigest()[:16]


def person(case: Case | None, clock: Clock) -> dict[str, Any]:
    """What was read back, or which two could be; three ways to do it are enough."""
    if case is None:
        return {"ticked": "", "pairs": [], "stamp": who_stamp(None)}
    ticked = ""
    if case.read_back:
        said = read_back.words(case.read_back["fields"]).capitalize()
        ticked = f"{said}, {case.read_back['by']} {clock(datetime.fromisoformat(case.read_back['at']))}"
    pairs = [(", ".join(pair), read_back.words(pair)) for pair in read_back.pairs(case)[:3]]
    return {"ticked": ticked, "pairs": pairs, "stamp": who_stamp(case)}


def depends(case: Case | None) -> dict[str, Any]:
    """S20: what is still to be asked or said; `yes`: somebody is there, so that one key for nobody will not do."""
    found = dependants.of_case(case).values() if case else ()
    still = [one for one in found if one.is_open]
    return {
        "open": dependants.still_open(case) if case else "",
        "yes": any(one.said is Said.yes for one in still),
        "asked": bool(still) and all(one.said is not None for one in still),
    }


def _tell(session: Session, case: Case | None, point: ContactPoint | None) -> dict[str, str]:
    """Whether they want a text that says who is coming, what its key would say next, and what stands against one."""
    wish = tell_wishes.of_case(session, case.key) if case else None
    said = wish.agreed if wish else Safe.not_known
    number = tell_wishes.number_of(session, wish)
    if point is None or number != point.number:
        point = contact_points.of_number(session, wish.place, number) if wish else None
    why_not = tell_wishes.why_not(wish, number, point) if said is Safe.yes else ""
    return {
        "said": said.value,
        "next": NEXT[said].value,
        "why_not": f"No text yet: {why_not}." if why_not else "",
    }


def safe(session: Session, call: Call, case: Case | None) -> dict[str, Any]:
    """Each way with what was said of it, and what its key would say next."""
    point = contact_points.of_number(session, call.place, call.number)
    said = {way: Safe(getattr(point, way)) if point else Safe.not_known for way in WAYS}
    return {
        "number": national(call.number),
        "safeguarding": bool(case and case.safeguarding),
        "tell": _tell(session, case, point),
        "ways": [
            {
                "way": way,
                "words": words,
                "key": KEYS[way],
                "said": said[way].value,
                "next": NEXT[said[way]].value,
            }
            for way, words in WAYS.items()
        ],
    }
