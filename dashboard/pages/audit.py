"""Who looked at whom, and why: for the privacy lead. Asking is a look too, and so is taking it away as a file."""

import csv
import io
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from dashboard import audit_search
from dashboard.audit_search import Line, Wanted
from dashboard.frame import local, page, the_place
from hub import audit
from hub.access import Role
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from records import break_glass
from records.looks import keep_finding

router = APIRouter()
Lead = Annotated[Visitor, allow(Role.privacy)]
Ref = Annotated[str, Query(max_length=12, pattern=r"^[0-9A-Za-z]*$")]
Record = Annotated[str, Query(max_length=9, pattern=r"^[0-9]*$")]
Who = Annotated[str, Query(max_length=40, pattern=r"^([a-z]+:[0-9]+)?$")]
Day = Annotated[str, Query(max_length=10, pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
COLUMNS = ("at (UTC)", "who", "did", "about", "relationship", "reason")


def _asked(
    ref: Ref = "", person: Record = "", who: Who = "", since: Day = "", until: Day = ""
) -> dict[str, str]:
    """Only coded filters stand in the address: a reference, numbers, days."""
    return {"ref": ref.upper(), "person": person, "who": who, "since": since, "until": until}


Asked = Annotated[dict[str, str], Depends(_asked)]


@router.get("/audit")
def who_looked(request: Request, visitor: Lead, asked: Asked, before: Before = None) -> Response:
    hub, place = hub_of(request), the_place(request)
    wanted = _wanted(place, asked, before)
    keep_finding(hub, visitor.user, "audit_looked_at", f"place:{place.id}", _in_words(asked))
    with hub.db.read() as session:
        same = audit_search.same_person(session, place.id, wanted)
        found = audit_search.rows(session, place.id, wanted, same, audit_search.ONE_PAGE + 1)
        shown = found[: audit_search.ONE_PAGE]
        lines = audit_search.lines(session, shown)
        people = audit_search.people(session, place.id)
        waiting = len(break_glass.waiting(session, place.id))
        newest = audit.head(session)
    return page(
        request,
        "audit.html",
        visitor,
        lines=lines,
        more=shown[-1].id if len(found) > len(shown) else None,
        asked=asked,
        before=before,
        of_them=[*(case.ref for case in same.cases), *(f"record {number}" for number in same.people)],
        people=people,
        waiting=waiting,
        head=newest,
        most=audit_search.MOST_EXPORTED,
        said=lambda at: f"{local(at, place):%d/%m/%Y %H:%M:%S}",
    )


@router.get("/audit.csv")
def export(request: Request, visitor: Lead, asked: Asked) -> Response:
    """The same rows as a file, the newest ten thousand at most."""
    hub, place = hub_of(request), the_place(request)
    wanted = _wanted(place, asked)
    keep_finding(hub, visitor.user, "audit_exported", f"place:{place.id}", _in_words(asked))
    with hub.db.read() as session:
        same = audit_search.same_person(session, place.id, wanted)
        found = audit_search.rows(session, place.id, wanted, same, audit_search.MOST_EXPORTED)
        text = _csv(audit_search.lines(session, found))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _csv(lines: list[Line]) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for one in lines:
        about = one.about or (f"record {one.person}" if one.person else "")
        cells = (one.at.isoformat(), one.who, one.did, about, one.relation, one.why)
        rows.writerow([_no_formula(cell) for cell in cells])
    return out.getvalue()


def _no_formula(cell: str) -> str:
    """What somebody typed as a reason must not run in the sheet of whoever opens the file."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


def _wanted(place: Place, asked: dict[str, str], before: int | None = None) -> Wanted:
    since, until = _day(place, asked["since"]), _day(place, asked["until"])
    if until is not None:
        until += timedelta(days=1)  # that day with all of it
    return Wanted(asked["ref"], int(asked["person"] or 0) or None, asked["who"], since, until, before)


def _day(place: Place, said: str) -> datetime | None:
    """Its first moment in the place; a day that does not exist asks for nothing."""
    try:
        return datetime.combine(date.fromisoformat(said), time(), place.local()) if said else None
    except ValueError:
        return None


def _in_words(asked: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in asked.items() if value) or "everything"
