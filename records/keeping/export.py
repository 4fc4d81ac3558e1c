"""All that the hub holds of one person, line by line: as it is read from the tables, kept sealed in a file, and handed
out as JSON and as a page. Nothing here holds more than a few rows at a time.
"""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from sqlmodel import Session, SQLModel, col, select

from hub.errors import NotFound
from hub.sealing import Seal
from records.keeping.reach import (
    HELD_FACTS,
    HELD_FIRST,
    HELD_LOOKS,
    IN_ERROR,
    LEFT_OUT,
    NOT_THEIRS,
    REACH,
    SEALED_WORDS,
    By,
)  # fmt: skip
from records.keeping.subject import TOLD, Subject, condition, rows
from records.model import Case
from records.people.fact_model import Fact, FactSealing
from records.sealed_items import Kind, SealedItem

FOLDER = "subject-access"
SEALED_CASE = "this case is sealed (S18)"
SAFEGUARDING = "safeguarding is marked on this case"
SEALED_ROW = "sealed by itself (S18)"
_TABLE_OF_ITEM = {Kind.note: "timeline", Kind.message: "message"}
_NAMED = re.compile(r"\bcase[: ](\d+)")
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
    """One row. `parts`: itself, and the cases that it belongs to; `because`: why it waits for the checker, by part."""

    table: str
    row: str
    parts: tuple[str, ...]
    because: dict[str, str]
    values: dict[str, Any]


def lines(session: Session, subject: Subject, seal: Seal) -> Iterator[Line]:
    """Every row that is theirs, in the order of `REACH`."""
    held = waits(session, subject)
    cases_of, theirs = _cases_of(session, subject), set(subject.cases)
    for table in REACH:
        columns = SQLModel.metadata.tables[table].primary_key.columns
        for row in rows(session, table, subject):
            number = "/".join(str(row[column.name]) for column in columns)
            cases = cases_of(table, row)
            parts = (f"{table}:{number}", *(f"case:{one}" for one in sorted(cases)))
            because = {part: held[part] for part in parts if part in held}
            if why := _by_itself(table, row) or ("" if cases <= theirs else NOT_THEIRS):
                because.setdefault(parts[0], why)
            yield Line(table, number, parts, because, _values(table, row, seal))


def waits(session: Session, subject: Subject) -> dict[str, str]:
    """By part: what of theirs is sealed, or marked safeguarding, as it is now."""
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


def _by_itself(table: str, row: dict[str, Any]) -> str:
    """Why a row waits for the checker by what it is or says, whatever its case."""
    if table in HELD_FIRST:
        return HELD_FIRST[table]
    if row.get("entered_in_error_at") or (table == "case_link" and row["wrong"]):
        return IN_ERROR
    if table == "fact":
        return HELD_FACTS.get(row["kind"], HELD_FACTS.get(row["source_kind"], ""))
    said_sealed = (
        (table == "audit" and "sealed" in row["action"])
        or (table == "timeline" and row["event"] in ("sealed", "unsealed"))
        or (table == "event" and "sealed" in (row["facts"] or {}))
    )
    if said_sealed:
        return HELD_FIRST["sealing"]
    is_about_this = table == "audit" and row["action"].startswith(HELD_LOOKS)
    return HELD_FIRST["access_held"] if is_about_this else ""


def _cases_of(session: Session, subject: Subject) -> Callable[[str, dict[str, Any]], set[int]]:
    """Of which cases a row is, so that what is held back of a case is held back with all that hangs on it."""
    parents = {way.of for ways in REACH.values() for way in ways if not isinstance(way.of, By)}
    of: dict[str, dict[int, int]] = {}
    for name in parents | set(TOLD) - {"case"}:
        table = SQLModel.metadata.tables[name]
        if "case_id" in table.c:
            found = select(table.c.id, table.c.case_id).where(condition(name, subject))
            of[name] = {row.id: row.case_id for row in session.execute(found) if row.case_id}

    def find(table: str, row: dict[str, Any]) -> set[int]:
        if table == "case_":
            return {row["id"]}
        found = {row.get("case_id"), row.get("put_for")}
        found |= {of[way.of].get(row[way.column]) for way in REACH[table] if way.of in of}
        if table == "shift_handover":
            found |= {line["id"] for line in row["lines"]}
        if table in ("audit", "event"):
            kind, number = row["subject"].split(":") if table == "audit" else (row["topic"], row["subject"])
            found.add(int(number) if kind == "case" else of.get(kind, {}).get(int(number)))
        if table == "audit":
            found |= {int(one) for one in _NAMED.findall(row["why"] or "")}
        return {one for one in found if one}

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
    """Write them to a file that nobody can read without the hub's secret. Returns the rows by table, and the parts that
    wait for the checker with why. Raises `OSError`, `Unavailable`."""
    file.parent.mkdir(mode=0o700, exist_ok=True)
    counts: Counter[str] = Counter()
    waits: dict[str, str] = {}
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        for line in found:
            out.write(seal.shut(json.dumps(line, default=str)) + "\n")
            counts[line.table] += 1
            waits |= line.because
        out.flush()
        os.fsync(out.fileno())
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


def without(found: Iterable[Line], decided: Mapping[str, bool | None]) -> Iterator[Line]:
    """What may be handed out, by the checker's words on parts (True: held back): no row of a part that is held back, or
    waits; and none with a reason to wait of which nobody has said that it goes out."""
    return (line for line in found if not is_held(line, decided))


def is_held(line: Line, decided: Mapping[str, bool | None]) -> bool:
    in_question = (part for part in line.parts if part in decided or part in line.because)
    return any(decided.get(part) is not False for part in in_question)


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
