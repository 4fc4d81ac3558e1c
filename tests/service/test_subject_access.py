"""Everything that the hub holds of one person, for whoever may have it; and nothing that has to be held back."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlmodel import SQLModel

from migrations.models import ALL
from records.keeping import export, subject
from records.keeping.reach import HELD_FIRST, LEFT_OUT, NOTHING, REACH, SEALED_WORDS
from tests.desk import Desk
from tests.one_person import MARK, NHS_NUMBER, OnePerson

assert ALL


def filled(desk: Desk) -> OnePerson:
    with desk.hub.db.write() as session:
        return OnePerson(session, desk.place, desk.clock.now(), desk.hub.db.seal)


def all_lines(desk: Desk, number: str = NHS_NUMBER) -> list[export.Line]:
    with desk.hub.db.read() as session:
        found = subject.by_nhs_number(session, desk.place, number)
        return list(export.lines(session, found, desk.hub.db.seal))


def test_every_table_of_the_model_is_handed_out_or_has_a_reason() -> None:
    tables = set(SQLModel.metadata.tables)
    assert tables == REACH.keys() | NOTHING.keys(), (
        "say of a new table how its rows are found as somebody's, or why not"
    )
    assert not REACH.keys() & NOTHING.keys()
    columns = {
        (name, column.name) for name, table in SQLModel.metadata.tables.items() for column in table.columns
    }
    assert {(name, way.column) for name, ways in REACH.items() for way in ways} <= columns
    assert LEFT_OUT.keys() | SEALED_WORDS <= columns
    assert HELD_FIRST.keys() <= REACH.keys()


def test_a_row_of_every_table_comes_and_nothing_of_anybody_else(desk: Desk) -> None:
    """On both databases: each table is found by its own way."""
    desk.assessed()
    filled(desk)
    desk.assessed()
    found = all_lines(desk)
    by_table = {line.table: line for line in found}
    assert by_table.keys() == REACH.keys()
    assert len(found) == len(REACH), "each has one of theirs, and the other two cases have some too"
    assert by_table["referral_message"].values["sealed"] == MARK, "as it came"
    assert "sealed" not in by_table["key_safe"].values, "S19"
    assert [line["ref"] for line in by_table["shift_handover"].values["lines"]] == ["QG7A"]
    assert by_table["shift_handover"].values["words"] == ""


def test_s18_what_is_sealed_waits_for_a_person_with_all_that_hangs_on_it(sqlite_desk: Desk) -> None:
    filled(sqlite_desk)
    waits = {line.table for line in all_lines(sqlite_desk) if line.because}
    assert waits == HELD_FIRST.keys()
    with sqlite_desk.hub.db.write() as session:
        case = SQLModel.metadata.tables["case_"]
        session.execute(case.update().where(case.c.ref == "QG7A").values(sealed=True))
    free = {line.table for line in all_lines(sqlite_desk) if not line.because}
    assert not free & {
        "case_",
        "call",
        "entry",
        "answered",
        "timeline",
        "message",
        "audit",
        "event",
        "pressed",
        "fact",
    }
    assert "identifier" not in free, "it was said in that case"
    assert "person" in free


def test_from_the_command_line(sqlite_desk: Desk, tmp_path: Path) -> None:
    filled(sqlite_desk)
    to = tmp_path / "out"
    said = _records(sqlite_desk, "export", "--nhs-number", "999 000 0018", "--to", str(to))
    assert "Nothing of this may be handed out" in said.stdout, said.stderr
    rows = json.loads((to / "export.json").read_text())["rows"]
    held = json.loads((to / "held.json").read_text())["rows"]
    assert {row["table"] for row in (*rows, *held)} == REACH.keys()
    assert {row["table"] for row in held} >= HELD_FIRST.keys()
    page = (to / "export.html").read_text()
    assert MARK in page
    assert export.LAW.split(":")[0] in page
    assert all(oct(file.stat().st_mode)[-3:] == "600" for file in to.iterdir())
    assert _records(sqlite_desk, "export", "--person", "4711", "--to", str(to)).returncode == 1


def _records(desk: Desk, *words: str) -> Any:
    env = os.environ | {
        "FP_DATABASE_URL": desk.hub.db.url,
        "FP_PLACE": desk.place,
        "FP_KEY_SAFE_SECRET": desk.hub.settings.key_safe_secret.get_secret_value(),
    }
    return subprocess.run(
        [sys.executable, "-m", "records", *words],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
