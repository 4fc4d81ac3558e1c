"""What pages show of versions: how each stands, whether it is proved, and what it carries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlmodel import Session

from hub.errors import Refused
from hub.places import Place
from protocols.examples import play, run_examples
from protocols.faults import ProtocolError
from protocols.faults import listed as listed_words
from protocols.loader import Library
from protocols.model import ExceptionPermit, House, TriageProtocol
from protocols.schema import FileKind
from protocols.stopped import Key, Stopped
from records.model import Assessment, Case
from records.seen import hidden
from triage.governance import proving, store
from triage.governance.model import Act, Did, Proof, Version
from triage.governance.registering import read
from triage.governance.running import texts_of
from triage.governance.standing import Standing, State, is_overdue, review_is_near, standings, stopped
from triage.store import text_of

KINDS: dict[str, str] = {
    "triage": "What callers are asked",
    "escalation": "Who is told while nobody accepts",
    "house": "The house file",
}
MOST_MET = 100
MOST_OLD = 8
"""Versions of one protocol that the list shows; the rest are found from the newest one's page."""


@dataclass(frozen=True)
class Row:
    """One version in the list. `runs`: it is what handlers meet just now, unless it is stopped."""

    standing: Standing
    proof: Proof | None
    is_proved: bool
    runs: bool
    review: str

    @property
    def version(self) -> Version:
        return self.standing.version


@dataclass(frozen=True)
class Protocol:
    kind: str
    id: str
    title: str
    rows: tuple[Row, ...]
    more: int
    stopped: Stopped | None
    may_stop: bool


@dataclass(frozen=True)
class ShownExample:
    title: str
    gives: str
    because: str
    came_to: str
    is_so: bool


def listed(
    session: Session, library: Library, place: str, now: datetime, *, training: bool
) -> dict[str, list[Protocol]]:
    """Every protocol with its versions, newest first, by kind."""
    acts = store.acts(session, place)
    found = standings(store.versions(session, place), acts, now, training=training)
    proofs, running = store.proofs(session, place), {one.sha256 for one in texts_of(library).values()}
    titles = {(one.version.kind, one.version.protocol): one.version.title for one in reversed(found)}
    stops = stopped(acts, titles)
    by_kind: dict[str, list[Protocol]] = {kind: [] for kind in KINDS}
    for key, those in groupby(found, lambda one: (one.version.kind, one.version.protocol)):
        rows = [_row(one, proofs.get(one.version.key), library, running, now) for one in those]
        kind, name = key
        shown = tuple(rows[:MOST_OLD])
        by_kind[kind].append(
            Protocol(
                kind,
                name,
                titles[key],
                shown,
                len(rows) - len(shown),
                stops.get(key),
                may_stop=kind != "house" and any(one.runs for one in rows),
            )
        )
    for some in by_kind.values():
        some.sort(key=lambda one: (one.stopped is None, one.title))
    return by_kind


def _row(standing: Standing, proof: Proof | None, library: Library, running: set[str], now: datetime) -> Row:
    version = standing.version
    review = ""
    if standing.state not in (State.replaced, State.withdrawn):
        if is_overdue(version, now.date()):
            review = "overdue"
        elif review_is_near(version, now.date()):
            review = "near"
    return Row(standing, proof, proving.holds(proof, library), version.sha256 in running, review)


@dataclass(frozen=True)
class Whole:
    """One version, with everything that whoever approves it must see."""

    row: Row
    text: str
    said: Any
    examples: tuple[ShownExample, ...]
    exceptions: tuple[ExceptionPermit, ...]
    acts: tuple[Act, ...]
    others: tuple[Row, ...]
    stopped: Stopped | None
    compared: Version | None
    cannot_be_read: str
    met: tuple[tuple[Case, Assessment], ...]
    """While it is stopped: the open cases that met it. Somebody may want to ask them anew."""


