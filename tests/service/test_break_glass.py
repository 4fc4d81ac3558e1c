"""A past case that does not concern somebody: the glass, its half hour, and the queue that must be worked."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select
from starlette.testclient import TestClient

from hub.access import User
from hub.audit import Audit
from hub.deadlines import Deadline
from records import break_glass
from records.alarms import Alarm, AlarmState
from records.break_glass_model import BrokenGlass
from records.model import Case
from tests.desk import Desk
from tests.sealed_room import OF_THEM_ALL, Room
from workers.ticker import ALONE

PAGE = {"accept": "text/html"}


@pytest.fixture
def room(sqlite_desk: Desk) -> Room:
    return Room(sqlite_desk)


@pytest.fixture
def mina(sqlite_desk: Desk) -> TestClient:
    return sqlite_desk.person("Mina Patel")


def breaks(
    client: TestClient, case: int, why: str = "she rang, cannot speak, and we do not know her door"
) -> int:
    form = {"why": why, "csrf": client.headers["x-csrf-token"]}
    status: int = client.post(f"/cases/{case}/break-glass", data=form, headers=PAGE).status_code
    return status


def ringing(desk: Desk, kind: str) -> list[Alarm]:
    return [one for one in desk.rows(Alarm) if one.kind == kind and one.state is not AlarmState.over]


def audited(desk: Desk, action: str) -> list[Audit]:
    return [row for row in desk.rows(Audit) if row.action == action]


def test_it_opens_with_a_reason_for_half_an_hour_and_somebody_hears(
    sqlite_desk: Desk, room: Room, mina: TestClient
) -> None:
    desk, case = sqlite_desk, room.cases["past"]
    shut = mina.get(f"/cases/{case.key}", headers=PAGE)
    assert shut.status_code == 403
    assert "Why must you see it now?" in shut.text
    assert case.ref not in shut.text
    assert "Quilla" not in shut.text
    assert breaks(mina, case.key, " no ") == 422
    assert mina.get(f"/cases/{case.key}/panel").status_code == 403
    assert breaks(mina, case.key) == 303
    assert mina.get(f"/cases/{case.key}/panel").status_code == 200
    assert desk.person("Priya Nair").get(f"/cases/{case.key}/panel").status_code == 403, "it is theirs alone"
    (alarm,) = ringing(desk, break_glass.BROKEN)
    assert "cannot speak" not in alarm.words
    assert alarm.case_id is None, "the board shows neither whom nor why"
    assert breaks(mina, case.key) == 303
    assert len(desk.rows(BrokenGlass)) == 1, "while it is open there is nothing to break"
    desk.clock.at += timedelta(minutes=30)
    assert mina.get(f"/cases/{case.key}/panel").status_code == 403
    assert [row.why for row in audited(desk, "broke_glass")] == [desk.rows(BrokenGlass)[0].why]
    assert [row.relation for row in audited(desk, "case_opened")] == ["broke_glass"]
    refused = [row.why for row in audited(desk, "refused") if row.subject == f"case:{case.key}"]
    assert "the glass was not broken: no reason" in refused
    assert "403 GET /cases/{case_id}/panel" in refused


def test_s18_no_glass_opens_what_is_sealed_and_open_cases_have_none(
    sqlite_desk: Desk, room: Room, mina: TestClient
) -> None:
    assert breaks(mina, room.cases["sealed"].key) == breaks(mina, 4711) == 404
    assert breaks(mina, room.cases["elsewhere"].key) == 404
    assert breaks(mina, room.cases["ordinary"].key) == 303, "it is open to them anyhow"
    assert sqlite_desk.rows(BrokenGlass) == []
    assert len([row for row in audited(sqlite_desk, "refused") if "break-glass" in (row.why or "")]) == 3


def test_s18_a_sealed_open_case_of_the_same_person_leaves_no_trace(
    sqlite_desk: Desk, room: Room, mina: TestClient
) -> None:
    """Whoever sees it works for the same person, and so sees their past; for whoever does not it is not there."""
    with sqlite_desk.hub.db.write() as session:
        sealed = session.get_one(Case, room.cases["sealed"].key)
        sealed.nhs_number = OF_THEM_ALL
        session.add(sealed)
    past = f"/cases/{room.cases['past'].key}/panel"
    assert sqlite_desk.person("Priya Nair").get(past).status_code == 200
    assert mina.get(past).status_code == 403


def test_each_is_reviewed_by_somebody_else_with_words_and_an_overdue_one_nags(
    sqlite_desk: Desk, room: Room, mina: TestClient
) -> None:
    desk, nora = sqlite_desk, sqlite_desk.person("Nora Quinn")
    breaks(mina, room.cases["past"].key)
    number = desk.rows(BrokenGlass)[0].key
    (due,) = [one for one in desk.rows(Deadline) if one.kind == "glass_review"]
    assert due.due_at == desk.clock.now() + timedelta(hours=72)
    desk.clock.at += timedelta(hours=72)
    for _ in range(2):
        with desk.hub.db.write() as session:
            ALONE["glass_review"](session, number, desk.clock.now())
    (late,) = ringing(desk, break_glass.UNREVIEWED)
    assert late.words.startswith("1 emergency opening")
    queue = nora.get("/audit/break-glass", headers=PAGE).text
    assert "Overdue" in queue
    assert "cannot speak" in queue
    assert says(nora, number, "") == 422
    assert says(mina, number, "It was right.") == 403
    assert says(nora, number, "The call is in the log; right.") == 303
    assert says(nora, number, "Again.") == 409
    assert ringing(desk, break_glass.BROKEN) == ringing(desk, break_glass.UNREVIEWED) == []
    row = desk.rows(BrokenGlass)[0]
    assert (row.justified, row.reviewed_by_name, row.words) == (
        True,
        "Nora Quinn",
        "The call is in the log; right.",
    )
    assert "Nothing waits for a review." in nora.get("/audit/break-glass", headers=PAGE).text
    assert not [one for one in desk.rows(Deadline) if one.kind == "glass_review" and one.state == "waiting"]


def test_nobody_reviews_their_own(sqlite_desk: Desk, room: Room, mina: TestClient) -> None:
    breaks(mina, room.cases["past"].key)
    with sqlite_desk.hub.db.write() as session:
        glass = session.exec(select(BrokenGlass)).one()
        glass.user_id = _nora(session)
        session.add(glass)
    assert says(sqlite_desk.person("Nora Quinn"), glass.key, "Fine.") == 422


def says(client: TestClient, number: int, words: str) -> int:
    form: dict[str, Any] = {"justified": "true", "words": words, "csrf": client.headers["x-csrf-token"]}
    status: int = client.post(f"/audit/break-glass/{number}", data=form, headers=PAGE).status_code
    return status


def _nora(session: Session) -> int:
    return session.exec(select(User.id).where(User.name == "Nora Quinn")).one() or 0
