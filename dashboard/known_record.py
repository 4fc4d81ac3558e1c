"""What the pages say of other records: which was asked and when, what it answered, and what is known of them from
anywhere, block by block, each line with its source and its age."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from dashboard.pages.call import said_clock
from dashboard.person_view import WARNS
from hub.places import Place
from hub.record_servers import RecordServer
from records.fhir.read_patient import speaks_against
from records.model import Case
from records.people import rules, store
from records.people.fact_model import Confidence, Fact, FactKind, Says
from records.people.in_words import TITLES, from_whom, words_of
from records.people.model import Person, SourceKind
from records.people.rules import Who
from records.read_back import is_read_back
from records.reading.asking import about, asked_for, who_of
from records.reading.model import AskState, ReadState, RecordAsk, RecordRead
from records.reading.putting import is_theirs, patient_of
from triage.ago import ago, on

SOON_MS, LATER_MS = 150, 5000
SOON_FOR = timedelta(seconds=4)
"""So long after it was asked the page looks again at once; then now and then."""
UNREAD_AFTER = timedelta(seconds=15)
"""A read has two seconds: whoever still waits then waits for a process that is not there."""
MOST_LINES = 8
KINDS = {
    "Patient": "who they are",
    "AllergyIntolerance": "allergies",
    "MedicationStatement": "medicines",
    "MedicationRequest": "prescriptions",
    "Condition": "conditions",
    "Observation": "frailty and NEWS2",
    "CarePlan": "care plans",
    "Consent": "consents",
    "Flag": "warnings",
    "RelatedPerson": "carers",
    "DocumentReference": "documents",
    "QuestionnaireResponse": "ReSPECT forms",
}


@dataclass(frozen=True)
class ServerSaid:
    """`is_doubt`: it must not be taken for an answer."""

    title: str
    words: str
    is_asked: bool = False
    is_doubt: bool = False


@dataclass(frozen=True)
class FactLine:
    words: str
    source: str
    warns: bool = False
    apart: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactBlock:
    title: str
    lines: tuple[FactLine, ...]
    more: int = 0


@dataclass(frozen=True)
class KnownRecord:
    """`again_ms`: when the page looks again by itself; 0: it need not. `announce`: what to say aloud, politely."""

    servers: tuple[ServerSaid, ...] = ()
    blocks: tuple[FactBlock, ...] = ()
    again_ms: int = 0
    announce: str = ""
    ask_at: str = ""


@dataclass(frozen=True)
class _Reader:
    place: Place
    now: datetime

    def clock(self, at: datetime | None) -> str:
        return said_clock(self.place, self.now)(at)

    def when(self, at: datetime) -> str:
        return f"{on(at, self.now, self.place.local())}, {ago(at, self.now, self.place.local())}"

    def since(self, day: date) -> str:
        """By the noon of that day: it is the same day in every zone of ours."""
        return self.when(datetime.combine(day, time(12), self.place.local()))


def of_case(
    session: Session, case: Case, servers: Sequence[RecordServer], place: Place, now: datetime
) -> KnownRecord:
    """Before the read-back which records know somebody of this number, and nothing else (S14)."""
    reader, read_from = _Reader(place, now), [one for one in servers if one.reads]
    who = who_of(case)
    said = _servers(session, case, who, read_from, reader) if about(who) else KnownRecord()
    blocks: tuple[FactBlock, ...] = ()
    person = store.of_case(session, case) if is_read_back(case) else None
    if person is not None:
        blocks = _blocks(store.facts(session, person), _read_at(session, case.place, who), reader)
    return KnownRecord(
        said.servers,
        blocks,
        said.again_ms,
        said.announce,
        f"/api/cases/{case.key}/records" if said.servers else "",
    )


def of_person(
    session: Session, person: Person, who: Who, servers: Sequence[RecordServer], place: Place, now: datetime
) -> KnownRecord:
    """Of somebody's own page: which records were asked, and what they answered."""
    reader, read_from = _Reader(place, now), [one for one in servers if one.reads]
    if not about(who) or not read_from:
        return KnownRecord()
    said = _servers(session, None, who, read_from, reader)
    return KnownRecord(said.servers, (), said.again_ms, said.announce, f"/api/people/{person.key}/records")


def _servers(
    session: Session, case: Case | None, who: Who, servers: Sequence[RecordServer], reader: _Reader
) -> KnownRecord:
    known = asked_for(session, reader.place.id, who)
    ask, reads = known or (None, [])
    by_name = {one.server: one for one in reads}
    is_open = ask is not None and ask.state is not AskState.done
    said = [_one(session, case, who, one, ask, by_name.get(one.name), reader) for one in servers]
    again_ms = 0
    if ask is not None and is_open:
        again_ms = SOON_MS if reader.now - ask.asked_at < SOON_FOR else LATER_MS
    answered = [one.title for one in said if not one.is_asked and not one.is_doubt]
    silent = [one.title for one in said if one.is_doubt]
    told = [
        f"{', '.join(answered)} has been read." if answered else "",
        f"{', '.join(silent)}: look." if silent else "",
    ]
    announce = " ".join(part for part in told if part) if not any(one.is_asked for one in said) else ""
    return KnownRecord(tuple(said), (), again_ms, announce)


