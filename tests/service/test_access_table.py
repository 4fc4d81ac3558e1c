"""Role × relationship × kind of case (S18): every cell of the one literal table, on every way that a case leaves us."""

import json
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from hub.access import Role, User
from hub.actors import HUB
from hub.tokens import Scope
from records import alarms, consents, machine_calls, sealing
from records.consent_model import Purpose
from records.lifecycles import CallState
from records.machine_calls import MachineCall
from records.model import Call, Case, Task
from records.service import take
from records.sight import TABLE, Agreed, Kind, Relationship, may_see
from records.sight_drawing import table
from tests.desk import Desk
from tests.fhir_clients import Client
from tests.machines import Machine
from tests.sealed_room import GOES, PEOPLE, Feed, Room, told
from triage import calls
from triage.further_contact import look

ACCESS = Path(__file__).resolve().parents[2] / "docs" / "access.md"
WORKERS = {Role.handler, Role.hub_clinician, Role.coordinator, Role.manager}
LETS_IN = {
    "page": WORKERS | {Role.governance},
    "panel": WORKERS | {Role.governance},
    "board": WORKERS | {Role.governance, Role.administrator},
    "board as JSON": WORKERS,
    "websocket": WORKERS | {Role.governance, Role.administrator},
    "websocket as JSON": WORKERS,
    "find": WORKERS,
    "messages": WORKERS,
    "downtime": WORKERS,
    "note": WORKERS,
    "own page": {Role.responder},
    "own visits": {Role.responder},
}
"""Which roles a way lets in at all, whatever the case is; nobody's page is at /fhir, which is for machines."""
SHARED = {"board", "board as JSON", "websocket", "websocket as JSON"}
"""Rendered once for each kind of viewer, so that a relationship to one case opens nothing there."""
OF_ONE = {"page", "panel", "find", "note", "own page"}
"""Asked for each case by itself; the others are lists."""


ABSENT_IS_404 = {"page", "panel", "note", "own page"}


def check(
    room: Room, role: Role, relationship: Relationship, feed: Feed, client: TestClient, since: int
) -> None:
    for way, roles in LETS_IN.items():
        whole = (0, "") if way in OF_ONE else told(feed, client, way, room.cases["sealed"], since)
        for kind, case in room.cases.items():
            cell = f"{role} {relationship} {kind} by {way}"
            status, said = told(feed, client, way, case, since) if way in OF_ONE else whole
            if role not in roles:
                assert status == 403, cell
                continue
            if kind == "past":
                opens = may_see({role}, relationship, sealed=False, past=True)
                assert status == _of_past(way, opens=opens), cell
                assert (case.ref in said) is (way == "find" or (opens and way in {"page", "panel"})), cell
                continue
            stands = Relationship.none if way in SHARED else relationship
            sees = kind != "elsewhere" and may_see({role}, stands, sealed=kind == "sealed")
            if (
                role is Role.responder
            ):  # theirs or not, sealed or not: what they are offered and what they have
                sees = kind != "elsewhere" and _is_theirs(way, kind, relationship)
            if way in ABSENT_IS_404:
                assert status == (200 if sees else 404), cell
                assert sees or case.ref not in said, cell
            else:
                assert status == 200, cell
                assert (case.ref in said) is sees, cell


def _of_past(way: str, *, opens: bool) -> int:
    """It is in no list but the one to choose from, and no responder's any more."""
    if way == "own page":
        return 404
    return 403 if way in OF_ONE - {"find"} and not opens else 200


def _is_theirs(way: str, kind: str, relationship: Relationship) -> bool:
    """Their list has each offer that stands, and the one visit that they are on."""
    if way == "own visits" and relationship is Relationship.assigned:
        return kind == "sealed"
    return relationship in GOES


def test_s18_every_cell_of_the_table(sqlite_desk: Desk) -> None:
    room = Room(sqlite_desk)
    people = {role: sqlite_desk.person(name) for role, name in PEOPLE.items()}
    since = room.cursor()
    with sqlite_desk.hub.db.write() as session:
        for kind in ("ordinary", "sealed"):
            take(session, room.cases[kind].key, sqlite_desk.clock.now())
    with Feed(sqlite_desk) as feed:
        for relationship in Relationship:
            for role in PEOPLE:
                room.stand(PEOPLE[role], relationship)
                check(room, role, relationship, feed, people[role], since)


