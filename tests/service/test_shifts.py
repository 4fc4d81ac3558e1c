"""The plan of shifts, on, off and breaks: who can be asked, and that nothing that was asked or accepted is dropped."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, select
from starlette.testclient import TestClient

from dispatch import inbox, roster, seeking, service
from dispatch.duty_model import Pause, RotaChange, SkillEnds
from dispatch.inbox import Incoming
from dispatch.model import Message, Offer, Responder, Shift
from dispatch.travel import StraightLine
from hub import on_call
from hub.access import Role, User
from hub.actors import HUB
from hub.places import Place, place_of
from records import alarms
from records.model import Case, Position
from tests.desk import Desk
from tests.story import BEST_ANSWERS, VISIT
from workers import watchdog

SHIFT: dict[str, Any] = {"day": "2026-03-06", "begins": "07:00", "ends": "19:00", "base": "LS8"}


def responder(desk: Desk, name: str) -> Responder:
    (found,) = [row for row in desk.rows(Responder) if row.name == name]
    assert isinstance(found, Responder)
    return found


def plans(client: TestClient, path: str, status: int = 200, **body: Any) -> str:
    answer = client.post(f"/api/{path}", json=body)
    assert answer.status_code == status, answer.text
    return str(answer.json().get("said") or answer.json()["problem"])


def shifts_of(desk: Desk, who: Responder) -> list[Shift]:
    return [row for row in desk.rows(Shift) if row.responder_id == who.id]


def offered(desk: Desk) -> Offer:
    """A visit is wanted, and somebody has been asked."""
    _call, number = desk.assessed({**BEST_ANSWERS, **VISIT})
    desk.does(f"/api/assessments/{number}/finish")
    found = next(row for row in desk.rows(Offer)[::-1] if row.state == "sent")
    assert isinstance(found, Offer)
    return found


def texts(desk: Desk, who: Responder, body: str) -> str:
    """Their text comes in; returns what the hub answers."""
    with desk.hub.db.write() as session:
        place = place_of(session, desk.place)
        sid = f"SM{len(desk.rows(Message))}"
        inbox.receive(session, desk.app.state.desk, place, Incoming(sid, who.phone, body), desk.clock.now())
    return str(desk.rows(Message)[-1].body)


def can_be_asked(desk: Desk, skill: str = "nursing") -> set[str]:
    now = desk.clock.now()
    position = Position(
        place=desk.place,
        case_id=1,
        opened_at=now,
        kind="nurse",
        title="Nurse",
        priority="two_hours",
        due_at=now,
        stops_clock=True,
    )
    about = Case(place=desk.place, ref="4K7", postcode="LS8 2AB", clock_start=now, moved_at=now)
    with desk.hub.db.read() as session:
        found = roster.candidates(session, position, about, [skill], [], StraightLine(), now)
        return {one.name for one in found}


def accepts(desk: Desk, offer: Offer) -> None:
    with desk.hub.db.write() as session:
        row = session.get_one(Offer, offer.key)
        assert service.accept(session, desk.app.state.desk, row, desk.clock.now(), HUB)


def test_a_shift_is_planned_and_repeated_within_hours_and_rest(sqlite_desk: Desk) -> None:
    """S22: fatigue is a must, and what cannot be planned is said for each day."""
    desk, ana = sqlite_desk, responder(sqlite_desk, "Ana Reid")
    priya, dana = desk.person("Priya Nair"), desk.person("Dana Cole")
    said = plans(priya, "shifts", responder=ana.id, repeat="weekdays", weeks=2, **SHIFT)
    assert said == "10 shifts of Ana R. planned."
    again = plans(priya, "shifts", responder=ana.id, repeat="daily", weeks=1, **SHIFT)
    assert again.startswith(
        "2 shifts of Ana R. planned. Not planned: Fri 6 Mar 07:00–19:00: they are on shift"
    )
    late: dict[str, Any] = {**SHIFT, "day": "2026-03-09", "begins": "21:00", "ends": "23:00"}
    assert "only 2 h of rest" in plans(priya, "shifts", 422, responder=ana.id, **late)
    why = "Nobody else can cover the night; agreed with Ana."
    assert "Only a manager" in plans(priya, "shifts", 422, responder=ana.id, because=why, **late)
    plans(dana, "shifts", responder=ana.id, because=why, **late)
    kept = [row for row in desk.rows(RotaChange) if row.kind == "overridden"]
    assert [(row.by, row.why) for row in kept] == [("Dana Cole", why)]
    assert "13 h is longer" in plans(
        priya, "shifts", 422, responder=ana.id, **{**SHIFT, "day": "2026-04-10", "ends": "20:00"}
    )
    page = priya.get("/shifts", headers={"accept": "text/html"}).text
    assert page.count("07:00–19:00") == 10, "those of the coming two weeks"
    assert "Ana R." in page
    jay = desk.jay.get("/shifts", headers={"accept": "text/html"}).text
    assert "data-post" not in jay.split("<main")[1].split("</main>")[0], (
        "a handler looks, and changes nothing"
    )
    assert desk.jay.post("/api/shifts", json={"responder": ana.id, **SHIFT}).status_code == 403


def test_sickness_on_shift_drops_neither_an_offer_nor_a_visit(desk: Desk) -> None:
    """The offer goes on to the next; what was accepted rings until somebody decides (S3)."""
    priya, first = desk.person("Priya Nair"), offered(desk)
    who = next(row for row in desk.rows(Responder) if row.id == first.responder_id)
    (shift,) = shifts_of(desk, who)
    plans(priya, f"shifts/{shift.key}/sick", why="flu")
    assert who.short_name not in can_be_asked(desk)
    ended = next(row for row in desk.rows(Offer) if row.id == first.id)
    assert (ended.state, ended.ended_because) == ("expired", "is sick")
    with desk.hub.db.write() as session:
        seeking.seek(session, desk.app.state.desk, first.position_id, desk.clock.now())
    second = next(row for row in desk.rows(Offer) if row.state == "sent")
    assert second.responder_id != first.responder_id
    accepts(desk, second)
    goes = next(row for row in desk.rows(Responder) if row.id == second.responder_id)
    said = plans(priya, f"shifts/{shifts_of(desk, goes)[0].key}/remove")
    assert "has accepted it" in said
    with desk.hub.db.read() as session:
        (alarm,) = [a for a in alarms.live(session, desk.place) if a.kind == "off_on_visit"]
        position = session.get_one(Position, second.position_id)
    assert position.responder_id == goes.id, "still theirs: a human decides"
    assert alarm.case_id == position.case_id
    plans(priya, f"positions/{position.key}/hand-back", why="sick")
    with desk.hub.db.read() as session:
        assert not [a for a in alarms.live(session, desk.place) if a.kind == "off_on_visit"]
    page = priya.get("/shifts", headers={"accept": "text/html"}).text
    assert "sick" in page
    assert "flu, Priya Nair" in page
    assert "over already" in plans(priya, f"shifts/{shift.key}/sick", 422)


def test_a_shift_is_taken_over_where_hours_allow_it(sqlite_desk: Desk) -> None:
    desk, priya = sqlite_desk, sqlite_desk.person("Priya Nair")
    ana, tom, lea = (responder(desk, name) for name in ("Ana Reid", "Tom Bell", "Lea Moss"))
    plans(priya, "shifts", responder=ana.id, **SHIFT)
    plans(priya, "shifts", responder=tom.id, **{**SHIFT, "begins": "15:00", "ends": "23:00"})
    mine = next(row for row in shifts_of(desk, ana) if row.starts_at > desk.clock.now())
    assert "Tom B. cannot take it over: they are on shift" in plans(
        priya, f"shifts/{mine.key}/swap", 422, to=tom.id
    )
    assert plans(priya, f"shifts/{mine.key}/swap", to=lea.id) == "Lea M. has taken it over."
    assert [row.starts_at for row in shifts_of(desk, ana)] == [desk.clock.now() - timedelta(minutes=1)]
    theirs = next(row for row in shifts_of(desk, lea) if row.starts_at == mine.starts_at)
    assert (theirs.skills, theirs.base) == ("|lifting|personal_care|", "LS8")


def test_on_off_and_break_by_text(desk: Desk) -> None:
    """S23, S26: words of our own; nobody on a break is asked, and it ends by itself."""
    offer = offered(desk)
    who = next(row for row in desk.rows(Responder) if row.id == offer.responder_id)
    assert texts(desk, who, "Break 20") == "FP: break until 14:20; it ends by itself. ON ends it now. (14:00)"
    assert next(row for row in desk.rows(Offer) if row.id == offer.id).state == "expired"
    assert who.short_name not in can_be_asked(desk)
    assert texts(desk, who, f"1 {offer.code}").endswith(
        "on a break: reply ON first. Nothing to do, thank you."
    )
    board = desk.person("Priya Nair").get("/board", headers={"accept": "text/html"}).text
    assert "until 14:20" in board
    desk.clock.at += timedelta(minutes=20)
    assert who.short_name in can_be_asked(desk)
    assert texts(desk, who, "OFF").startswith("FP: off for the rest of this shift, until 02:00. Reply ON")
    assert who.short_name not in can_be_asked(desk)
    assert texts(desk, who, "on") == "FP: you are on until 02:00. (14:20)"
    assert who.short_name in can_be_asked(desk)
    accepts(desk, offer)
    assert texts(desk, who, "OFF") == f"FP: you are on {offer.code}: reply DONE or BACK first. (14:20)"
    assert texts(desk, who, "BREAK").startswith(f"FP: you are on {offer.code}")
    desk.clock.at += timedelta(hours=13)
    assert "no shift of yours is planned now" in texts(desk, who, "ON")


def test_on_off_and_break_by_their_own_page(sqlite_desk: Desk) -> None:
    desk, ana = sqlite_desk, sqlite_desk.person("Ana Reid")
    token = ana.headers["x-csrf-token"]

    def presses(status: int = 303, **form: Any) -> str:
        answer = ana.post("/mine/duty", data={"csrf": token, **form}, headers={"accept": "text/html"})
        assert answer.status_code == status, answer.text
        return str(answer.text)

    presses(event="break", minutes=30)
    assert "On a break until 14:30." in ana.get("/mine", headers={"accept": "text/html"}).text
    presses(event="on")
    assert "On until 02:00." in ana.get("/mine", headers={"accept": "text/html"}).text
    presses(event="off")
    assert "Ana R." not in can_be_asked(desk)
    assert len(desk.rows(Pause)) == 2
    assert "Say for how long" in presses(422, event="break")


def test_a_skill_that_has_run_out_counts_for_nothing(desk: Desk) -> None:
    """S22: from the first moment of that day."""
    ana = responder(desk, "Ana Reid")
    with desk.hub.db.write() as session:
        ends_at = desk.clock.now() + timedelta(hours=1)
        session.add(SkillEnds(responder_id=ana.key, skill="nursing", place=desk.place, ends_at=ends_at))
    assert "Ana R." in can_be_asked(desk)
    desk.clock.at += timedelta(hours=1)
    assert "Ana R." not in can_be_asked(desk)
    assert "Tom B." in can_be_asked(desk)


def test_whoever_is_planned_answers_and_a_gap_is_told_once(desk: Desk) -> None:
    """S29: while a period holds the plan answers; in a gap whoever is marked stands in, and it is said ahead."""
    dana = desk.person("Dana Cole")
    femi, manager = (next(u for u in desk.rows(User) if u.name == name) for name in ("Femi Ade", "Dana Cole"))
    plans(
        dana,
        "on-call",
        role="hub_clinician",
        user=femi.id,
        begins="2026-03-04T13:00",
        ends="2026-03-04T17:00",
    )
    assert "has not the role" in plans(
        dana, "on-call", 422, role="manager", user=femi.id, begins="2026-03-04T13:00", ends="2026-03-04T17:00"
    )
    page = dana.get("/shifts", headers={"accept": "text/html"}).text
    assert "Nobody is on call as duty clinician from Wed 4 Mar 17:00; nothing is planned after that." in page
    assert answers(desk, Role.hub_clinician) == ["Femi Ade"]
    assert answers(desk, Role.manager) == ["Dana Cole"], "not planned by periods: as marked"
    words = "Nobody is on call as duty clinician from 17:00. Until that is planned Amara Obi is asked."
    assert found(desk) == [words]
    first = found_subjects(desk)
    desk.clock.at += timedelta(hours=5)
    assert answers(desk, Role.hub_clinician) == ["Amara Obi"]
    assert (found(desk), found_subjects(desk)) == ([words], first), "the same finding, so told once"
    plans(
        dana,
        "on-call",
        role="hub_clinician",
        user=femi.id,
        begins="2026-03-04T18:30",
        ends="2026-03-05T08:00",
    )
    assert found(desk) == []
    (*_, last) = desk.rows(on_call.OnCall)
    plans(dana, f"on-call/{last.key}/remove")
    assert found(desk) == [words.replace("17:00", "19:00")], "it ran, so it ends now"
    assert manager.on_call == ["manager"]


def answers(desk: Desk, role: Role) -> list[str]:
    with desk.hub.db.read() as session:
        return [user.name for user in on_call.on_call(session, desk.place, role, desk.clock.now())]


def findings(session: Session, desk: Desk) -> list[watchdog.Finding]:
    place = session.exec(select(Place)).one()
    found = watchdog.find(session, place, desk.clock.now(), desk.clock.machine())
    return [finding for finding in found if finding.kind == "nobody_on_call"]


def found(desk: Desk) -> list[str]:
    with desk.hub.db.read() as session:
        return [finding.words for finding in findings(session, desk)]


def found_subjects(desk: Desk) -> list[str]:
    with desk.hub.db.read() as session:
        return [finding.subject for finding in findings(session, desk)]