def _one(
    session: Session,
    case: Case | None,
    who: Who,
    server: RecordServer,
    ask: RecordAsk | None,
    read: RecordRead | None,
    reader: _Reader,
) -> ServerSaid:
    if ask is None:
        return ServerSaid(server.title, "not asked yet")
    if read is None or (ask.state is not AskState.done and read.tried_at < ask.asked_at):
        since = reader.clock(ask.asked_at)
        before = (
            f"; what follows was read {reader.clock(read.answered_at)}" if read and read.answered_at else ""
        )
        if reader.now - ask.asked_at > UNREAD_AFTER:
            words = f"was not asked: nothing reads records just now (wanted {since}){before}"
            return ServerSaid(server.title, words, is_doubt=True)
        return ServerSaid(server.title, f"is being asked since {since}{before}", is_asked=True)
    at = reader.clock(read.tried_at)
    if read.state is ReadState.failed:
        before = f"; what follows was read {reader.clock(read.answered_at)}" if read.answered_at else ""
        return ServerSaid(server.title, f"did not answer (tried {at}): {read.why}{before}", is_doubt=True)
    if read.state is ReadState.objected:
        return ServerSaid(server.title, "not asked: they have said no to being looked up")
    if read.state is ReadState.nobody:
        return ServerSaid(server.title, f"knows nobody of this number or name (asked {at})")
    if read.state is ReadState.may_be:
        return ServerSaid(
            server.title, f"may have this person, but {read.why}: nothing is shown", is_doubt=True
        )
    return _read(session, case, who, server, read, at)


def _read(
    session: Session, case: Case | None, who: Who, server: RecordServer, read: RecordRead, at: str
) -> ServerSaid:
    patient = patient_of(session, read)
    if patient is not None and (against := speaks_against(who, patient)):
        words = f"may have this person, but the {against} there is another one: nothing is shown"
        return ServerSaid(server.title, words, is_doubt=True)
    if case is not None and not is_read_back(case):
        return ServerSaid(
            server.title, f"has somebody of this number or name (read {at}). Read two back to see it"
        )
    if case is not None and (patient is None or not is_theirs(case, patient)):
        return ServerSaid(
            server.title, "may have this person; what was read back does not show it", is_doubt=True
        )
    if read.unread:
        unread = ", ".join(KINDS.get(kind, kind) for kind in read.unread)
        return ServerSaid(server.title, f"read {at}; could not all be read: {unread}", is_doubt=True)
    return ServerSaid(server.title, f"read {at}")


def _read_at(session: Session, place: str, who: Who) -> dict[str, datetime]:
    """When each server that is read from last answered, by its title."""
    known = asked_for(session, place, who)
    return {one.title: one.answered_at for one in known[1] if one.answered_at} if known else {}


def _blocks(facts: Sequence[Fact], read_at: dict[str, datetime], reader: _Reader) -> tuple[FactBlock, ...]:
    """In the order in which they are read (S16); of each what counts, the newest first, and both who do not agree."""
    live = [fact for fact in rules.standing(facts) if not rules.is_over(fact, reader.now)]
    apart, by_id = rules.disagreeing(facts, reader.now), {fact.key: fact for fact in facts}
    blocks = []
    for kind in FactKind:
        mine = [fact for fact in live if fact.kind is kind]
        mine.sort(
            key=lambda fact: (fact.key not in apart, -(fact.dated or fact.recorded_at.date()).toordinal())
        )
        lines, above = [], set[int]()
        for fact in mine:
            against = apart.get(fact.key, ())
            lines.append(_line(fact, [by_id[one] for one in against], read_at, reader, above))
            above.add(fact.key)
        if lines:
            blocks.append(FactBlock(TITLES[kind], tuple(lines[:MOST_LINES]), len(lines[MOST_LINES:])))
    return tuple(blocks)


def _line(
    fact: Fact,
    against: Sequence[Fact],
    read_at: dict[str, datetime],
    reader: _Reader,
    above: Collection[int],
) -> FactLine:
    """`above`: what stands above it already, and is not said again beside it."""
    unsure = "not sure" if fact.confidence is Confidence.unsure else ""
    more = "; ".join(part for part in (fact.words[:200], unsure) if part)
    by = ", ".join(part for part in (from_whom(fact), fact.author) if part)
    is_read = fact.source_kind is SourceKind.record and fact.source in read_at
    age = f"read {reader.clock(read_at[fact.source])}" if is_read else reader.when(fact.recorded_at)
    if fact.dated:
        age = f"of {reader.since(fact.dated)}{f' · {age}' if is_read else ''}"
    apart = [f"{from_whom(one)} says: {words_of(one)}" for one in against if one.key not in above]
    if len(apart) < len(against):
        apart.append("see above")
    return FactLine(
        f"{words_of(fact)}{f' ({more})' if more else ''}",
        f"{by} · {age}",
        fact.kind in WARNS and fact.says is Says.present,
        tuple(apart),
    )
