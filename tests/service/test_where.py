"""“Where is the nurse?”: from a call by its number, or by what is typed; in sentences, with what must not be told."""

from datetime import timedelta
from typing import Any

import pytest

from hub.audit import Audit
from records.model import Case, Position
from tests.desk import Desk, entry, types
from tests.story import BEST_ANSWERS, VISIT

NUMBER = "07700 900123"


def expected(desk: Desk, **about: Any) -> Case:
    """A visit that is on its way for Maureen Doyle, whose daughter has rung before."""
    call, assessment = desk.assessed(BEST_ANSWERS | VISIT)
    typed = {"number": NUMBER, "postcode": "LS8 2AB", "person_name": "Maureen Doyle"}
    types(desk, call, *[entry(field, value) for field, value in typed.items()])
    desk.does(f"/api/assessments/{assessment}/finish")
    desk.does(f"/api/calls/{call}/end")
    now = desk.clock.now()
    with desk.hub.db.write() as session:
        row = session.get_one(Position, desk.rows(Position)[-1].key)
        row.state = "en_route"  # type: ignore[assignment]
        row.responder_name, row.set_off_at, row.forecast_at = "Ana Ruiz", now, now + timedelta(minutes=12)
        session.add(row)
    case: Case = desk.rows(Case)[-1]
    return case


def asks(desk: Desk, typed: str = "", call: int | None = None, status: int = 200) -> Any:
    return desk.does("/where", {"typed": typed, "call": call}, status)


def rings(desk: Desk, number: str = "+447700900123") -> int:
    call = desk.rings(number)
    desk.does(f"/api/calls/{call}/answer")
    return call


def test_who_rings_again_is_told_who_comes_and_when(desk: Desk) -> None:
    case = expected(desk)
    said = asks(desk, call=rings(desk))
    assert said["found"] == 2, "the call's own new case, and theirs"
    assert case.ref in said["html"]
    assert "Ana, a nurse, set off at 14:00. They should be there about 14:12." in said["html"]
    assert "Ruiz" not in said["html"], "first names alone"
    assert "ask “can you talk just now?” first" in said["html"], "it was never asked whether that is safe"
    assert "two identifiers" not in said["html"]


def test_late_is_said(desk: Desk) -> None:
    expected(desk)
    desk.clock.at += timedelta(minutes=20)
    assert "That is 8 min later than we said." in asks(desk, call=rings(desk))["html"]


@pytest.mark.parametrize("typed", ["{ref}", "FP {ref}", "doyle", "LS8", "ls82ab", NUMBER])
def test_found_by_what_they_say_and_not_told_before_two_are_read_back(desk: Desk, typed: str) -> None:
    """S14: whoever rings from another number may be anybody."""
    case = expected(desk)
    said = asks(desk, typed.format(ref=case.ref.lower()), rings(desk, "+441134960812"))
    assert said["found"] == 1
    assert "Read two identifiers back before you tell them anything" in said["html"]
    looked = [(row.action, row.subject) for row in desk.rows(Audit) if row.action == "asked where"]
    assert looked == [("asked where", f"case:{case.key}")]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([("safeguarding", "yes")], "safeguarding: not known to be safe to speak"),
        ([("safe", "speak: no")], "not safe to speak"),
    ],
)
def test_what_must_not_be_told_stands_before_it(desk: Desk, said: list[tuple[str, str]], why: str) -> None:
    """S17, S18."""
    expected(desk)
    first = desk.rows(Case)[-1]
    call = rings(desk)
    desk.does(f"/api/calls/{call}/join", {"case": first.key})
    types(desk, call, *[entry(field, value) for field, value in said])
    html = asks(desk, call=call)["html"]
    assert f"Do not say that anybody is coming, who or when: {why}." in html
    assert html.index("Do not say") < html.index("Ana, a nurse")


def test_nothing_found_and_too_little_say_so(desk: Desk) -> None:
    assert "No open case has that" in asks(desk, "nobody of that name")["html"]
    assert "Type a reference" in asks(desk, "x", status=422)["problem"]
    assert asks(desk, "100%_")["found"] == 0, "no wild cards"
