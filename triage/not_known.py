"""What was asked about a person and nobody could say. Whoever goes there sees it: unknown is never "no" (S7)."""

from sqlmodel import Session

from protocols.loader import Library
from protocols.model import UNKNOWN
from records.model import Assessment, Case
from records.store import rows_of
from triage import first_minute, store
from triage.versions import exact

MOST = 12
"""A page for one thumb; that there is more is said. [LOCAL]"""


def questions(session: Session, library: Library, case: Case) -> list[str]:
    """The questions answered "don't know", as they were asked: of the first minute, then of the newest run of each
    protocol. At most `MOST`, and one line that says how many more."""
    call = store.last_call(session, case.key)
    first = first_minute.answers_of(call) if call is not None else {}
    found = [one.ask for one in library.house.first_minute if first.get(one.id) == UNKNOWN]
    newest = {
        row.protocol: row for row in sorted(rows_of(session, Assessment, case.key), key=lambda row: row.key)
    }
    for row in newest.values():
        if UNKNOWN in row.answers.values():
            asked, _ = exact(session, library, row)
            found += [one.ask for one in asked.questions if row.answers.get(one.id) == UNKNOWN]
    found = list(dict.fromkeys(found))
    return found if len(found) <= MOST else [*found[:MOST], f"and {len(found) - MOST} more: ring the hub"]
