"""The audit's chain, and its published heads: whoever tampers with real rows, in whatever way, is found out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from hub import audit, audit_heads, audit_proof
from hub.__main__ import BROKEN, HOLDS, NOT_LOOKED, main, verify
from hub.actors import Actor
from hub.audit import Audit, link_of
from hub.audit_heads import Head
from hub.audit_proof import Proof
from hub.db import Database
from tests.contract.conftest import NOW, PLACE

JAY = Actor("user:1", "Jay Osei")


def lay(db: Database, *actions: str) -> None:
    with db.write() as session:
        for action in actions:
            audit.note(session, PLACE, NOW, JAY, action, "case:1", "because", "on_its_call")
            session.flush()
    with db.write() as session:
        while audit.lay_chain(session, limit=2):
            session.flush()


def proven(db: Database, heads: Path | None = None) -> Proof:
    with db.read() as session:
        return audit_proof.prove(session, audit_heads.read(heads) if heads else ())


def published(db: Database, file: Path) -> Head:
    with db.read() as session:
        newest = audit.head(session)
    assert newest is not None
    assert newest.nth
    head = Head(newest.nth, NOW, newest.link or "", PLACE)
    audit_heads.append(file, head)
    return head


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "audit-heads.log"


@pytest.fixture
def chained(db: Database, heads: Path) -> Database:
    """Five rows, with the third and the last published."""
    lay(db, "a", "b", "c")
    published(db, heads)
    lay(db, "d", "e")
    published(db, heads)
    return db


def test_the_chain_holds(chained: Database, heads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_proof, "AT_ONCE", 2)  # several slices
    proof = proven(chained, heads)
    assert (proof.holds, proof.rows, proof.until, proof.heads, proof.loose) == (True, 5, NOW, 2, 0)
    with chained.write() as session:
        rows = session.exec(select(Audit).order_by(col(Audit.nth))).all()
        assert [row.action for row in rows] == list("abcde")
        assert [row.nth for row in rows] == [1, 2, 3, 4, 5]
        audit.note(session, PLACE, NOW, JAY, "new", "case:1")
    assert proven(chained, heads).loose == 1


@pytest.mark.parametrize("column", ["action", "actor", "subject", "why", "relation", "place", "at", "link"])
def test_a_changed_row_is_named(chained: Database, column: str) -> None:
    value = NOW + timedelta(seconds=1) if column == "at" else "x"
    with chained.write() as session:
        third = session.exec(select(Audit.id).where(Audit.nth == 3)).one()
        session.execute(update(Audit).where(col(Audit.nth) == 3).values({column: value}))
    proof = proven(chained)
    assert (proof.bad_id, proof.rows) == (third, 2)
    assert "Row 3" in proof.fault


def _change_places(session: Session) -> None:
    for nth, new in ((2, 99), (3, 2), (99, 3)):
        session.execute(update(Audit).where(col(Audit.nth) == nth).values(nth=new))


def _remove(nth: int) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        session.execute(delete(Audit).where(col(Audit.nth) == nth))

    return act


def _unchain(session: Session) -> None:
    session.execute(update(Audit).where(col(Audit.nth) == 4).values(nth=None, link=None))


def _anew(session: Session, since: int = 1) -> None:
    """As whoever knows how the chain is laid would do it: every link right, from `since` on."""
    before = ""
    for nth, row in enumerate(session.exec(select(Audit).order_by(col(Audit.nth))).all(), start=1):
        if nth >= since:
            row.nth, row.link = nth, link_of(before, row)
            session.add(row)
            session.flush()
        before = row.link or ""


def _remove_and_lay_anew(session: Session) -> None:
    session.execute(delete(Audit).where(col(Audit.nth) == 2))
    _anew(session)


def _change_and_lay_anew(session: Session) -> None:
    session.execute(update(Audit).where(col(Audit.nth) == 4).values(actor="user:2"))
    _anew(session, since=4)


def _cut_and_grow(session: Session) -> None:
    session.execute(delete(Audit).where(col(Audit.nth) >= 4))
    for _ in range(6):
        audit.note(session, PLACE, NOW, JAY, "grown", "case:1")
    session.flush()
    audit.lay_chain(session)


ALONE = {
    "the first is missing": (_remove(1), "Row 1 of the chain is missing"),
    "one in the middle is missing": (_remove(4), "Row 4 of the chain is missing"),
    "two changed places": (_change_places, "Row 2 of the chain"),
    "one was taken out of the chain": (_unchain, "Row 4 of the chain is missing"),
}
"""What the rows themselves show."""
BY_HEADS = {
    "the newest is missing": (_remove(5), "taken away from the end: row 5 was published"),
    "all are missing": (lambda session: session.execute(delete(Audit)), "row 3 was published"),
    "one removed, laid anew": (_remove_and_lay_anew, "laid anew from its beginning"),
    "one changed, laid anew": (_change_and_lay_anew, "laid anew after row 3, the last that agrees"),
    "cut, and grown again": (_cut_and_grow, "Row 5 of the chain is not the one that was published"),
}
"""What shows only because the heads were published elsewhere."""


@pytest.mark.parametrize("way", [*ALONE, *BY_HEADS])
def test_every_way_of_tampering_shows(chained: Database, heads: Path, way: str) -> None:
    tamper, says = (ALONE | BY_HEADS)[way]
    with chained.write() as session:
        tamper(session)
    assert proven(chained).holds == (way in BY_HEADS), "that is why heads are kept elsewhere too"
    proof = proven(chained, heads)
    assert says in proof.fault, proof.fault


def test_rows_that_commit_out_of_order_do_not_break_it(db: Database) -> None:
    """On PostgreSQL a row with a lower number may be committed later: the chain keeps its own order."""
    with db.write() as session:
        for number in (2, 3):
            session.add(Audit(id=number, place=PLACE, at=NOW, actor="a", action="x", subject="case:1"))
    with db.write() as session:
        audit.lay_chain(session)
    with db.write() as session:
        session.add(Audit(id=1, place=PLACE, at=NOW, actor="a", action="late", subject="case:1"))
    for _ in range(2):
        with db.write() as session:
            audit.lay_chain(session)
            session.add(Audit(place=PLACE, at=NOW, actor="a", action="y", subject="case:1", id=10 + _))
    assert proven(db).holds


def test_the_command_says_how_many_until_when_and_the_first_bad_row(
    chained: Database, database_url: str, heads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FP_DATABASE_URL", database_url)
    assert main(["verify-audit", "--heads", str(heads)]) == HOLDS
    assert main(["verify-audit", "--heads", str(heads.with_name("nowhere"))]) == NOT_LOOKED
    code, said = verify(database_url, heads)
    assert (code, said) == (
        HOLDS,
        "The audit holds: 5 rows, the last of 2026-03-04 14:00:00 UTC.\n2 published heads agree.",
    )
    assert "would not show" in verify(database_url, None)[1]
    with chained.write() as session:
        _remove(5)(session)
    code, said = verify(database_url, heads)
    assert main(["verify-audit", "--heads", str(heads)]) == BROKEN
    assert (code, said.splitlines()[0][:56]) == (
        BROKEN,
        "The audit does not hold. Rows were taken away from the e",
    )


def test_the_heads_file_may_be_torn_or_out_of_order_and_not_changed(
    db: Database, database_url: str, heads: Path
) -> None:
    lay(db, "a")
    first = published(db, heads)
    with heads.open("a") as file:
        file.write("2\t2026-03-04T14:0")  # somebody pulled the plug
    lay(db, "b")
    published(db, heads)
    audit_heads.append(heads, first)  # two tickers, one a little later
    assert proven(db, heads).heads == 3
    assert audit_heads.last(heads) == first
    text = heads.read_text()
    heads.write_text(text.replace(first.link, "0" * 64))
    assert "not the one that was published" in proven(db, heads).fault
    heads.write_text(text.replace(first.link, "gone"))
    assert "Line 1" in verify(database_url, heads)[1]
