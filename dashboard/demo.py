"""A training place with people to play with. Nobody in it is real; numbers are from the range kept for drama."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from dispatch.model import Area, Responder, Shift
from hub.access import Role, User, hash_password
from hub.events import EventCounter
from hub.places import Place

PASSWORD = "first-point-demo"  # noqa: S105 - a training place's, shown on its own log-in page
SHIFT_LASTS = timedelta(hours=12)
MAIL = "example.nhs.uk"


@dataclass(frozen=True)
class Staff:
    name: str
    roles: tuple[Role, ...]
    phone: str = ""
    on_call: tuple[Role, ...] = ()


@dataclass(frozen=True)
class Goes:
    """A responder of the demo; `base` is the outward postcode that the shift starts from."""

    name: str
    profession: str
    skills: tuple[str, ...]
    phone: str
    base: str


STAFF = (
    Staff("Jay Osei", (Role.handler,)),
    Staff("Mina Patel", (Role.handler,)),
    Staff("Amara Obi", (Role.hub_clinician,), "+447700900111", (Role.hub_clinician,)),
    Staff("Priya Nair", (Role.coordinator,), "+447700900112", (Role.coordinator,)),
    Staff("Dana Cole", (Role.manager, Role.coordinator), "+447700900113", (Role.manager,)),
    Staff("Ruth Adeyemi", (Role.governance,)),
    Staff("Alex Shaw", (Role.administrator,)),
    Staff("Femi Ade", (Role.hub_clinician,)),
    Staff("Nora Quinn", (Role.privacy,)),
)
RESPONDERS = (
    Goes("Ana Reid", "nurse", ("nursing",), "+447700900141", "LS8"),
    Goes("Tom Bell", "paramedic", ("paramedicine", "nursing"), "+447700900152", "LS9"),
    Goes("Niamh Flynn", "nurse", ("nursing",), "+447700900196", "LS17"),
    Goes("Dev Patel", "nurse", ("nursing",), "+447700900185", "LS12"),
    Goes("Sam Khan", "paramedic", ("paramedicine",), "+447700900174", "LS6"),
    Goes("Lea Moss", "falls responder", ("lifting", "personal_care"), "+447700900163", "LS7"),
    Goes("Callum Dyer", "falls responder", ("lifting",), "+447700900164", "LS15"),
    Goes("Ines Diaz", "occupational therapist", ("therapy",), "+447700900165", "LS11"),
)
CALLERS = (
    ("Janet Doyle", "+447700900123"),
    ("Arthur Webb", "+447700900124"),
    ("Edith Marsh", "+447700900131"),
    ("Helen Marsh", "+447700900132"),
    ("Stanisław Nowak", "+447700900133"),
    ("Oakwood Care Home", "+441134960812"),
)
# Roughly where each postcode district lies, in degrees; good for a straight line and no more.
AREAS = {
    "LS1": (53.797, -1.548), "LS2": (53.805, -1.548), "LS3": (53.803, -1.565), "LS4": (53.810, -1.580),
    "LS5": (53.819, -1.597), "LS6": (53.822, -1.567), "LS7": (53.821, -1.537), "LS8": (53.831, -1.500),
    "LS9": (53.798, -1.507), "LS10": (53.762, -1.530), "LS11": (53.777, -1.560), "LS12": (53.790, -1.593),
    "LS13": (53.812, -1.633), "LS14": (53.828, -1.447), "LS15": (53.803, -1.439), "LS16": (53.846, -1.596),
    "LS17": (53.853, -1.523), "LS18": (53.838, -1.641), "LS19": (53.861, -1.687), "LS27": (53.746, -1.598),
    "LS28": (53.803, -1.669),
}  # fmt: skip


def lay_out(session: Session, place_id: str, now: datetime) -> None:
    """Make the training place, or, where it is there already, see to it that people are on shift."""
    if session.get(Place, place_id) is None:
        _make(session, place_id)
    _start_shifts(session, place_id, now)


def _make(session: Session, place_id: str) -> None:
    session.add(
        Place(
            id=place_id,
            name="Leeds",
            training=True,
            hub_number="+441134960000",
            public_number="0113 496 0000",
        )
    )
    session.add(EventCounter(place=place_id))
    secret = hash_password(PASSWORD)
    for person in STAFF:
        session.add(
            User(
                place=place_id,
                name=person.name,
                name_key=log_in_of(person.name),
                password_hash=secret,
                roles=list(person.roles),
                on_call=list(person.on_call),
                phone=person.phone or None,
            )
        )
    for goes in RESPONDERS:
        user = User(
            place=place_id,
            name=goes.name,
            name_key=log_in_of(goes.name),
            password_hash=secret,
            roles=[Role.responder],
        )
        session.add(user)
        session.flush()
        first, last = goes.name.split(" ")
        session.add(
            Responder(
                place=place_id,
                user_id=user.id,
                name=goes.name,
                short_name=f"{first} {last[0]}.",
                profession=goes.profession,
                skills=list(goes.skills),
                phone=goes.phone,
            )
        )
    for outward, (latitude, longitude) in AREAS.items():
        session.add(Area(place=place_id, outward=outward, latitude=latitude, longitude=longitude))
    session.flush()


def _start_shifts(session: Session, place_id: str, now: datetime) -> None:
    """A demo started tomorrow morning must find people on shift as well."""
    bases = {goes.phone: goes.base for goes in RESPONDERS}
    for who in session.exec(select(Responder).where(Responder.place == place_id).order_by(col(Responder.id))):
        on = select(Shift).where(Shift.responder_id == who.id, Shift.ends_at > now + timedelta(hours=4))
        if session.exec(on).first() is not None or who.phone not in bases:
            continue
        latitude, longitude = AREAS[bases[who.phone]]
        session.add(
            Shift(
                place=place_id,
                responder_id=who.key,
                starts_at=now - timedelta(minutes=1),
                ends_at=now + SHIFT_LASTS,
                skills=f"|{'|'.join(who.skills)}|",
                latitude=latitude,
                longitude=longitude,
            )
        )


def log_in_of(name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{MAIL}"


def welcome() -> str:
    """The demo log-ins, for the terminal."""
    who = [(person.name, ", ".join(role.replace("_", " ") for role in person.roles)) for person in STAFF]
    who += [(goes.name, goes.profession) for goes in RESPONDERS[:2]]
    lines = [f"  {log_in_of(name):34} {what}" for name, what in who]
    return "\n".join(
        ["Demo log-ins (training place, invented people):", *lines, f"Password for all: {PASSWORD}", ""]
    )


def phone_book() -> list[dict[str, str]]:
    """Every telephone of the training place, for the training phones' page."""
    book = [
        {"number": goes.phone, "owner": goes.name, "label": goes.profession, "kind": "responder"}
        for goes in RESPONDERS
    ]
    book += [
        {
            "number": person.phone,
            "owner": person.name,
            "label": person.roles[0].replace("_", " "),
            "kind": "staff",
        }
        for person in STAFF
        if person.phone
    ]
    return book + [{"number": n, "owner": name, "label": "caller", "kind": "caller"} for name, n in CALLERS]