def whole(session: Session, library: Library, version: Version, now: datetime, *, training: bool) -> Whole:
    key: Key = version.kind, version.protocol
    acts = store.acts(session, version.place)
    versions = [one for one in store.versions(session, version.place) if (one.kind, one.protocol) == key]
    running = {one.sha256 for one in texts_of(library).values()}
    proofs = store.proofs(session, version.place)
    rows = [
        _row(one, proofs.get(one.version.key), library, running, now)
        for one in standings(versions, acts, now, training=training)
    ]
    kept = text_of(session, version.sha256)
    text = kept.text if kept else ""
    said, problem = _read(text, version, library.house)
    proof = proofs.get(version.key)
    triage = said if isinstance(said, TriageProtocol) else None
    stop = stopped(acts, {key: version.title}).get(key)
    met = _met(session, version) if stop is not None and version.kind == "triage" else ()
    return Whole(
        row=next(one for one in rows if one.version.key == version.key),
        text=text,
        said=said,
        examples=tuple(_examples(triage, library.house)) if triage else (),
        exceptions=triage.exceptions if triage else (),
        acts=tuple(one for one in acts if one.sha256 == version.sha256 or _is_stop(one, key)),
        others=tuple(one for one in rows if one.version.key != version.key),
        stopped=stop,
        compared=store.version_of(session, version.place, proof.against) if proof and proof.against else None,
        cannot_be_read=problem,
        met=met,
    )


def _met(session: Session, version: Version) -> tuple[tuple[Case, Assessment], ...]:
    place = version.place
    return tuple(store.open_cases_of(session, place, version.protocol, hidden(session, place), MOST_MET))


def on_paper(session: Session, place: Place, sha256: str, now: datetime, *, training: bool) -> str:
    """How a version stands in this place, for the sheet on the wall: who approved it, and since when it is in force.
    Nothing where nobody here has done anything about it."""
    version = store.version_of(session, place.id, sha256)
    if version is None:
        return ""
    key = version.kind, version.protocol
    versions = [one for one in store.versions(session, place.id) if (one.kind, one.protocol) == key]
    found = standings(versions, store.acts(session, place.id), now, training=training)
    standing = next(one for one in found if one.version.key == version.key)
    said = []
    if standing.decided and standing.since is not None:
        since = standing.since.astimezone(place.local())
        words = _STANDS.get(standing.state, "in force from")
        said.append(f"{words} {since.day} {since:%B %Y}")
    elif standing.state is State.withdrawn:
        said.append("WITHDRAWN")
    if standing.approvals:
        said.append(f"approved by {listed_words([act.by for act in standing.approvals], 'and')}")
    return " · ".join(said)


_STANDS = {State.in_force: "in force since", State.replaced: "REPLACED, was in force from"}


def _is_stop(act: Act, key: Key) -> bool:
    return act.did in (Did.stopped, Did.released) and (act.kind, act.protocol) == key


def _read(text: str, version: Version, house: House) -> tuple[Any, str]:
    """With the house in force; an old text may not fit it any more, and is shown all the same."""
    kind: FileKind = (
        "house" if version.kind == "house" else "escalation" if version.kind == "escalation" else "triage"
    )
    try:
        return read(text, version.protocol, house, kind).said, ""
    except ProtocolError as error:
        return None, str(error)


def _examples(protocol: TriageProtocol, house: House) -> Iterator[ShownExample]:
    wrong = {(fault.line, fault.column) for fault in run_examples(protocol, house, protocol.protocol)}
    titles = {one.id: one.title for one in protocol.dispositions}
    for one in protocol.examples:
        try:
            verdict = play(protocol, house, one)
            came_to = f"{verdict.disposition.title} ({house.priority(verdict.priority).label})"
        except Refused as refused:
            came_to = str(refused)
        gives = titles.get(one.gives or "", "refused" if one.refused else one.priority or "")
        yield ShownExample(one.title, gives, one.because, came_to, (one.line, one.column) not in wrong)
