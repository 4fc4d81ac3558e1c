"""What the page of a person shows: by block what is known, from whom, how old and until when; or “not known”."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from sqlmodel import Session, col, select

from records import contact_points
from records.contact_points import WAYS, ContactPoint, Safe
from records.homes import Home
from records.model import Case
from records.people import rules, store
from records.people.api import RowKind
from records.people.fact_model import HAS_DIED, Confidence, Fact, FactKind, Says
from records.people.in_words import TITLES
from records.people.link_model import Merge
from records.people.model import (
    AGREED,
    FROM,
    NHS_NUMBER,
    VERIFIED,
    AddressUse,
    Agreed,
    Carer,
    Identifier,
    OfPerson,
    PersonAddress,
    PersonNumber,
    Verified,
)
from records.people.store import Record
from triage.ago import ago, on
from triage.capture import national

SURE = {Confidence.confirmed: "confirmed", Confidence.reported: "", Confidence.unsure: "not sure"}
USE = {AddressUse.home: "home", AddressUse.staying: "stayed at", AddressUse.care_home: "care home"}
WARNS = frozenset({FactKind.staff_safety, FactKind.allergy})


@dataclass(frozen=True)
class Line:
    """`apart`: what cannot be right beside it, in words. `doubt`: it was said in a case that is not theirs any more.
    `changes`: the fact whose place a newer word takes, where nobody but the hub's own people can say it;
    `can_end`: it can be said to be so no more; `is_absent`: it is said not to be so."""

    kind: RowKind
    id: int
    title: str
    words: str
    source: str
    until: str = ""
    sure: str = ""
    more: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    doubt: bool = False
    warns: bool = False
    is_over: bool = False
    sealed: bool = False
    error: str = ""
    verified: Verified = Verified.not_verified
    changes: dict[str, str | int] = field(default_factory=dict)
    can_end: bool = False
    is_absent: bool = False


@dataclass(frozen=True)
class Block:
    id: str
    title: str
    lines: tuple[Line, ...]
    past: tuple[Line, ...] = field(default=())

    @property
    def differs(self) -> bool:
        return any(line.apart for line in self.lines)


@dataclass(frozen=True)
class Page:
    record: Record
    who: tuple[Block, ...]
    facts: tuple[Block, ...]
    merges: list[Merge]


@dataclass(frozen=True)
class _At:
    now: datetime
    zone: tzinfo
    elsewhere: frozenset[int]

    def line(self, kind: RowKind, row: OfPerson, title: str, words: str, **more: object) -> Line:
        by = row.source or FROM[row.source_kind]
        whose = "" if by == FROM[row.source_kind] else f" ({FROM[row.source_kind]})"
        at = row.recorded_at, self.now, self.zone
        over = rules.is_over(row, self.now)
        until = self._last_day(row.valid_until) if row.valid_until else ""
        said = {
            "source": f"{by}{whose} · {on(*at)}, {ago(*at)}",
            "until": f"{'held until' if over else 'until'} {until}" if until else "",
            "doubt": row.case_id in self.elsewhere,
            "is_over": over,
            "error": f"{row.entered_in_error_by}: {row.entered_in_error_why}" if row.in_error else "",
        }
        return Line(kind, row.key, title, words, **{**said, **more})  # type: ignore[arg-type]

    def _last_day(self, until: datetime) -> str:
        return f"{(until - timedelta(seconds=1)).astimezone(self.zone):%d %b %Y}"


def page_of(session: Session, found: Record, now: datetime, zone: tzinfo) -> Page:
    ids = [one.key for one in found.people]
    at = _At(now, zone, _elsewhere(session, found, ids))
    return Page(found, _who(session, found, at), _facts(found, at), store.merges_of(session, ids))


def _elsewhere(session: Session, found: Record, ids: Sequence[int]) -> frozenset[int]:
    """The cases in which something was said here, and that are not linked to this person any more."""
    kinds: tuple[Sequence[OfPerson], ...] = (
        found.names, found.identifiers, found.addresses, found.numbers, found.carers, found.facts,
    )  # fmt: skip
    said_in = {
        row.case_id for of_kind in kinds for row in of_kind if row.case_id is not None and not row.in_error
    }
    if not said_in:
        return frozenset()
    theirs = session.exec(select(Case.id).where(col(Case.id).in_(said_in), col(Case.person_id).in_(ids)))
    return frozenset(said_in - set(theirs))


def _block(block_id: str, title: str, lines: Iterable[Line]) -> Block:
    """What counts stands first; what is over, and what was an error, behind it."""
    every = list(lines)
    past = tuple(line for line in every if line.is_over or line.error)
    return Block(block_id, title, tuple(line for line in every if line not in past), past)


def _who(session: Session, found: Record, at: _At) -> tuple[Block, ...]:
    rung = [one.number for one in found.numbers] + [one.number for one in found.carers if one.number]
    points = contact_points.of_numbers(session, found.person.place, rung)
    return (
        _block("names", "Names", (at.line(RowKind.name, one, "", one.words) for one in found.names)),
        _block(
            "identifiers", "Numbers they are known by", (_identifier(one, at) for one in found.identifiers)
        ),
        _block("addresses", "Where they live", (_address(one, at) for one in found.addresses)),
        _block(
            "numbers",
            "How to reach them",
            (_number(one, points.get(one.number), at) for one in found.numbers),
        ),
        _block("carers", "Carers", (_carer(one, points.get(one.number or ""), at) for one in found.carers)),
    )


def _identifier(one: Identifier, at: _At) -> Line:
    is_nhs = one.system == NHS_NUMBER
    value = rules.spaced(one.value) if is_nhs else one.value
    how = VERIFIED[one.verified] + (f" by {one.verified_by}" if one.verified_by else "")
    title = "NHS number" if is_nhs else one.system
    return at.line(RowKind.identifier, one, title, value, sure=how, verified=one.verified)


def _address(one: PersonAddress, at: _At) -> Line:
    more = (f"How to get in: {one.access_words}",) if one.access_words else ()
    return at.line(RowKind.address, one, USE[one.use], Home(one.address, one.postcode).words, more=more)


def _number(one: PersonNumber, point: ContactPoint | None, at: _At) -> Line:
    unsafe = bool(contact_points.warning(point, safeguarding=False))
    return at.line(
        RowKind.number, one, national(one.number), one.of_whom, more=(_how_safe(point),), warns=unsafe
    )


def _how_safe(point: ContactPoint | None) -> str:
    """S17: never asked is not known."""
    safe = [f"{way} {words_of_safe(point, name)}" for name, way in WAYS.items()]
    return f"Safe {', '.join(safe)}"


def words_of_safe(point: ContactPoint | None, way: str) -> str:
    said = getattr(point, way) if point else Safe.not_known
    return {Safe.yes: "yes", Safe.no: "NO", Safe.not_known: "not known"}[said]


def _carer(one: Carer, point: ContactPoint | None, at: _At) -> Line:
    agreed = "; ".join(AGREED[Agreed(what)] for what in one.agreed) or "what they agreed to is not known"
    number = (national(one.number), _how_safe(point)) if one.number else ("no number",)
    more = tuple(part for part in (agreed, *number, one.words) if part)
    unsafe = bool(contact_points.warning(point, safeguarding=False))
    return at.line(
        RowKind.carer, one, one.name, one.relation or "relation not known", more=more, warns=unsafe
    )


def _facts(found: Record, at: _At) -> tuple[Block, ...]:
    by_id = {fact.key: fact for fact in found.facts}
    stands = {fact.key for fact in rules.standing(found.facts)}
    apart = rules.disagreeing(found.facts, at.now)
    blocks = []
    for kind in FactKind:
        mine = [fact for fact in found.facts if fact.kind is kind and (fact.key in stands or fact.in_error)]
        lines = [
            _fact(fact, tuple(_against(by_id[other]) for other in apart.get(fact.key, ())), found, at)
            for fact in sorted(mine, key=lambda one: (one.about.casefold(), -one.key))
        ]
        blocks.append(_block(kind.value, TITLES[kind], lines))
    return tuple(blocks)


def _fact(fact: Fact, apart: tuple[str, ...], found: Record, at: _At) -> Line:
    who = ", ".join(
        part
        for part in (
            f"written by {fact.author}" if fact.author else "",
            f"dated {fact.dated:%d %b %Y}" if fact.dated else "",
            f"full text: {fact.full_text}" if fact.full_text else "",
        )
        if part
    )
    return at.line(
        RowKind.fact,
        fact,
        fact.about,
        said_by(fact),
        sure=SURE[fact.confidence],
        more=tuple(part for part in (fact.words if fact.value else "", who) if part),
        apart=apart,
        warns=fact.kind in WARNS and fact.says is Says.present,
        sealed=fact.key in found.sealed,
        is_absent=fact.says is Says.absent,
        can_end=fact.says is Says.present and fact.kind not in rules.NEVER_DISAGREES,
        changes={} if fact.key in found.sealed else _changes(fact),
    )


def _changes(fact: Fact) -> dict[str, str | int]:
    """None of what was read from elsewhere, which changes where it was read; nor of a death, which is an error or is
    not."""
    if fact.outside_id is not None or fact.about == HAS_DIED:
        return {}
    return {"kind": fact.kind, "about": fact.about, "supersedes": fact.key}


def said_by(fact: Fact) -> str:
    if fact.says is Says.absent:
        return f"said not to be so{': ' + fact.words if fact.words else ''}"
    return fact.value or fact.words


def _against(other: Fact) -> str:
    said = said_by(other) or "yes"
    return f"{other.source or FROM[other.source_kind]} says: {other.about}, {said}"
