"""A text becomes a version of the place: from the folder, which Git versions, or from the page; one table for both."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlmodel import Session

from hub import audit
from hub.access import Role, User, require
from hub.errors import Conflict
from protocols.faults import ProtocolError
from protocols.loader import Library, parse_escalation, parse_house, parse_triage
from protocols.model import EscalationProtocol, House, TriageProtocol
from protocols.schema import FileKind, kind_of
from protocols.source import sha256_of
from triage import store as texts
from triage.governance import reviews, store
from triage.governance.model import Source, Version

MAY_PROPOSE = (Role.governance, Role.hub_clinician)
FOLDER = "Git"
"""The author of what came from the folder, as the hub knows it."""


@dataclass(frozen=True)
class Read:
    """What a text says of itself, once it is sound."""

    kind: FileKind
    protocol: str
    version: str
    status: str
    title: str
    review_by: date | None
    said: TriageProtocol | EscalationProtocol | House


def read(text: str, name: str, house: House, kind: FileKind | None = None) -> Read:
    """Raises `ProtocolError` with every fault. Without `kind` the text's own first key says it."""
    kind = kind or kind_of(text)
    if kind == "house":
        found = parse_house(text, name)
        return Read("house", "house", "", "approved", "The house file", None, found)
    if kind == "escalation":
        ladder = parse_escalation(text, name, house)
        return Read(kind, ladder.escalation, ladder.version, ladder.status, ladder.title, None, ladder)
    one = parse_triage(text, name, house)
    return Read(kind, one.protocol, one.version, one.status, one.title, _day(one.review_by), one)


def read_folder(files: Iterable[tuple[Path, str]], house: House) -> list[tuple[Read, str]]:
    """What is sound of these files, with its text: read before a turn in the line of writers is taken, since it takes
    long. What is broken is left to the alarm that names the line."""
    found = []
    for path, text in files:
        with contextlib.suppress(ProtocolError):
            found.append((read(text, path.name, house, "house" if path.name == "house.yaml" else None), text))
    return found


def register_folder(
    session: Session, found_there: Iterable[tuple[Read, str]], place: str, now: datetime
) -> int:
    """What the folder holds and nobody has registered yet."""
    known = store.known(session, place)
    added = 0
    for found, text in found_there:
        if sha256_of(text) in known:
            continue
        _add(session, place, found, text, now, source=Source.folder, author_id=None, author=FOLDER, why="")
        if (version := store.version_of(session, place, sha256_of(text))) is not None:
            reviews.watch(session, version, now)
        added += 1
    return added


def propose(session: Session, text: str, library: Library, why: str, now: datetime, user: User) -> Version:
    """By the page. Raises `ProtocolError` with every fault, and `Conflict` where this very text is here already."""
    require(user, *MAY_PROPOSE)
    if (there := store.version_of(session, user.place, sha256_of(text))) is not None:
        raise Conflict(f"This very text is here already: {there.title}, version {there.version}.")
    found = read(text, "this text", library.house)
    _add(
        session,
        user.place,
        found,
        text,
        now,
        source=Source.page,
        author_id=user.id,
        author=user.name,
        why=why.strip()[:600],
    )
    version = store.version_of(session, user.place, sha256_of(text))
    assert version is not None
    reviews.watch(session, version, now)
    subject = f"version:{version.key}"
    audit.note(session, user.place, now, user.actor, "protocol proposed", subject, why.strip()[:300] or None)
    return version


def _add(
    session: Session,
    place: str,
    found: Read,
    text: str,
    now: datetime,
    *,
    source: Source,
    author_id: int | None,
    author: str,
    why: str,
) -> None:
    sha256 = sha256_of(text)
    texts.keep_text(session, sha256, found.kind, found.protocol[:60], text)
    store.add_version(
        session,
        Version(
            place=place,
            kind=found.kind,
            protocol=found.protocol[:60],
            version=found.version[:40],
            status=found.status,
            title=found.title[:200],
            sha256=sha256,
            review_by=found.review_by,
            source=source,
            author_id=author_id,
            author=author,
            proposed_at=now,
            why=why,
        ),
    )


def _day(said: str) -> date | None:
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None