def test_a_no_keeps_a_past_case_shut_to_whoever_has_the_same_person_in_hand_again(sqlite_desk: Desk) -> None:
    """And nothing else: not their own old call, not the glass, not an open case. Taken back, it is as if never said."""
    room, mina = Room(sqlite_desk), sqlite_desk.person("Mina Patel")
    past, form = room.cases["past"], {"csrf": mina.headers["x-csrf-token"], "how": "by phone, her own words"}
    room.stand("Mina Patel", Relationship.same_person)
    says = f"/cases/{past.key}/consent"
    assert mina.post(says, data={**form, "purpose": "direct_care", "said": "objected"}).status_code == 303
    for relationship in Relationship:
        room.stand("Mina Patel", relationship)
        for kind, of in (("past", Agreed.no), ("ordinary", Agreed.unknown)):
            sees = may_see({Role.handler}, relationship, sealed=False, past=kind == "past", agreed=of)
            status = mina.get(f"/cases/{room.cases[kind].key}/panel").status_code
            assert status == (200 if sees else 403), f"{relationship} {kind}"
    room.stand("Mina Patel", Relationship.broke_glass)
    assert mina.post(says, data={**form, "purpose": "direct_care", "said": "taken_back"}).status_code == 303
    room.stand("Mina Patel", Relationship.same_person)
    assert mina.get(says, headers={"accept": "text/html"}).status_code == 200


def test_a_no_said_before_the_nhs_number_was_known_counts_afterwards(sqlite_desk: Desk) -> None:
    room, priya = Room(sqlite_desk), sqlite_desk.person("Priya Nair")
    case = room.cases["ordinary"]
    with sqlite_desk.hub.db.write() as session:
        session.merge(case).nhs_number = None
    form = {
        "csrf": priya.headers["x-csrf-token"],
        "how": "by phone",
        "purpose": "direct_care",
        "said": "objected",
    }
    assert priya.post(f"/cases/{case.key}/consent", data=form).status_code == 303
    with sqlite_desk.hub.db.write() as session:
        now_known = session.merge(case)
        now_known.nhs_number = "9434765919"
        assert consents.agreed(session, now_known, Purpose.direct_care) is Agreed.no
        assert [one.case_id for one in consents.listed(session, now_known)] == [case.key]


def test_every_cell_of_the_function_with_purpose_and_consent() -> None:
    """Unknown is not yes, and not no: for direct care it stands in nobody's way, for all else it opens nothing."""
    rights = {*Role, *Scope}
    for relationship in Relationship:
        for purpose in Purpose:
            for agreed in Agreed:
                for sealed in (True, False):
                    sees = may_see(rights, relationship, sealed=sealed, purpose=purpose, agreed=agreed)
                    assert sees == (purpose is Purpose.direct_care or agreed is Agreed.yes)
        people = frozenset(Role)
        for role in people:
            opens = {kind for kind in Kind if role in TABLE[kind][relationship]}
            assert Kind.past not in opens or Kind.at_work in opens, "what is past is never easier to see"
            assert Kind.objected not in opens or Kind.past in opens, "a no opens nothing"
            assert role is not Role.privacy or opens <= {Kind.at_work}, "whoever watches opens no case"


def test_s18_the_feed_says_gone_and_then_a_number_alone(sqlite_desk: Desk) -> None:
    room, now = Room(sqlite_desk), sqlite_desk.clock.now()
    case, since = room.cases["ordinary"], room.cursor()
    mina, priya = sqlite_desk.person("Mina Patel"), sqlite_desk.person("Priya Nair")
    room.seal("ordinary")
    with Feed(sqlite_desk) as feed:
        _, hands = told(feed, mina, "websocket", case, since)
        _, seniors = told(feed, priya, "websocket", case, since)
        gone = [m["id"] for m in map(json.loads, hands.splitlines()) if m.get("gone")]
        assert sorted(one.partition("-")[0] for one in gone) == ["alarm", "case", "task"]
        assert "html" not in hands
        assert case.ref in seniors
        assert "gone" not in seniors
        since = room.cursor()
        with sqlite_desk.hub.db.write() as session:
            alarms.end(session, case.place, "task", case.key, now)
            take(session, case.key, now)
        _, hands = told(feed, mina, "websocket", case, since)
        assert [sorted(json.loads(line)) for line in hands.splitlines()] == [["cursor"]] * 2
        since = room.cursor()
        dana = sqlite_desk.person("Dana Cole")
        assert dana.post(f"/api/cases/{case.key}/unseal", json={}).status_code == 200
        assert case.ref in told(feed, mina, "websocket", case, since)[1]
        assert case.ref in told(feed, mina, "board", case, since)[1]


