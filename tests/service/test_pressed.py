"""What a responder's page tells later: done once, as of when it was pressed, and refused in words (S24, S25, S26)."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from sqlmodel import select

from dispatch import check_in, details, visits
from dispatch.model import Offer
from dispatch.pressed import Pressed
from records import store
from records.alarms import Alarm, AlarmState
from records.model import Case, Position
from tests.service.test_responder_page import Visit
from workers.ticker import Ticker


@pytest.fixture
def visit(tmp_path: Path, sqlite_url: str) -> Iterator[Visit]:
    made = Visit(tmp_path, sqlite_url)
    yield made
    made.room.close()


def tells(visit: Visit, what: str, status: int = 200, **more: Any) -> httpx.Response:
    body = {"id": str(uuid.uuid4()), "what": what, **more}
    answer = visit.thumb.post(f"{visit.path}/pressed", json=body, headers={"accept": "application/json"})
    assert answer.status_code == status, f"{what}: {answer.status_code} {answer.text}"
    return answer


def on_their_way(visit: Visit, ago_min: float = 30) -> None:
    """They said yes so long ago."""
    visit.does("answer", says="yes")
    with visit.room.write() as session:
        position = session.exec(select(Position)).one()
        position.accepted_at = visit.room.clock.now() - timedelta(minutes=ago_min)
        case = session.get_one(Case, position.case_id)
        case.clock_start = position.accepted_at - timedelta(minutes=5)
        session.add_all([position, case])


def words(visit: Visit) -> str:
    with visit.room.hub.db.read() as session:
        return "\n".join(line.words for line in store.timeline(session, visit.case))


def live(visit: Visit) -> set[str]:
    with visit.room.hub.db.read() as session:
        return {alarm.kind for alarm in session.exec(select(Alarm)) if alarm.state is not AlarmState.over}


def ago_min(visit: Visit, name: str) -> float:
    at = getattr(visit.position(), name)
    return float(round((visit.room.clock.now() - at).total_seconds() / 60, 1))


def test_told_twice_it_is_done_once(visit: Visit) -> None:
    on_their_way(visit)
    press = str(uuid.uuid4())
    first = tells(visit, "step", event="set_off", id=press, ago_s=600).json()
    again = tells(visit, "step", event="set_off", id=press, ago_s=900).json()
    assert first == again
    assert words(visit).count("set off.") == 1
    with visit.room.hub.db.read() as session:
        assert len(session.exec(select(Pressed)).all()) == 1


def test_each_step_is_kept_as_of_when_it_was_pressed(visit: Visit) -> None:
    """S2, S25: care that began without a connection began then, and the clock stopped then."""
    on_their_way(visit)
    tells(visit, "step", event="set_off", ago_s=25 * 60)
    tells(visit, "step", event="arrive", ago_s=15 * 60)
    tells(visit, "step", event="begin_care", ago_s=10 * 60)
    assert [ago_min(visit, name) for name in ("set_off_at", "arrived_at", "care_began_at")] == [25, 15, 10]
    with visit.room.hub.db.read() as session:
        assert session.get_one(Case, visit.case).clock_stop == visit.position().care_began_at
    assert "without a connection" in words(visit)


@pytest.mark.parametrize(("ago_s", "kept_min"), [(40 * 60, 30), (86400, 30), (0, 0)])
def test_no_step_was_before_the_yes(visit: Visit, ago_s: float, kept_min: float) -> None:
    on_their_way(visit)
    tells(visit, "step", event="set_off", ago_s=ago_s)
    assert ago_min(visit, "set_off_at") == kept_min


def test_no_step_was_before_the_one_before_it(visit: Visit) -> None:
    on_their_way(visit)
    tells(visit, "step", event="set_off", ago_s=5 * 60)
    tells(visit, "step", event="arrive", ago_s=20 * 60)
    assert ago_min(visit, "arrived_at") == 5


def test_a_delay_counts_from_when_it_was_pressed(visit: Visit) -> None:
    on_their_way(visit)
    tells(visit, "late", minutes=20, ago_s=8 * 60)
    assert round((visit.position().forecast_at - visit.room.clock.now()).total_seconds() / 60) == 12  # type: ignore[operator]


def test_a_yes_that_took_long_is_said_again(visit: Visit) -> None:
    said = tells(visit, "answer", 422, says="yes", ago_s=7 * 60).json()["problem"]
    assert "took 7 min to reach us" in said
    assert visit.position().state == "offered"
    tells(visit, "answer", says="yes", ago_s=20)
    assert visit.position().state == "accepted"


def test_refused_in_words(visit: Visit) -> None:
    assert "not yours" in tells(visit, "step", 409, event="arrive").json()["problem"]
    on_their_way(visit)
    tells(visit, "step", event="finish")
    assert "problem" in tells(visit, "step", 409, event="arrive").json()
    tells(visit, "step", 422, event="supersede")
    tells(visit, "late", 422, minutes=999)
    tells(visit, "step", 422, id="x")


def test_danger_comes_through_whatever_else_is_true(visit: Visit) -> None:
    """S26: also when the visit is not theirs any more."""
    on_their_way(visit)
    tells(visit, "hand_back", why="car broke down")
    tells(visit, "danger", ago_s=3600)
    assert "danger" in live(visit)


def test_anothers_press_is_not_taken_for_ones_own(visit: Visit) -> None:
    on_their_way(visit)
    press = str(uuid.uuid4())
    tells(visit, "step", event="set_off", id=press)
    other = visit.person("Lea Moss" if visit.name != "Lea Moss" else "Ana Reid")
    answer = other.post(f"{visit.path}/pressed", json={"id": press, "what": "danger"})
    assert answer.status_code == 404


def test_all_well_by_a_tap(visit: Visit) -> None:
    """S25: asked at the scene, the page has one large button; a tap answers it."""
    on_their_way(visit)
    tells(visit, "all_well", 409)
    tells(visit, "step", event="arrive")
    assert "All is well" not in visit.looks()
    with visit.room.write() as session:
        check_in.ask(session, visit.position().key, visit.room.clock.now())
    with visit.room.write() as session:
        check_in.climb(session, visit.position().key, visit.room.clock.now() + check_in.RUNGS[0])
    assert "check_in" in live(visit)
    assert "All is well" in visit.looks()
    visit.does("danger")
    assert "check_in" in live(visit), "S26: the danger word answers nothing"
    visit.does("all-well")
    assert "check_in" not in live(visit)
    assert "All is well" not in visit.looks()
    assert ": all well." in words(visit)


def test_the_first_look_ends_the_wait_for_it(visit: Visit) -> None:
    """S24: looked at in time nobody is alarmed; not looked at somebody is; the look ends that too."""
    visit.does("answer", says="yes")
    with visit.room.write() as session:
        details.not_opened(session, visit.offer.key, visit.room.clock.now())
    assert "details_unopened" in live(visit)
    visit.looks()
    assert "details_unopened" not in live(visit)
    with visit.room.write() as session:
        details.not_opened(session, visit.offer.key, visit.room.clock.now())
    assert "details_unopened" not in live(visit)


def test_done_ends_it_too_and_nobody_is_read_to_afterwards(visit: Visit) -> None:
    visit.does("answer", says="yes")
    with visit.room.write() as session:
        details.not_opened(session, visit.offer.key, visit.room.clock.now())
        position = session.exec(select(Position)).one()
        visits.step(session, position, "finish", visit.room.clock.now(), visit.room._actor(session))
    assert "details_unopened" not in live(visit)
    priya = visit.person("Priya Nair")
    path = f"/api/positions/{visit.position().key}/read-out"
    assert priya.post(path, json={}).status_code == 409
    assert visit.thumb.post(path, json={}).status_code == 403


@pytest.mark.parametrize("ends", ["declined", "done"])
def test_a_link_ends_a_day_after_its_offer(visit: Visit, ends: str) -> None:
    """S24: after it is over nothing of the person, and a day later nothing at all."""
    visit.does("answer", says="no" if ends == "declined" else "yes")
    if ends == "done":
        visit.does("step", event="finish")
    visit.room.clock.at += timedelta(hours=23)
    page = visit.thumb.get(visit.path)
    assert page.status_code == 200
    assert "Maureen" not in page.text
    visit.room.clock.at += timedelta(hours=2)
    page = visit.thumb.get(visit.path)
    assert page.status_code == 410
    assert "This link has ended" in page.text
    with visit.room.hub.db.read() as session:
        outward = session.get_one(Case, session.exec(select(Offer.case_id)).first()).outward
    assert outward not in page.text


def test_what_the_hub_does_not_hold_is_not_known(visit: Visit) -> None:
    visit.does("answer", says="yes")
    page = visit.looks()
    assert "Not known to the hub:</b> allergies" in page
    assert "Red flag raised" not in page
    with visit.room.write() as session:
        case = session.get_one(Case, visit.case)
        case.red_flags = ["first minute"]
        session.add(case)
    assert "Red flag raised:</b> first minute" in visit.looks()


def test_a_press_is_known_for_a_month(visit: Visit) -> None:
    """A phone that tells one again after weeks does nothing twice; the table does not grow for ever."""
    on_their_way(visit)
    press = str(uuid.uuid4())
    tells(visit, "danger", id=press)
    ticker = Ticker(cast(Any, SimpleNamespace(hub=visit.room.hub)))
    visit.room.clock.at += timedelta(days=29)
    assert ticker.forget_presses() == 0
    tells(visit, "danger", id=press)
    visit.room.clock.at += timedelta(days=2)
    assert ticker.forget_presses() == 1
    assert ticker.forget_presses() == 0
