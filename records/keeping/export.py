"""All that the hub holds of one person, line by line: as it is read from the tables, kept sealed in a file, and handed
out as JSON and as a page. Nothing here holds more than a few rows at a time.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from sqlmodel import Session, SQLModel, col, select

from hub.errors import NotFound
from hub.sealing import Seal
from records.keeping.reach import HELD_FIRST, LEFT_OUT, REACH, SEALED_WORDS
from records.keeping.subject import Subject, rows
from records.model import Case
from records.people.fact_model import Fact, FactSealing
from records.sealed_items import Kind, SealedItem

FOLDER = "subject-access"
SEALED_CASE = "this case is sealed (S18)"
SAFEGUARDING = "safeguarding is marked on this case"
SEALED_ROW = "sealed by itself (S18)"
_TABLE_OF_ITEM = {Kind.note: "timeline", Kind.message: "message"}
_PARENTS = {"call_id": "call", "assessment_id": "assessment", "offer_id": "offer"}
TITLES = {
    "person": "The record of you",
    "person_name": "Names",
    "identifier": "Numbers that say who you are",
    "person_address": "Addresses",
    "person_number": "Telephone numbers",
    "carer": "People who care for you",
    "fact": "What is known of you, from whom",
    "consent": "What you have agreed to, or not",
    "case_": "Cases",
    "call": "Calls",
    "entry": "What was typed during calls",
    "assessment": "Assessments, and why they ended as they did",
    "answered": "Answers to questions",
    "timeline": "What happened, in order",
    "message": "Texts",
    "position": "Visits",
    "offer": "Who was asked to come",
    "key_safe": "Key safes: that a code is kept; never the code",
    "referral": "Referrals from other services",
    "referral_message": "Messages from other services, as they came",
    "effect": "What the hub did by itself: texts, calls, writes to record servers",
    "audit": "Who looked, and why",
    "event": "What boards showed",
}
"""What a table is called on paper; any other by its own name."""
LAW = (
    "Some information may have been held back where the law says that it must or may be: where it would be likely to "
    "cause serious harm to somebody's health, where it is about another person who has not agreed and it is not "
    "reasonable to do without that, and where it concerns the protection of a child or an adult at risk (Data "
    "Protection Act 2018, Schedules 2 and 3). Where that is so, this letter may not say it. You may ask us to look "
    "again, and you may complain to the Information Commissioner: ico.org.uk."
)
"""[LOCAL]: for a lawyer to check. The same in every letter, whether anything was held back or not (S18)."""


class Line(NamedTuple):
    """One row. `parts`: itself, and the case that it belongs to; `because`: why it waits for the checker, by part."""

    table: str
    row: str
    parts: tuple[str, ...]
    because: dict[str, str]
    values: dict[str, Any]


def lines(session: Session, subject: Subject, seal: Seal) -> Iterator[Line]:
    """Every row that is theirs, in the order of `REACH`."""
    waits = _held_first(session, subject)
    case_of = _case_of(session, subject)
    for table in REACH:
        columns = SQLModel.metadata.tables[table].primary_key.columns
        for row in rows(session, table, subject):
            number = "/".join(str(row[column.name]) for column in columns)
            case = case_of(table, row)
            parts = (f"{table}:{number}", *((f"case:{case}",) if case else ()))
            because = {part: waits[part] for part in parts if part in waits}
            if table in HELD_FIRST or (table == "audit" and "sealed" in row["action"]):
                because.setdefault(parts[0], HELD_FIRST.get(table, HELD_FIRST["sealing"]))
            yield Line(table, number, parts, because, _values(table, row, seal))


def _held_first(session: Session, subject: Subject) -> dict[str, str]:
    found: dict[str, str] = {}
    for case in session.exec(select(Case).where(col(Case.id).in_(subject.cases))):
        if case.sealed or case.safeguarding:
            found[f"case:{case.key}"] = SEALED_CASE if case.sealed else SAFEGUARDING
    sealed = select(SealedItem).where(
        col(SealedItem.case_id).in_(subject.cases), col(SealedItem.ended_at).is_(None)
    )
    for item in session.exec(sealed):
        found[f"{_TABLE_OF_ITEM[item.kind]}:{item.item_id}"] = SEALED_ROW
    facts = select(FactSealing.fact_id).join(Fact, col(Fact.id) == FactSealing.fact_id)
    facts = facts.where(col(Fact.person_id).in_(subject.people), col(FactSealing.ended_at).is_(None))
    return found | {f"fact:{fact}": SEALED_ROW for fact in session.exec(facts)}


def _case_of(session: Session, subject: Subject) -> Callable[[str, dict[str, Any]], int | None]:
    """Of which case a row is, so that what is held back of a case is held back with all that hangs on it."""
    of: dict[str, dict[int, int]] = {}
    for name in {*_PARENTS.values(), "task", "alarm", "referral"}:
        table = SQLModel.metadata.tables[name]
        found = select(table.c.id, table.c.case_id).where(table.c.case_id.in_(subject.cases))
        of[name] = {row.id: row.case_id for row in session.execute(found)}

    def find(table: str, row: dict[str, Any]) -> int | None:
        if table == "case_":
            return int(row["id"])
        if row.get("case_id"):
            return int(row["case_id"])
        if row.get("referral_id"):
            return of["referral"].get(row["referral_id"])
        if table in ("audit", "event"):
            kind, number = row["subject"].split(":") if table == "audit" else (row["topic"], row["subject"])
            return int(number) if kind == "case" else of.get(kind, {}).get(int(number))
        named = ((parent, row[column]) for column, parent in _PARENTS.items() if row.get(column))
        return next((of[parent].get(number) for parent, number in named), None)

    return find


def _values(table: str, row: dict[str, Any], seal: Seal) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if (table, name) not in LEFT_OUT and name != "place"}
    for name in kept:
        if (table, name) in SEALED_WORDS and kept[name]:
            kept[name] = seal.open(kept[name]) or "kept under a secret that this hub no longer has"
    if table == "message" and (row["responder_id"] or row["user_id"]):
        kept.pop("phone")  # of somebody of the hub
    return {name: _plain(value) for name, value in kept.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def keep_sealed(file: Path, found: Iterable[Line], seal: Seal) -> tuple[Counter[str], dict[str, str]]:
    """Write them to a file that nobody can read without the hub's secret; there is all of it or none. Returns the rows
    by table, and the parts that wait for the checker with why. Raises `OSError`, `Unavailable`."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    new = file.with_suffix(f".{os.getpid()}")
    counts: Counter[str] = Counter()
    waits: dict[str, str] = {}
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        for line in found:
            out.write(seal.shut(json.dumps(line, default=str)) + "\n")
            counts[line.table] += 1
            waits |= line.because
        out.flush()
        os.fsync(out.fileno())
    new.replace(file)
    return counts, waits