def test_s18_a_machine_is_near_the_calls_that_it_opened_while_nobody_took_a_later_one(
    sqlite_desk: Desk,
) -> None:
    """As a handler is to theirs; what is sealed is no less absent for every other machine without the right."""
    desk = sqlite_desk
    scopes = [scope for scope in Scope if scope is not Scope.sealed_read]
    mine, other = Machine(desk, scopes), Machine(desk, scopes, name="Another")
    opened = mine.does("/calls", {"fields": [{"field": "person_name", "value": "Quilla"}]}, 201)
    case, ref = opened["case"], opened["ref"]
    with desk.hub.db.write() as session:
        sealing.seal(session, case, "a colleague's mother", desk.clock.now(), HUB)
    for on_line in (True, False):
        assert mine.gets(f"/cases/{case}")["person"]["person_name"] == "Quilla"
        assert ref in str(mine.gets("/cases"))
        assert ref in str(mine.does("/cases/search", {"ref": ref}))
        assert mine.does(f"/cases/{case}/notes", {"words": "They moved."}, 201)
        other.gets(f"/cases/{case}", 404)
        assert ref not in str(other.gets("/cases"))
        assert other.posts(f"/cases/{case}/notes", {"words": "Hm."}).status_code == 404
        if on_line:
            mine.does(f"/calls/{opened['call']}/end")
    assert ref not in str(mine.gets("/events", after=0)), "the feed goes by scopes alone"
    reader = Machine(desk, [Scope.cases_read], name="Reads only")
    reader.gets(f"/cases/{case}", 404)
    with desk.hub.db.write() as session:
        now, jay = desk.clock.now(), session.exec(select(User).where(User.name == "Jay Osei")).one()
        calls.on_the_line(session, take(session, case, now), jay, now, "Rung again.")
    mine.gets(f"/cases/{case}", 404)
    assert ref not in str(mine.gets("/cases"))


def test_s18_every_cell_of_the_table_for_machines_at_fhir(sqlite_desk: Desk) -> None:
    """Scope × relationship × kind of case, by read, search and by what hangs on the case: absent without a trace."""
    room, lets_in = Room(sqlite_desk), {Scope.cases_read, Scope.sealed_read, Scope.calls_write}
    sets = [lets_in - {Scope.sealed_read}, lets_in, {Scope.sealed_read}]
    clients = [Client(sqlite_desk, scopes, name=f"Machine {at}") for at, scopes in enumerate(sets)]
    for client, scopes in zip(clients, sets, strict=True):
        if Scope.cases_read not in scopes:
            assert client.proves(client.signs()).status_code == 400, "nothing of FHIR is theirs"
            client.http.headers["authorization"] = f"Bearer {client.secret}"
        else:
            client.comes_in()
    for near in (Relationship.none, Relationship.on_its_call, Relationship.took_it):
        _stand(room, near, [client.row.key for client in clients])
        for client, scopes in zip(clients, sets, strict=True):
            for kind, case in room.cases.items():
                cell = f"{sorted(scopes)} {near} {kind}"
                if Scope.cases_read not in scopes:
                    assert client.http.get(f"/fhir/Encounter/{case.key}").status_code == 403, cell
                    continue
                past = kind == "past"
                sees = kind != "elsewhere" and may_see(scopes, near, sealed=kind == "sealed", past=past)
                assert client.http.get(f"/fhir/Encounter/{case.key}").status_code == (200 if sees else 404), (
                    cell
                )
                found = client.gets(f"Encounter?_id={case.key}")
                assert found["total"] == sees, cell
                if near is Relationship.none:
                    assert (f'Encounter/{case.key}"' in json.dumps(client.gets("Encounter"))) is sees, cell


def _stand(room: Room, near: Relationship, tokens: list[int]) -> None:
    """Those machines have opened the calls of all cases, or have not; one call each, which is on the line or over."""
    with room.desk.hub.db.write() as session:
        for row in session.exec(select(MachineCall)):
            session.delete(row)
        for call in session.exec(select(Call)):
            call.handler_id = None
            call.state = CallState.on_line if near is Relationship.on_its_call else CallState.ended
            session.add(call)
        session.flush()
        for case in room.cases.values() if near is not Relationship.none else ():
            for token in tokens:
                call = Call(
                    place=case.place, opened_at=case.clock_start, case_id=case.key, state=CallState.ended
                )
                if near is Relationship.on_its_call:
                    call.state = CallState.on_line
                session.add(call)
                session.flush()
                machine_calls.opened(session, call, token)


