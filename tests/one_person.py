"""One person about whom every table of the model that can hold anything of a person holds something, in every column:
for the tests of what is handed out of it, and of what is left when it is taken away."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Enum, Integer, String, Table, insert, select
from sqlmodel import AutoString, Session, SQLModel

from records.keeping.reach import REACH, By
from records.keeping.words import EMPTIED, GONE

MARK = "Quagga"
"""Stands in every column that is said to hold a word of theirs."""
NHS_NUMBER = "9990000018"
BORN = date(1911, 3, 7)
"""On no other row of a test."""
CLOSED_BEFORE = timedelta(days=10)
NEEDED_FIRST = (
    "place",
    "person_of_hub",
    "responder",
    "api_token",
    "fhir_subscription",
    "replay",
    "person",
    "case_",
    "call",
    "assessment",
)


def word_columns(table: Table) -> Iterator[Column[Any]]:
    """Those that can hold words, or a date: the states of a life and the hub's own numbers and times cannot."""
    for column in table.columns:
        if isinstance(column.type, JSON | Date) or _is_words(column):
            yield column


class OnePerson:
    """Their record and their case, which was closed a while ago."""

    def __init__(self, session: Session, place: str, now: datetime, seal: Any) -> None:
        self.place, self.now, self.seal = place, now, seal
        self.ids: dict[str, Any] = {}
        self.values: dict[str, dict[str, Any]] = {}
        names = [*NEEDED_FIRST, *(one.name for one in SQLModel.metadata.sorted_tables if one.name in REACH)]
        for name in dict.fromkeys(names):
            self._row(session, SQLModel.metadata.tables[name])

    def _row(self, session: Session, table: Table) -> None:
        if table.name in ("place", "person_of_hub", "responder"):
            key = next(iter(table.primary_key.columns))
            self.ids[table.name] = session.execute(select(key).order_by(key).limit(1)).scalar_one()
            return
        values = {
            column.name: self._value(table, column)
            for column in table.columns
            if column.name != "id" or _is_words(column)
        }
        key = next(iter(table.primary_key.columns))
        self.values[table.name] = values | self._special(table)
        filled = insert(table).values(self.values[table.name]).returning(key)
        self.ids[table.name] = session.execute(filled).scalar_one()

    def _value(self, table: Table, column: Column[Any]) -> Any:
        if column.name == "entered_in_error_at":
            return None
        if column.foreign_keys:
            return self.ids.get(next(iter(column.foreign_keys)).column.table.name)
        if column.name in ("case_id", "place"):
            return self.ids["case_"] if column.name == "case_id" else self.place
        if isinstance(column.type, Enum):
            return (
                column.type.enums[-1] if column.type.enum_class is None else list(column.type.enum_class)[-1]
            )
        goes = table.name in GONE or column.name in EMPTIED.get(table.name, ())
        if isinstance(column.type, JSON):
            return {"words": MARK if goes else "kept"}
        if isinstance(column.type, Date):
            return BORN
        if _is_words(column):
            words = f"{MARK if goes else 'kept'} {table.name} {column.name}"
            return words[: getattr(column.type, "length", None) or 80]
        if isinstance(column.type, Integer):
            return 9_000_001
        return False if isinstance(column.type, Boolean) else self.now - CLOSED_BEFORE

    def _special(self, table: Table) -> dict[str, Any]:
        """What finds the row as theirs, and what a page must be able to read."""
        case, person = self.ids.get("case_"), self.ids.get("person")
        found: dict[str, Any] = {}
        for way in REACH.get(table.name, ()):
            if way.of is By.nhs_number:
                found[way.column] = NHS_NUMBER
            if way.of is By.number:
                found[way.column] = "+441134960899"
            if way.of is By.key:
                found[way.column] = f"nhs:{NHS_NUMBER}"
        more: dict[str, dict[str, Any]] = {
            "person": {"merged_into": None, "case_id": None},
            "person_number": {"number": "+441134960899"},
            "identifier": {"system": "nhs_number", "value": NHS_NUMBER, "entered_in_error_at": None},
            "fact": {"supersedes_id": None, "kind": "allergy"},
            "case_": {
                "person_id": person, "state": "closed", "word": "closed", "outcome": "visited", "linked_case_id": None,
                "nhs_number": NHS_NUMBER, "clock_start": self.now - CLOSED_BEFORE - timedelta(hours=2), "sealed": False,
                "safeguarding": False, "priority": "two_hours", "need": "fall", "ref": "QG7A", "next_due_what": None,
                "closed_at": self.now - CLOSED_BEFORE, "responsible_id": None, "offered_to_id": None,
            },
            "call": {"state": "ended", "by_us": False, "number": "+441134960899"},
            "assessment": {"priority": "two_hours", "because": [{"words": MARK}], "protocol": "fall-at-home"},
            "entry": {"field": "need_words"},
            "call_back": {"state": "done", "ways": [MARK]},
            "offer": {"reasons": [MARK], "state": "expired", "code": "QG7AA"},
            "position": {"care_began_at": None, "state": "done", "priority": "two_hours", "kind": "nurse"},
            "task": {"state": "done"},
            "hold": {"state": "ended"},
            "hand_over": {"state": "confirmed"},
            "concern": {"because": [{"words": MARK}]},
            "carer": {"agreed": ["be_rung"]},
            "message": {"effect_id": None, "responder_id": None, "user_id": None, "direction": "in", "status": "sent"},
            "shift_handover": {
                "state": "accepted",
                "lines": {"cases": [{"id": case, "ref": "QG7A", "owes": MARK, "urgent": False},
                                    {"id": 0, "ref": "OTHR", "urgent": False}],
                          "tasks": [], "alarms": [], "going_off": [], "more": 0},
            },
            "audit": {"subject": f"case:{case}", "nth": None, "link": None, "actor": "hub", "action": "case_opened",
                      "why": "case 1", "relation": None},
            "event": {"topic": "case", "subject": str(case), "n": 900_001, "facts": {"case": case, "words": MARK}},
            "effect": {"state": "settled", "kind": "sms", "queue": "dispatch"},
            "deadline": {"state": "fired", "kind": "task", "owner": "task"},
            "alarm": {"state": "over", "kind": "task"},
            "referral": {"facts": self.seal.shut(f'{{"words": "{MARK}"}}')},
            "referral_message": {"sealed": self.seal.shut(MARK), "answer": self.seal.shut(MARK), "warnings": [MARK]},
            "referral_response": {"sealed": self.seal.shut(MARK)},
            "replay": {"ended_at": self.now},
            "erasure": {"state": "refused", "case_id": None, "letter": []},
            "access_request": {"state": "refused"},
            "legal_hold": {"ended_at": self.now},
        }  # fmt: skip
        return found | more.get(table.name, {})


def _is_words(column: Column[Any]) -> bool:
    return isinstance(column.type, String | AutoString) and not isinstance(column.type, Enum)
