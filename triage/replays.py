"""A month's assessments run again on another version of their protocol, a slice at a time: what it would have done."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlmodel import Session

from hub import outbox
from hub.access import User
from hub.db import Database
from hub.errors import Conflict, NotFound, Refused
from hub.outbox import Effect, Queue
from protocols.loader import Library, ProtocolError, parse_house, parse_triage
from protocols.model import House, TriageProtocol
from records.model import Assessment, Case
from triage import replay_store, store
from triage.replay_model import Replay, Replayed
from triage.replay_rules import again
from triage.versions import record_of

PERIODS = (7, 31, 92)
"""Days that can be chosen."""
WINDOW = 400
"""Numbers of assessments that one slice goes down by: a few hundredths of a second of a worker's time."""
MOST = 5_000
"""Cases of one replay; the newest count."""
MOST_SHOWN = 50
SHA256 = re.compile("[0-9a-f]{64}")
KEPT_FOR = timedelta(days=92)
_parsed = lru_cache(maxsize=32)(parse_triage)


@dataclass(frozen=True)
class Pair:
    """Two versions of one protocol on one house."""

    before: TriageProtocol
    after: TriageProtocol
    house: House


@dataclass(frozen=True)
class Place:
    """Where a version ends: a disposition, as people read it, and how urgent that is."""

    id: str
    title: str
    label: str
    rank: int


@dataclass(frozen=True)
class Cell:
    was: Place
    becomes: Place
    cases: int
    more: int
    left_out: int

    @property
    def way(self) -> str:
        ranks = self.was.rank, self.becomes.rank
        return "same" if ranks[0] == ranks[1] else "slower" if ranks[1] > ranks[0] else "faster"


def version(session: Session, library: Library, sha256: str, house: House | None = None) -> TriageProtocol:
    """The triage protocol with this text: in force, or kept. Raises `NotFound`; `Refused` where it no longer fits."""
    house = house or library.house
    for protocol in library.triage.values():
        if protocol.sha256 == sha256 and house is library.house:
            return protocol
    kept = store.text_of(session, sha256) if SHA256.fullmatch(sha256) else None
    if kept is None or kept.kind == "house":
        raise NotFound("There is no protocol with this text in this hub.")
    try:
        return _parsed(kept.text, kept.name, house)
    except ProtocolError as error:
        fault = error.faults[0]
        raise Refused(
            f"This version does not fit the house file in force: line {fault.line}: {fault.message}."
        ) from None


def pair(session: Session, library: Library, before: str, after: str, house: House | None = None) -> Pair:
    """Raises `NotFound`, or `Refused` where they are not two versions of one protocol."""
    found = Pair(
        version(session, library, before, house),
        version(session, library, after, house),
        house or library.house,
    )
    if found.before.protocol != found.after.protocol:
        raise Refused(
            f"{found.before.title} and {found.after.title} are two protocols; choose two versions of one."
        )
    return found


def begin(session: Session, place: str, both: Pair, days: int, user: User, now: datetime) -> Replay:
    """Raises `Conflict` while another replay of the place runs, `Refused` for a period that cannot be chosen."""
    if days not in PERIODS:
        raise Refused(f"Choose one of these periods, in days: {', '.join(map(str, PERIODS))}.")
    if replay_store.running(session, place) is not None:
        raise Conflict("Another replay is running. Wait until it has ended, then try again.")
    before, after = both.before, both.after
    replay_store.forget(session, place, before.sha256, after.sha256, now - KEPT_FOR)
    for one in (before, after):
        store.keep_text(session, one.sha256, "triage", one.protocol, one.text)
    store.keep_text(session, both.house.sha256, "house", "house", both.house.text)
    since = now - timedelta(days=days)
    low, top = replay_store.span(session, place, since)
    replay = Replay(
        place=place,
        protocol=after.protocol,
        before_sha256=before.sha256,
        after_sha256=after.sha256,
        house_sha256=both.house.sha256,
        days=days,
        since=since,
        asked_at=now,
        asked_by_name=user.name,
        top_id=top,
        low_id=low,
        cursor=top,
        ended_at=now if low == top else None,
    )
    session.add(replay)
    session.flush()
    if replay.ended_at is None:
        _next(session, replay, now)
    return replay


