"""What this viewer can do now, and only that: every button that a page shows is pressed by whoever sees it, and none is
refused for lack of right."""

import json
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlmodel import select

from hub.access import User
from records import alarms, call_backs, hand_overs
from records.model import CallBackKind, Task, TaskKind
from records.service import Due, owe, take
from tests.desk import Desk
from tests.service.test_offers_by_hand import Hand
from triage.lowering import Lowering

FILLED = {"minutes": 5, "at": None, "to": 1, "reference": "LAS 123", "outcome": "visited", "what": "assessed"}
PEOPLE = ("Jay Osei", "Amara Obi", "Femi Ade", "Priya Nair", "Dana Cole")


class Buttons(HTMLParser):
    """Each button that posts: where to, and what with, as `act.js` would send it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self._form: tuple[str, dict[str, Any]] | None = None
        self._presses: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and "data-post" in said:
            self._form, self._presses = (said["data-post"], json.loads(said.get("data-body") or "{}")), []
        elif self._form and tag in ("input", "select", "textarea") and "name" in said:
            self._form[1].setdefault(said["name"], FILLED.get(said["name"], "A reason that is kept."))
        elif tag == "option" and self._form and said.get("value", "").isdigit():
            self._form[1]["to"] = int(said["value"])
        elif tag == "button" and self._form:
            self._presses.append(said)
        elif tag == "button" and "data-take" in said:
            self.found.append((f"/api/alarms/{said['data-take']}/take", {}))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form:
            path, body = self._form
            for said in self._presses:
                more = json.loads(said.get("data-body") or "{}")
                whole = more if "data-bare" in said else body | more
                self.found.append((said.get("data-to", path), whole))
            self._form = None


def busy_case(desk: Desk) -> int:
    """All that a panel can offer on one case: offers, a promise, a lowering, calls to make, another service, a text."""
    hand = Hand(desk)
    hand.offers_to("Niamh")
    hand.offers_to("Dev")
    hand.says("Ana", "yes in 40")
    hand.says("Niamh", "which house was it")
    now = desk.clock.now()
    with desk.hub.db.write() as session:
        case = take(session, hand.case_id, now)
        amara = session.exec(select(User).where(User.name == "Amara Obi")).one()
        by, soon = amara.actor, now + timedelta(minutes=20)
        for who, kind in (("handler", CallBackKind.welfare), ("hub_clinician", CallBackKind.call_back)):
            call_backs.open_call_back(
                session, case, who, "Still waiting.", soon, now, by, numbers=("+447700900123",), kind=kind
            )
        hand_overs.request(session, case, "999", "hub", "Worse.", now, by)
        task = Task(
            place=case.place, opened_at=now, case_id=case.key, kind=TaskKind.lowering, words="Lower it?"
        )
        for row in (
            task,
            Task(place=case.place, opened_at=now, case_id=case.key, words="Ring the daughter."),
        ):
            owe(session, row, now, by, row.words, Due("task", soon))
        session.add(
            Lowering(
                place=case.place,
                case_id=case.key,
                task_id=task.key,
                from_priority="two_hours",
                to_priority="same_day",
                floor="two_hours",
                why="An old wound.",
                asked_by=amara.id or 0,
                asked_by_name=amara.name,
                asked_at=now,
            )
        )
        alarms.ring(session, case.place, "near", case.key, "Nine tenths.", now, case)
    return hand.case_id


@pytest.mark.parametrize("name", PEOPLE)
def test_no_button_that_somebody_sees_is_refused_for_lack_of_right(sqlite_desk: Desk, name: str) -> None:
    """S10, S22, S29: the panel and the board, as each of them sees it."""
    desk = sqlite_desk
    case = busy_case(desk)
    who = desk.person(name)
    pages = [
        who.get(path, headers={"accept": "text/html"}).text for path in (f"/cases/{case}/panel", "/board")
    ]
    pressed = [press for page in pages for press in Buttons(page).found]
    assert len(pressed) > 20, "the walk sees them"
    for path, body in pressed:
        answer = who.post(path, json=body)
        assert answer.status_code not in (401, 403), f"{name} sees and may not press {path}: {answer.text}"
        assert answer.status_code != 500, f"{path}: {answer.text}"
        assert answer.json().get("said") or answer.json().get("problem"), f"{path} says nothing"


def test_each_sees_what_is_theirs_to_decide(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    case = busy_case(desk)

    def sees(name: str, part: str, page: str = f"/cases/{case}/panel") -> bool:
        shown = Buttons(desk.person(name).get(page, headers={"accept": "text/html"}).text).found
        return any(part in path for path, _ in shown)

    decide = {name: sees(name, "/promise/accept") for name in PEOPLE}
    assert decide == {name: name != "Jay Osei" for name in PEOPLE}
    assert decide == {name: sees(name, "/promise/accept", "/board") for name in PEOPLE}
    takers = {name: sees(name, "/welfare") for name in PEOPLE}
    assert takers == {name: name in ("Jay Osei", "Amara Obi", "Femi Ade") for name in PEOPLE}
    second = {name: sees(name, "/agree") for name in PEOPLE}
    assert second == {name: name == "Femi Ade" for name in PEOPLE}, (
        "whoever asked cannot agree with themselves"
    )
