"""S29: a name from the first moment, moved only by a yes, and kept from logging off."""

from typing import Any

from sqlmodel import select
from starlette.testclient import TestClient

from hub.access import User
from records import alarms, responsible
from records.model import Case, Outcome, ResponsibleAs, Timeline
from records.service import record_outcome, take
from tests.desk import Desk

PAGE = {"accept": "text/html"}


def a_case(desk: Desk) -> Case:
    call = desk.does("/api/calls/new")
    with desk.hub.db.read() as session:
        return session.get_one(Case, call["case"])


def again(desk: Desk, case: Case) -> Case:
    with desk.hub.db.read() as session:
        return session.get_one(Case, case.key)


def user(desk: Desk, name: str) -> User:
    with desk.hub.db.read() as session:
        return session.exec(select(User).where(User.name == name)).one()


def on_call(desk: Desk, name: str, *roles: str) -> None:
    with desk.hub.db.write() as session:
        who = session.exec(select(User).where(User.name == name)).one()
        who.on_call = list(roles)
        session.add(who)


def asks(desk: Desk, client: TestClient, case: Case, to: str, status: int = 200) -> str:
    path = f"/api/cases/{case.key}/responsible/offer"
    answer = client.post(path, json={"to": user(desk, to).id})
    assert answer.status_code == status, answer.text
    return str(answer.json().get("said") or answer.json()["problem"])


def presses(client: TestClient, case: Case, what: str, status: int = 200, **body: Any) -> str:
    answer = client.post(f"/api/cases/{case.key}/responsible/{what}", json=body)
    assert answer.status_code == status, answer.text
    return str(answer.json().get("said") or answer.json()["problem"])


def rung(desk: Desk) -> list[str]:
    with desk.hub.db.read() as session:
        return [alarm.words for alarm in alarms.live(session, desk.place)]


def said(desk: Desk, case: Case) -> list[str]:
    return [line.words for line in desk.rows(Timeline) if line.case_id == case.key]


def test_a_case_begins_with_a_name_and_it_is_never_the_handlers(desk: Desk) -> None:
    case = a_case(desk)
    assert (case.responsible_name, case.responsible_as) == ("Amara Obi", ResponsibleAs.duty)
    assert case.responsible_since == desk.clock.now()
    assert "Amara Obi, on duty, is clinically responsible." in said(desk, case)
    assert rung(desk) == []
    call = desk.jay.get("/calls/state").json()["mine"][0]["id"]
    page = desk.jay.get(f"/calls/{call}", headers=PAGE).text
    assert '<b id="responsible">Amara Obi</b>' in page
    assert desk.jay.get(f"/api/calls/{call}/state").json()["case"]["responsible"] == "Amara Obi"
    panel = desk.jay.get(f"/cases/{case.key}", headers=PAGE).text
    assert "<b>Clinically responsible:</b> Amara Obi" in panel
    assert "/responsible/" not in panel, "nothing that a handler could press"


def test_nobody_on_duty_names_the_manager_and_alarms(desk: Desk) -> None:
    on_call(desk, "Amara Obi")
    on_call(desk, "Jay Osei", "hub_clinician")  # without the role it means nothing
    case = a_case(desk)
    assert (case.responsible_name, case.responsible_as) == ("Dana Cole", ResponsibleAs.manager)
    assert rung(desk) == [
        f"No clinician is on duty: Dana Cole answers for {case.ref}. Find a clinician.",
    ]
    femi = desk.person("Femi Ade")
    assert "No clinician answers for this case" in femi.get(f"/cases/{case.key}", headers=PAGE).text
    presses(femi, case, "accept")
    assert again(desk, case).responsible_name == "Femi Ade"


def test_nobody_at_all_is_said_too(desk: Desk) -> None:
    on_call(desk, "Amara Obi")
    on_call(desk, "Dana Cole")
    case = a_case(desk)
    assert case.responsible_name is None
    assert "nobody answers for" in rung(desk)[0]


