"""More responders than the demo has, on shift all over the place, each with a telephone in the training network."""

import random
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
from sqlalchemy import insert
from sqlmodel import Session, col, select

from dashboard.demo import AREAS
from dispatch.model import Responder, Shift
from hub.errors import Refused

KINDS = (
    ("nurse", ("nursing",)),
    ("nurse", ("nursing",)),
    ("paramedic", ("paramedicine", "nursing")),
    ("falls responder", ("lifting", "personal_care")),
    ("occupational therapist", ("therapy",)),
)
FIRST = [
    "Ada",
    "Ben",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gita",
    "Hal",
    "Isla",
    "Joe",
    "Kay",
    "Lou",
    "Mo",
    "Nia",
    "Oz",
    "Pia",
]
SHIFT = timedelta(hours=12)
SHIFTS = 6
MOST = 400
"""The range kept for drama holds a thousand numbers; callers have the rest."""


def lay_out(
    session: Session, place: str, count: int, now: datetime, chance: random.Random
) -> list[Responder]:
    """Until there are `count` of them, those of the demo among them; those it adds have no log-in, only a phone."""
    if count > MOST:
        raise Refused(f"{count} responders are more than there are numbers for; {MOST} at most.")
    there = list(session.exec(select(Responder).where(Responder.place == place, col(Responder.active))))
    for n in range(len(there), count):
        profession, skills = KINDS[n % len(KINDS)]
        first, last = FIRST[n % len(FIRST)], chr(ord("A") + n // len(FIRST) % 26)
        who = Responder(
            place=place,
            name=f"{first} {last}{n}",
            short_name=f"{first} {last}{n}",
            profession=profession,
            skills=list(skills),
            phone=f"+447700900{200 + n}",
        )
        session.add(who)
        session.flush()
        session.execute(insert(Shift), _shifts(who, now, chance))
        there.append(who)
    return there


def _shifts(who: Responder, now: datetime, chance: random.Random) -> list[dict[str, Any]]:
    """One after the other, as long as a day may be; they do not all end at once, and nobody simulated needs a rest."""
    north, east = AREAS[chance.choice(list(AREAS))]
    first = now + SHIFT * chance.uniform(0.3, 1)
    ends = [first + nth * SHIFT for nth in range(SHIFTS)]
    return [
        {
            "place": who.place,
            "responder_id": who.key,
            "starts_at": begins,
            "ends_at": end,
            "skills": f"|{'|'.join(who.skills)}|",
            "latitude": north,
            "longitude": east,
        }
        for begins, end in zip([now - timedelta(minutes=1), *ends], ends, strict=False)
    ]


def put_phones(phones: httpx.Client, responders: list[Responder]) -> None:
    for who in responders:
        body = {"owner": who.name, "label": who.profession, "kind": "responder"}
        phones.put(f"/phones/{quote(who.phone)}", json=body).raise_for_status()
