"""People whom the training place knows already: facts with a source and an age, two sources that do not agree, a carer,
and one who can open their own page. Nobody is real; NHS numbers are from the range kept for tests (999…)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from hub.actors import HUB
from records import contact_points
from records.contact_points import Safe
from records.own import accesses
from records.own.accesses import Agreed
from records.own.model import OwnKind
from records.people import service
from records.people.fact_model import Confidence, FactKind, Says
from records.people.model import (
    NHS_NUMBER,
    AddressUse,
    Carer,
    Identifier,
    Person,
    PersonAddress,
    PersonName,
    PersonNumber,
    SourceKind,
    Verified,
)
from records.people.service import Said, Source

PHRASE = "the tin of buttons"
GP, WARD = Source(SourceKind.record, "GP record"), Source(SourceKind.record, "St James's, discharge letter")
HUB_SAYS, SELF = Source(SourceKind.hub, "Amara Obi"), Source(SourceKind.person, "")


@dataclass(frozen=True)
class Known:
    """`facts`: with how many days ago each was put down. `carer`: name, what they are to them, number, what they
    agreed to."""

    name: str
    born: date
    nhs_number: str
    address: str
    postcode: str
    facts: tuple[tuple[int, Said], ...]
    number: str = ""
    access_words: str = ""
    use: AddressUse = AddressUse.home
    carer: tuple[str, str, str, tuple[str, ...]] = ("", "", "", ())


PEOPLE = (
    Known(
        "Edith Marsh",
        date(1938, 4, 12),
        "9990000026",
        "3 Elm Close",
        "LS8 1QD",
        (
            (400, Said(FactKind.allergy, "penicillin", words="rash in 2019", source=GP)),
            (21, Said(FactKind.allergy, "penicillin", says=Says.absent, source=WARD)),
            (400, Said(FactKind.medicine, "blood thinner", value="apixaban", source=GP)),
            (21, Said(FactKind.frailty, "rockwood", value="6", source=WARD, confidence=Confidence.confirmed)),
            (
                60,
                Said(
                    FactKind.communication, "hearing", words="deaf in the left ear; speak slowly", source=SELF
                ),
            ),
            (60, Said(FactKind.depends, "cat", words="Biscuit; the neighbour at 14 has a key", source=SELF)),
            (21, Said(FactKind.at_risk, "recent discharge", words="home after a hip operation", source=WARD)),
            (
                180,
                Said(
                    FactKind.plan,
                    "ReSPECT",
                    value="hospital only for what can be put right",
                    author="Dr Shah",
                    dated=date(2026, 5, 4),
                    full_text="GP record, documents",
                    source=GP,
                ),
            ),
        ),
        "+447700900131",
        "round the back, the front door sticks",
        carer=("Helen Marsh", "daughter", "+447700900132", ("be_rung", "be_told")),
    ),
    Known(
        "Stanisław Nowak",
        date(1944, 11, 2),
        "9990000034",
        "Flat 6, 81 Mill Lane",
        "LS7 2AB",
        (
            (
                90,
                Said(
                    FactKind.communication,
                    "language",
                    value="Polish",
                    words="wants an interpreter",
                    source=SELF,
                ),
            ),
            (90, Said(FactKind.medicine, "diabetes medicine", value="insulin", source=GP)),
            (
                30,
                Said(
                    FactKind.staff_safety,
                    "dog",
                    words="ask for it to be shut in the kitchen",
                    source=HUB_SAYS,
                ),
            ),
        ),
        "+447700900133",
    ),
    Known(
        "Iris Bennett",
        date(1931, 8, 25),
        "9990000042",
        "Oakwood Care Home, 2 Park Road",
        "LS9 6QA",
        (
            (12, Said(FactKind.at_risk, "end of life", source=GP)),
            (
                12,
                Said(
                    FactKind.plan, "care plan", value="comfort; stay at Oakwood", author="Oakwood", source=GP
                ),
            ),
            (12, Said(FactKind.frailty, "rockwood", value="8", source=GP, confidence=Confidence.confirmed)),
        ),
        use=AddressUse.care_home,
        carer=("Oakwood Care Home", "care home", "+441134960812", ("be_rung", "be_told", "open_door")),
    ),
    Known(
        "Edyth March",
        date(1951, 1, 30),
        "9990000050",
        "40 Harehills Road",
        "LS8 5LB",
        ((200, Said(FactKind.condition, "COPD", source=GP)),),
    ),
)
HAS_A_PAGE = PEOPLE[0]


def lay_out(session: Session, place_id: str, now: datetime) -> None:
    """Only where nobody is known yet: whoever plays with them finds them again as they left them."""
    if session.exec(select(Person.id).where(Person.place == place_id).limit(1)).first() is not None:
        return
    for known in PEOPLE:
        person = service.make(session, place_id, known.born, now - timedelta(days=400), HUB)
        _who(session, person, known, now - timedelta(days=60))
        for ago, said in known.facts:
            service.add_fact(session, person, said, now - timedelta(days=ago), HUB)
        if known is HAS_A_PAGE:
            _own_page(session, person, known, now)


def _who(session: Session, person: Person, known: Known, at: datetime) -> None:
    service.put(session, person, PersonName, GP, at, HUB, words=known.name)
    number = {"system": NHS_NUMBER, "value": known.nhs_number, "verified": Verified.traced}
    service.put(session, person, Identifier, GP, at, HUB, **number)
    where = {"address": known.address, "postcode": known.postcode, "use": known.use}
    service.put(session, person, PersonAddress, GP, at, HUB, **where, access_words=known.access_words)
    if known.number:
        service.put(session, person, PersonNumber, SELF, at, HUB, number=known.number)
        contact_points.say(session, person.place, known.number, "text", Safe.yes, "Jay Osei", at)
    name, relation, rung, agreed = known.carer
    if name:
        said = {"name": name, "relation": relation, "number": rung, "agreed": list(agreed)}
        service.put(session, person, Carer, SELF, at, HUB, **said)


def _own_page(session: Session, person: Person, known: Known, now: datetime) -> None:
    by_voice = "by phone, with herself"
    phrase = accesses.hash_phrase(PHRASE)
    agreed = Agreed(OwnKind.person, known.name, known.number, phrase, by_voice)
    accesses.open_for(session, person, agreed, now, HUB)


def welcome() -> str:
    """Whom to try, for the terminal."""
    known = HAS_A_PAGE
    return f"Known already: {known.name}, born {known.born:%d/%m/%Y}. Her own page is at /own; her phrase: {PHRASE}\n"