def read_sealed(file: Path, seal: Seal) -> Iterator[Line]:
    """Raises `NotFound` where the file is not there any more, or its secret is not."""
    if not file.exists():
        raise NotFound("This file is not here any more: such files end by themselves. Prepare it again.")
    with file.open() as kept:
        for one in kept:
            words = seal.open(one.strip())
            if words is None:
                raise NotFound("The secret that this file was kept under is gone. Prepare it again.")
            table, row, parts, because, values = json.loads(words)
            yield Line(table, row, tuple(parts), because, values)


def without(found: Iterable[Line], held: Collection[str]) -> Iterator[Line]:
    """What may be handed out: no row of a part that is held back, and no word of it."""
    return (line for line in found if not any(part in held for part in line.parts))


def as_json(found: Iterable[Line], about: str) -> Iterator[str]:
    """`{"about": …, "law": …, "rows": [{"table": …, …}]}`, a row to a line."""
    yield f'{{"about": {json.dumps(about)},\n"law": {json.dumps(LAW)},\n"rows": ['
    for nth, line in enumerate(found):
        yield f"{',' if nth else ''}\n{json.dumps({'table': line.table} | line.values, default=str)}"
    yield "\n]}\n"


HEAD = (
    '<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>What is held of you</title><style>body{{font:16px/'
    "1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}}dl{{border-top:1px solid #999;padding:.6em 0;margin:0"
    ";display:grid;grid-template-columns:14em 1fr}}dd{{margin:0;overflow-wrap:anywhere;white-space:pre-wrap}}</style>"
    "<h1>What is held of you</h1><p>{about}</p><p>{law}</p>"
)


def as_html(found: Iterable[Line], about: str) -> Iterator[str]:
    """One page that needs nothing else; what is empty is left out."""
    yield HEAD.format(about=escape(about), law=escape(LAW))
    before = ""
    for line in found:
        if line.table != before:
            yield f"<h2>{escape(title_of(line.table))}</h2>\n"
            before = line.table
        said = ((name, value) for name, value in line.values.items() if value not in (None, "", [], {}))
        rows = "".join(
            f"<dt>{escape(name.replace('_', ' '))}</dt><dd>{_in_words(value)}</dd>" for name, value in said
        )
        yield f"<dl>{rows}</dl>\n"
    yield "</html>\n"


def title_of(table: str) -> str:
    return TITLES.get(table, table.strip("_").replace("_", " ").capitalize())


def _in_words(value: Any) -> str:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False, indent=1)
    return escape("yes" if value is True else "no" if value is False else str(value))