def test_it_moves_only_when_the_other_side_accepts(desk: Desk) -> None:
    case, amara, femi = a_case(desk), desk.person("Amara Obi"), desk.person("Femi Ade")
    assert "until they accept" in asks(desk, amara, case, "Femi Ade")
    asked = again(desk, case)
    assert (asked.responsible_name, asked.offered_to_name) == ("Amara Obi", "Femi Ade")
    assert "Femi Ade is asked to take over" in amara.get(f"/cases/{case.key}", headers=PAGE).text
    assert presses(femi, case, "decline", why="I go off at three.").endswith("Amara Obi stays responsible.")
    assert again(desk, case).offered_to_id is None
    asks(desk, amara, case, "Femi Ade")
    assert "asks you to take over" in femi.get(f"/cases/{case.key}", headers=PAGE).text
    presses(femi, case, "accept")
    moved = again(desk, case)
    assert (moved.responsible_name, moved.responsible_as) == ("Femi Ade", ResponsibleAs.accepted)
    assert said(desk, case)[-3:] == [
        "Femi Ade does not take it over. I go off at three. Amara Obi stays responsible.",
        "Amara Obi asks Femi Ade to take over the clinical responsibility.",
        "Femi Ade accepts the clinical responsibility from Amara Obi.",
    ]


def test_who_may_ask_whom(desk: Desk) -> None:
    case, amara, femi = a_case(desk), desk.person("Amara Obi"), desk.person("Femi Ade")
    assert "Amara Obi is responsible" in asks(desk, femi, case, "Femi Ade", 403)
    assert "Only a hub clinician" in asks(desk, amara, case, "Jay Osei", 422)
    assert "already" in asks(desk, amara, case, "Amara Obi", 422)
    assert "has not asked you" in presses(femi, case, "accept", 409)
    assert "not asked" in presses(femi, case, "decline", 409)
    path = f"/api/cases/{case.key}/responsible/accept"
    for name in ("Jay Osei", "Priya Nair", "Dana Cole"):
        assert desk.person(name).post(path, json={}).status_code == 403, name


def test_asked_and_no_answer_it_stays(desk: Desk) -> None:
    case, amara = a_case(desk), desk.person("Amara Obi")
    asks(desk, amara, case, "Femi Ade")
    later = desk.clock.now() + responsible.ANSWER_IN
    with desk.hub.db.write() as session:
        responsible.lapse(session, case.key, later)
    assert again(desk, case).offered_to_id is None
    assert said(desk, case)[-1] == "Femi Ade has not answered. Amara Obi stays responsible."
    presses(desk.person("Femi Ade"), case, "accept", 409)


def test_nobody_logs_off_while_responsible(desk: Desk) -> None:
    first, second, amara = a_case(desk), a_case(desk), desk.person("Amara Obi")
    proof = {"csrf": amara.headers["x-csrf-token"]}
    refused = amara.post("/log-out", data=proof, headers=PAGE)
    assert refused.status_code == 409
    assert first.ref in refused.text
    assert second.ref in refused.text
    assert "Femi Ade, not logged in: ring them" in refused.text
    assert amara.get("/calls/state").status_code == 200, "still logged in"
    femi = desk.person("Femi Ade")
    asked = amara.post(
        "/log-out/hand-over", data={**proof, "to": str(user(desk, "Femi Ade").id)}, headers=PAGE
    )
    assert asked.text.count("Femi Ade is asked</span>") == 2
    assert amara.post("/log-out", data=proof, headers=PAGE).status_code == 409, "asked is not accepted"
    presses(femi, first, "accept")
    presses(femi, second, "accept")
    assert amara.post("/log-out", data=proof, headers=PAGE).status_code == 303


def test_what_is_closed_keeps_nobody(desk: Desk) -> None:
    case, amara = a_case(desk), desk.person("Amara Obi")
    call = desk.jay.get("/calls/state").json()["mine"][0]["id"]
    desk.does(f"/api/calls/{call}/end")
    with desk.hub.db.write() as session:
        taken = take(session, case.key, desk.clock.now())
        record_outcome(session, taken, Outcome.advice, "", desk.clock.now(), user(desk, "Jay Osei").actor)
    assert again(desk, case).responsible_name == "Amara Obi", "who it was stays written down"
    asks(desk, amara, case, "Femi Ade", 409)
    proof = {"csrf": amara.headers["x-csrf-token"]}
    assert amara.post("/log-out", data=proof, headers=PAGE).status_code == 303


def test_the_log_in_of_a_handler_ends_as_ever(desk: Desk) -> None:
    a_case(desk)
    proof = {"csrf": desk.jay.headers["x-csrf-token"]}
    assert desk.jay.post("/log-out", data=proof, headers=PAGE).status_code == 303
