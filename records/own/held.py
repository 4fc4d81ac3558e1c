"""What the hub holds of a person, as their own page may show it: read as by somebody without rights (S18), and then by
the table of `showing.py`, row by row. Nothing here has a row's number: gaps between numbers tell of what is not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from hub import asking
from hub.actors import Actor
from hub.errors import Refused
from records import consents, contact_points, seen
from records.consent_model import Consent, Purpose, Said
from records.contact_points import ContactPoint
from records.model import Assessment, Case, Outcome
from records.own.showing import Item, Viewer, item_of, may_show
from records.people import rules, service, store
from records.people.fact_model import Fact, FactKind
from records.people.model import Carer, Person, PersonAddress, PersonNumber, SourceKind
from records.person_key import person_keys
from records.service import take

IN_OWN_WORDS = "in their own words"
"""What a plan is about that a person writes on their page: by it the newest is known."""
NOT_THEIRS = frozenset({Outcome.wrong_number, Outcome.duplicate})
MOST_CASES, MOST_VERSIONS = 20, 20
MOST_OF_A_KIND = 50


@dataclass(frozen=True)
class Held:
    """`versions`: all that was ever written in their own words, the newest first; `plans`: those that hold now."""

    name: str = ""
    born: tuple[date, ...] = ()
    nhs_number: str | None = None
    addresses: tuple[PersonAddress, ...] = ()
    numbers: tuple[PersonNumber, ...] = ()
    points: dict[str, ContactPoint] = field(default_factory=dict)
    carers: tuple[Carer, ...] = ()
    health: tuple[Fact, ...] = ()
    plans: tuple[Fact, ...] = ()
    versions: tuple[Fact, ...] = ()
    cases: tuple[Case, ...] = ()
    decided: dict[int, str] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()


def held(session: Session, person: Person, viewer: Viewer, now: datetime) -> Held:
    """All of it that this viewer may see; the rest is as if it were not there."""
    with asking.asks(None, ()):
        record = store.record(session, person)
        facts = [
            fact for fact in record.facts
            if may_show(viewer, item_of(fact, sealed=fact.key in record.sealed))
        ]  # fmt: skip
        good = record.believed()
        cases = [case for case in good.cases if case.outcome not in NOT_THEIRS][:MOST_CASES]
        stands = [one for one in rules.standing(facts) if not rules.is_over(one, now)]
        found = Held(
            name=good.name,
            born=tuple(good.born),
            nhs_number=good.nhs_number,
            addresses=_each_once(good.addresses, "address"),
            numbers=_each_once(good.numbers, "number"),
            points=contact_points.of_numbers(session, person.place, [one.number for one in good.numbers]),
            carers=tuple(good.carers[:MOST_OF_A_KIND]),
            health=tuple(_in_order(one for one in stands if item_of(one) is Item.health)),
            plans=tuple(_in_order(one for one in stands if one.kind is FactKind.plan)),
            versions=tuple(one for one in facts if _is_own(one))[:MOST_VERSIONS],
            cases=tuple(cases),
            decided=_decided(session, cases),
            consents=tuple(said_of(session, cases, person.place)),
        )
    return _cut(found, viewer)


def _cut(found: Held, viewer: Viewer) -> Held:
    """What this viewer may not see is as empty as where nothing is known."""
    of_item = {
        Item.contact: ("addresses", "numbers", "points", "carers"),
        Item.who_they_are: ("born", "nhs_number"),
        Item.visits: ("cases", "decided"),
        Item.consent: ("consents",),
    }
    nothing = Held()
    gone = {
        name: getattr(nothing, name)
        for item, names in of_item.items()
        if not may_show(viewer, item)
        for name in names
    }
    return replace(found, **gone)


def _is_own(fact: Fact) -> bool:
    return fact.kind is FactKind.plan and fact.source_kind is SourceKind.person and fact.about == IN_OWN_WORDS


def _each_once(rows: Sequence[object], by: str) -> tuple:  # type: ignore[type-arg]
    """The newest of each."""
    return tuple({getattr(row, by).casefold(): row for row in reversed(rows)}.values())[:MOST_OF_A_KIND]


def _in_order(facts: object) -> list[Fact]:
    order = list(FactKind)
    found = sorted(facts, key=lambda one: (order.index(one.kind), one.about.casefold(), one.recorded_at))  # type: ignore[call-overload]
    return list(found)[:MOST_OF_A_KIND]


def _decided(session: Session, cases: Sequence[Case]) -> dict[int, str]:
    """By case, the title of the newest disposition."""
    if not cases:
        return {}
    ids = [case.key for case in cases]
    finished = (
        select(Assessment.case_id, Assessment.disposition_title)
        .where(col(Assessment.case_id).in_(ids), col(Assessment.finished_at).is_not(None))
        .order_by(col(Assessment.id))
    )
    return {case_id: title for case_id, title in session.exec(finished) if title}


def said_of(session: Session, cases: Sequence[Case], place: str) -> list[Consent]:
    """What counts now of what they said, by purpose and by whom it is about. Nothing that was said in a sealed case."""
    keys = list(dict.fromkeys(key for case in cases for key in person_keys(case)))
    if not keys:
        return []
    found = select(Consent).where(Consent.place == place, col(Consent.person).in_(keys))
    hidden = _hidden_cases(session, place)
    newest: dict[tuple[str, str], Consent] = {}
    for one in session.exec(found.order_by(col(Consent.id)).limit(consents.MOST * 5)):
        if one.case_id not in hidden:
            newest[one.purpose, one.with_whom] = one
    return sorted(newest.values(), key=lambda one: (list(Purpose).index(one.purpose), one.with_whom))


def _hidden_cases(session: Session, place: str) -> frozenset[int]:
    with asking.asks(None, ()):
        return seen.hidden(session, place)


def say_consent(
    session: Session,
    cases: Sequence[Case],
    purpose: Purpose,
    said: Said,
    whom: str,
    now: datetime,
    actor: Actor,
) -> None:
    """As they say it on their page, with their newest case. Raises `Refused` where there is none."""
    if not cases:
        raise Refused("Ring us to say this: we have no visit of yours to keep it with.")
    case = take(session, cases[0].key, now)
    before = consents.newest(session, case, purpose, whom)
    if said is Said.taken_back and (before is None or before.said is Said.taken_back):
        return  # whoever takes back what is taken back already has what they want, and hears nothing of how it came
    consents.record(session, case, purpose, said, "on their own page, in their own words", now, actor, whom)


def write_plan(
    session: Session, person: Person, words: str, seen_at: str, now: datetime, actor: Actor
) -> None:
    """In their own words, in the place of what they wrote before. `seen_at`: when the one that they read was written;
    raises `Refused` where another has been written since, or nothing is said. `person`: locked."""
    if not words.strip():
        raise Refused("Write what we should know.")
    before = next((one for one in held(session, person, Viewer.person, now).plans if _is_own(one)), None)
    if seen_at != stamp(before):
        raise Refused("Somebody has changed this since you opened it. Read it again, then write.")
    said = service.Said(
        FactKind.plan,
        IN_OWN_WORDS,
        words=words.strip()[:1000],
        author=actor.name,
        supersedes_id=before.key if before else None,
        source=service.Source(SourceKind.person, actor.name),
    )
    service.add_fact(session, person, said, now, actor)


def stamp(plan: Fact | None) -> str:
    return plan.recorded_at.isoformat() if plan else ""


def own_plan(found: Held) -> Fact | None:
    return next((one for one in found.plans if _is_own(one)), None)


def own_words_of(session: Session, person: Person) -> Fact | None:
    """The plan that holds now in their own words, as whoever asks may see it: for the call screen."""
    ids = [one.key for one in store.members(session, person)]
    rows = store.rows(session, Fact, ids, seen.hidden(session, person.place))
    sealed = store.sealings(session, [one.key for one in rows])
    mine = [one for one in rows if _is_own(one)]
    stands = [one for one in rules.standing(mine) if one.key not in sealed]
    return max(stands, key=lambda one: one.key, default=None)