def _next(session: Session, replay: Replay, now: datetime) -> None:
    payload = {"replay": replay.key}
    effect = Effect(place=replay.place, queue=Queue.records, kind="replay", payload=payload, created_at=now)
    outbox.append(session, effect)


def go_on(db: Database, library: Library, replay_id: int, now: datetime) -> str:
    """One slice: read without a lock, run, and written in one short turn. Twice is once."""
    with db.read() as session:
        replay = session.get(Replay, replay_id)
        if replay is None or replay.ended_at is not None:
            return "over"
        try:
            house = _house(session, library, replay.house_sha256)
            both = pair(session, library, replay.before_sha256, replay.after_sha256, house)
        except (NotFound, Refused, ProtocolError) as error:
            return _ends_badly(db, replay, str(error), now)
        down_to = max(replay.low_id, replay.cursor - WINDOW)
        past = replay_store.window(session, replay, down_to)
    rows = [_run(both, replay.key, one) for one in past[: MOST - replay.found]]
    over = down_to <= replay.low_id or replay.found + len(rows) >= MOST
    with db.write() as session:
        if replay_store.advance(session, replay, down_to, len(rows), now if over else None):
            session.add_all(rows)
            if not over:
                _next(session, replay, now)
    return f"{len(rows)} again"


def _ends_badly(db: Database, replay: Replay, why: str, now: datetime) -> str:
    with db.write() as session:
        stopped = session.get_one(Replay, replay.key)
        stopped.ended_at, stopped.trouble = now, why[:200]
        session.add(stopped)
    return "cannot be run"


def _house(session: Session, library: Library, sha256: str) -> House:
    if library.house.sha256 == sha256:
        return library.house
    kept = store.text_of(session, sha256)
    if kept is None:
        raise NotFound("The house file that this replay began with is not kept.")
    return parse_house(kept.text, "house")


def _run(both: Pair, replay_id: int, past: Assessment) -> Replayed:
    found = again(both.before, both.after, both.house, past.answers, record_of(past))
    return Replayed(
        replay_id=replay_id,
        assessment_id=past.key,
        case_id=past.case_id,
        was=found.was.disposition.id,
        was_priority=found.was.priority,
        becomes=found.becomes.disposition.id,
        becomes_priority=found.becomes.priority,
        more=found.more,
        left_out=found.left_out,
    )


def cells(session: Session, replay: Replay, both: Pair) -> list[Cell]:
    """Counts by old and new disposition, as whoever asks may see them; the most urgent before first."""
    found = [
        Cell(
            _place(both.before, both.house, was, was_priority),
            _place(both.after, both.house, becomes, becomes_priority),
            cases,
            more,
            left_out,
        )
        for was, was_priority, becomes, becomes_priority, cases, more, left_out in replay_store.cells(
            session, replay
        )
    ]
    return sorted(
        found, key=lambda cell: (cell.was.rank, cell.was.title, cell.becomes.rank, cell.becomes.title)
    )


def _place(protocol: TriageProtocol, house: House, disposition: str, priority: str) -> Place:
    titles: Mapping[str, str] = {one.id: one.title for one in protocol.dispositions}
    found = house.priority(priority)
    return Place(disposition, titles.get(disposition, found.title), found.label, found.rank)


def in_cell(
    session: Session, replay: Replay, was: str, becomes: str
) -> Sequence[tuple[Replayed, Assessment, Case]]:
    """At most `MOST_SHOWN` of its cases, the newest first."""
    return replay_store.in_cell(session, replay, was, becomes, MOST_SHOWN)