@pytest.mark.parametrize("may", [True, False])
def test_s18_a_machine_sees_what_its_token_says(sqlite_desk: Desk, may: bool) -> None:
    room = Room(sqlite_desk)
    machine = Machine(sqlite_desk, [scope for scope in Scope if may or scope is not Scope.sealed_read])
    since = room.cursor()
    with sqlite_desk.hub.db.write() as session:
        for kind in ("ordinary", "sealed"):
            take(session, room.cases[kind].key, sqlite_desk.clock.now())
    for kind, case in room.cases.items():
        if kind == "past":  # for which its token is
            machine.gets(f"/cases/{case.key}")
            continue
        sees = kind != "elsewhere" and (may or kind == "ordinary")
        said = {
            "list": machine.gets("/cases"),
            "search": machine.does("/cases/search", {"ref": case.ref}),
            "alarms": machine.gets("/alarms"),
            "events": machine.gets("/events", after=0),
        }
        for way, answer in said.items():
            if kind != "elsewhere" or way != "events":  # it was here when that happened
                assert (case.ref in json.dumps(answer)) is sees, f"{kind} by {way}"
        machine.gets(f"/cases/{case.key}", 200 if sees else 404)
        assert machine.posts(f"/cases/{case.key}/outcome", {"outcome": "nonsense"}).status_code in (422, 404)
    numbers = [one["n"] for one in machine.gets("/events", after=since)["events"]]
    assert numbers == [since + 1, since + 2], "without a gap, whoever asks"


def test_s18_only_a_clinician_or_a_manager_seals_and_says_why(sqlite_desk: Desk) -> None:
    case = Room(sqlite_desk).cases["ordinary"]
    path = f"/api/cases/{case.key}"
    for name in ("Mina Patel", "Priya Nair", "Ruth Adeyemi"):
        assert sqlite_desk.person(name).post(f"{path}/seal", json={"why": "so"}).status_code == 403, name
    amara = sqlite_desk.person("Amara Obi")
    assert amara.post(f"{path}/seal", json={"why": " "}).status_code == 422
    assert amara.post(f"{path}/seal", json={"why": "his own sister works here"}).status_code == 200
    assert amara.post(f"{path}/seal", json={"why": "again"}).status_code == 409
    assert "his own sister" in amara.get(f"/cases/{case.key}/panel").text
    mine = sqlite_desk.jay.get(f"/cases/{case.key}/panel").text
    assert "sealed" in mine, "who is on its call sees it"
    assert "his own sister" not in mine, "and not why"
    assert amara.post(f"{path}/unseal", json={}).status_code == 200
    assert "his own sister" not in amara.get(f"/cases/{case.key}/panel").text


def test_s13_a_further_call_about_a_sealed_case_reaches_those_who_see_it(sqlite_desk: Desk) -> None:
    desk, number = sqlite_desk, "+441134960812"
    first = desk.does(f"/api/calls/{desk.rings(number)}/answer")
    desk.does(f"/api/calls/{first['call']}/end")
    amara, mina = desk.person("Amara Obi"), desk.person("Mina Patel")
    amara.post(f"/api/cases/{first['case']}/seal", json={"why": "his own sister works here"})
    ref = desk.rows(Case)[0].ref
    ringing = desk.rings(number)
    assert ref not in mina.get("/calls/state").text
    again = mina.post(f"/api/calls/{ringing}/answer", json={}).json()
    assert ref not in mina.get(f"/calls/{again['call']}/view").text
    assert mina.post(f"/api/calls/{again['call']}/join", json={"case": first["case"]}).status_code == 404
    for _ in range(2):  # when the call begins, and when it ends
        with desk.hub.db.write() as session:
            look(session, again["call"], desk.clock.now())
    own = next(case for case in desk.rows(Case) if case.key == again["case"])
    (task,) = [one for one in desk.rows(Task) if one.case_id == first["case"] and own.ref in one.words]
    assert task.words.startswith(f"A further call may be about this case: {own.ref} (same number).")
    joined = amara.post(f"/api/calls/{again['call']}/join", json={"case": first["case"]})
    assert joined.status_code == 200, joined.text
    assert next(case for case in desk.rows(Case) if case.key == own.key).sealed, "it names the sealed one"
    assert mina.get(f"/cases/{first['case']}/panel").status_code == 200, "it is their call now"


def test_the_document_is_drawn_from_the_table() -> None:
    assert table() in ACCESS.read_text(), "put what records.sight_drawing.table() says into docs/access.md"
