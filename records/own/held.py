"""What the hub holds of a person, as their own page may show it: read without what `kept_back.py` keeps off it, and
then by the table of `showing.py`, row by row. Nothing here has a row's number: gaps between numbers tell of what is not
shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from hub.errors import NotFound, Refused
from records import consents, contact_points, seen
from records.consent_model import Consent, Purpose, Said
from records.contact_points import ContactPoint
from records.model import Assessment, Case, Outcome
from records.own.kept_back import not_shown, record_shown
from records.own.model import OwnAccess
from records.own.showing import Item, Viewer, item_of, may_show
from records.own.written import A_DAY, FOR_THEM, IN_OWN_WORDS, about, how_said, must_be_few
from records.people import rules, service, store
from records.people.fact_model import Fact, FactKind
from records.people.model import Carer, Person, PersonAddress, PersonNumber, SourceKind
from records.person_key import person_key, person_keys
from records.service import take

NOT_THEIRS = frozenset({Outcome.wrong_number, Outcome.duplicate})
MOST_CASES, MOST_VERSIONS = 20, 20
MOST_OF_A_KIND = 50


@dataclass(frozen=True)
class Held:
    """`versions`: all that was ever written in their own words, the newest first; `plans`: those that hold now.
    `apart`: by number, those of the facts shown that do not agree with another one shown."""

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
    apart: frozenset[int] = frozenset()


def held(session: Session, person: Person, viewer: Viewer, now: datetime) -> Held:
    """All of it that this viewer may see; the rest is as if it were not there."""
    record = record_shown(session, person)
    facts = [
        fact for fact in record.facts if may_show(viewer, item_of(fact, sealed=fact.key in record.sealed))
    ]
    good = record.believed()
    cases = _theirs(good.cases)
    stands = [one for one in rules.standing(facts) if not rules.is_over(one, now)]
    found = Held(
        name=good.name,
        born=tuple(good.born),
        nhs_number=good.nhs_number,
        addresses=_each_once(good.addresses, "address"),
        numbers=_each_once([one for one in good.numbers if not one.whose], "number"),
        points=contact_points.of_numbers(session, person.place, [one.number for one in good.numbers]),
        carers=tuple(good.carers[:MOST_OF_A_KIND]),
        health=tuple(_in_order(one for one in stands if item_of(one) is Item.health)),
        plans=tuple(_in_order(one for one in stands if one.kind is FactKind.plan)),
        versions=tuple(one for one in facts if _is_own(one))[:MOST_VERSIONS],
        cases=tuple(cases[:MOST_CASES]),
        decided=_decided(session, cases[:MOST_CASES]),
        consents=tuple(said_of(session, person, cases)),
        apart=frozenset(rules.disagreeing(stands, now)),
    )
    return _cut(found, viewer)


def _cut(found: Held, viewer: Viewer) -> Held:
    """What this viewer may not see is as empty as where nothing is known."""
    of_item = {
        Item.contact: ("nhs_number", "addresses", "numbers", "points", "carers"),
        Item.who_they_are: ("name", "born"),
        Item.earlier_plans: ("versions",),
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
    written_here = fact.about in (IN_OWN_WORDS, FOR_THEM)
    return fact.kind is FactKind.plan and fact.source_kind is SourceKind.person and written_here


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


def _theirs(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.outcome not in NOT_THEIRS]


def said_of(session: Session, person: Person, cases: Sequence[Case]) -> list[Consent]:
    """What counts now of what they said, by purpose and by whom it is about; nothing that was said in a case which is
    not shown. `cases`: those that are."""
    of_them = (
        Consent.place == person.place,
        col(Consent.person).in_({key for case in cases for key in person_keys(case)}),
        col(Consent.case_id).not_in(not_shown(session, person)),
    )
    newest = select(func.max(Consent.id)).where(*of_them).group_by(Consent.purpose, Consent.with_whom)
    found = select(Consent).where(col(Consent.id).in_(newest)).order_by(col(Consent.id).desc())
    rows = session.exec(found.limit(consents.MOST))
    return sorted(rows, key=lambda one: (list(Purpose).index(one.purpose), one.with_whom))


def say_consent(
    session: Session,
    person: Person,
    purpose: Purpose,
    said: Said,
    whom: str,
    now: datetime,
    access: OwnAccess,
) -> None:
    """As they say it on their page, for each key that their cases go by: it holds in all of them. Raises `NotFound`
    where there is no case, `TooMany`."""
    cases = _theirs(record_shown(session, person).cases)
    if not cases:
        raise NotFound("Ring us to say this: we have no visit of yours to keep it with.")
    by_key = {person_key(case): case.key for case in reversed(cases)}
    said_today = select(func.count(func.distinct(Consent.at))).where(
        col(Consent.person).in_(by_key), Consent.by == access.actor.ref, Consent.at > now - A_DAY
    )
    must_be_few(session.execute(said_today).scalar_one())
    for case_id in sorted(by_key.values()):  # one order for all, so that no two wait for each other
        case = take(session, case_id, now)
        before = consents.newest(session, case, purpose, whom)
        if said is Said.taken_back and (before is None or before.said is Said.taken_back):
            continue  # whoever takes back what is taken back has what they want, and hears nothing of how it came
        consents.record(session, case, purpose, said, how_said(access), now, access.actor, whom)


def write_plan(
    session: Session, person: Person, words: str, seen_at: str, now: datetime, access: OwnAccess
) -> None:
    """In the place of what was written before. `seen_at`: when the one that they read was written; raises `Refused`
    where another has been written since, or nothing is said, `TooMany`. `person`: locked."""
    if not words.strip():
        raise Refused("Write what we should know.")
    before = own_plan(held(session, person, Viewer.person, now))
    if seen_at != stamp(before):
        raise Refused("Somebody has changed this since you opened it. Read it again, then write.")
    ids = [one.key for one in store.members(session, person)]
    of_today = select(func.count()).where(
        col(Fact.person_id).in_(ids),
        col(Fact.about).in_((IN_OWN_WORDS, FOR_THEM)),
        Fact.recorded_at > now - A_DAY,
    )
    must_be_few(session.execute(of_today).scalar_one())
    said = service.Said(
        FactKind.plan,
        about(access),
        words=words.strip()[:1000],
        author=access.name,
        supersedes_id=before.key if before else None,
        source=service.Source(SourceKind.person, access.name),
    )
    service.add_fact(session, person, said, now, access.actor)


def stamp(plan: Fact | None) -> str:
    return plan.recorded_at.isoformat() if plan else ""


def own_plan(found: Held) -> Fact | None:
    return next((one for one in found.plans if _is_own(one)), None)


def own_words_of(session: Session, person: Person) -> Fact | None:
    """The plan that holds now of those written on their page, as whoever asks may see it: for the call screen."""
    ids = [one.key for one in store.members(session, person)]
    rows = store.rows(session, Fact, ids, seen.hidden(session, person.place))
    sealed = store.sealings(session, [one.key for one in rows])
    mine = [one for one in rows if _is_own(one)]
    stands = [one for one in rules.standing(mine) if one.key not in sealed]
    return max(stands, key=lambda one: one.key, default=None)
