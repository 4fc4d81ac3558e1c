"""The privacy lead asks who looked at this person, and why."""

import csv
import io

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from hub import audit
from hub.access import User
from hub.audit import Audit
from records.model import Case
from tests.desk import Desk, entry, types
from tests.people import MAUREEN, fact, person, rung

PAGE = {"accept": "text/html"}


@pytest.fixture
def nora(sqlite_desk: Desk) -> TestClient:
    return sqlite_desk.person("Nora Quinn")


def opened(desk: Desk, nhs_number: str = "") -> tuple[int, str]:
    call = desk.does("/api/calls/new")
    if nhs_number:
        types(desk, call["call"], entry("nhs_number", nhs_number))
    desk.jay.get(f"/cases/{call['case']}/panel")
    with desk.hub.db.read() as session:
        return call["case"], session.get_one(Case, call["case"]).ref


def test_who_looked_at_this_person_and_why(sqlite_desk: Desk, nora: TestClient) -> None:
    """By the reference of one case: all of their cases, each look with what they had to do with it."""
    desk = sqlite_desk
    _, one = opened(desk, "9434765919")
    second, two = opened(desk, "943 476 5919")
    _, other = opened(desk)
    desk.person("Priya Nair").get(f"/cases/{second}/panel")
    said = nora.get(f"/audit?ref={one.lower()}", headers=PAGE).text
    rows = said.partition("<tbody>")[2]
    assert "is on a call about it" in rows
    assert "works on the open cases of the place" in rows
    assert "Jay Osei" in rows
    assert "Priya Nair" in rows
    assert one in rows
    assert two in rows
    assert other not in rows
    with desk.hub.db.read() as session:
        priya = session.exec(select(User.id).where(User.name == "Priya Nair")).one()
    rows = nora.get(f"/audit?ref={one}&who=user:{priya}", headers=PAGE).text.partition("<tbody>")[2]
    assert "Jay Osei" not in rows
    assert two in rows
    day = f"{desk.clock.now():%Y-%m-%d}"
    assert one in nora.get(f"/audit?since={day}&until={day}", headers=PAGE).text.partition("<tbody>")[2]
    nothing = nora.get(f"/audit?ref={one}&until=2020-01-01&since=2019-02-31", headers=PAGE)
    assert "Nothing is written down of this." in nothing.text
    assert nora.get(f"/audit?ref={one}&who=Priya", headers=PAGE).status_code == 422, "no names in addresses"
    looks = [row for row in desk.rows(Audit) if row.action == "audit_looked_at"]
    assert looks[0].why == f"ref {one}"
    assert nora.get(f"/cases/{second}", headers=PAGE).status_code == 403, (
        "who watches the looks has none to make"
    )
    for name in ("Dana Cole", "Ruth Adeyemi", "Alex Shaw"):
        assert desk.person(name).get("/audit", headers=PAGE).status_code == 403, name


def test_who_looked_at_a_record_and_at_every_case_of_theirs(sqlite_desk: Desk, nora: TestClient) -> None:
    desk = sqlite_desk
    maureen = person(desk)
    _, other = opened(desk)
    _, again = rung(desk, **MAUREEN)
    desk.jay.get(f"/people/{maureen}", headers=PAGE)
    desk.jay.get(f"/cases/{again}/panel")
    with desk.hub.db.read() as session:
        ref = session.get_one(Case, again).ref
    for asked in (f"person={maureen}", f"ref={ref}&person="):
        said = nora.get(f"/audit?{asked}", headers=PAGE).text
        rows = said.partition("<tbody>")[2]
        assert "opened the record" in rows, asked
        assert f">record {maureen}</a>" in rows, asked
        assert ref in rows, asked
        assert other not in rows, asked
        assert f"record {maureen}" in said.partition("<tbody>")[0], asked
    assert "There is no record 999 here." in nora.get("/audit?person=999", headers=PAGE).text
    taken = list(csv.reader(io.StringIO(nora.get(f"/audit.csv?person={maureen}").text)))
    assert f"record {maureen}" in {row[3] for row in taken}


def test_it_is_shown_a_page_at_a_time_and_none_is_missing(sqlite_desk: Desk, nora: TestClient) -> None:
    desk = sqlite_desk
    with desk.hub.db.write() as session:
        jay = session.exec(select(User).where(User.name == "Jay Osei")).one()
        for nth in range(120):
            audit.note(session, desk.place, desk.clock.now(), jay.actor, "tried", "log_in", f"no {nth:03}.")
    who, seen, before = f"who=user:{jay.id}", list[str](), ""
    for _ in range(4):
        text = nora.get(f"/audit?{who}{before}", headers=PAGE).text
        seen += [part[:3] for part in text.split("no ")[1:] if part[3:4] == "."]
        if "&before=" not in text:
            break
        last = text.rpartition("&before=")[2].partition('"')[0]
        before = f"&before={last}"
    assert seen == [f"{nth:03}" for nth in reversed(range(120))]


def test_it_is_taken_as_a_file_which_is_a_look_too_and_runs_nothing(
    sqlite_desk: Desk, nora: TestClient
) -> None:
    desk = sqlite_desk
    case, ref = opened(desk)
    with desk.hub.db.write() as session:
        jay = session.exec(select(User).where(User.name == "Jay Osei")).one()
        audit.note(session, desk.place, desk.clock.now(), jay.actor, "tried", f"case:{case}", "=HYPERLINK(1)")
    answer = nora.get(f"/audit.csv?ref={ref}")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head == ["at (UTC)", "who", "did", "about", "relationship", "reason"]
    assert ["Jay Osei", "opened the case", ref, "is on a call about it", ""] in [row[1:] for row in rows]
    assert "'=HYPERLINK(1)" in [row[5] for row in rows]
    assert [row.why for row in desk.rows(Audit) if row.action == "audit_exported"] == [f"ref {ref}"]


def test_who_changed_a_persons_record_stands_under_that_person(desk: Desk) -> None:
    maureen = person(desk)
    desk.does(f"/api/people/{maureen}/carers", {"name": "Janet Doyle"})
    wrong = fact(desk, maureen)
    desk.does(f"/api/people/rows/fact/{wrong}/in-error", {"why": "of another"})
    nora = desk.person("Nora Quinn")
    taken = nora.get(f"/audit.csv?person={maureen}").text
    for words in ("record changed,", "carers", "facts", "entered in error"):
        assert words in taken.replace("_", " "), taken
