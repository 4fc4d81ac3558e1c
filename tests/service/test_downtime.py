"""The downtime list: enough to go on by telephone, and nothing that does not belong on paper."""

from datetime import timedelta

from dashboard import downtime_file
from dashboard.pages.downtime import LOOKED
from hub.audit import Audit
from records.model import Call, Case
from tests.desk import Desk, entry, types
from tests.free_text import accepted


def shown(desk: Desk, name: str = "Priya Nair", status: int = 200) -> str:
    answer = desk.person(name).get("/downtime", headers={"accept": "text/html"})
    assert answer.status_code == status
    return str(answer.text)


def test_it_has_what_a_room_needs_without_the_hub(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    accepted(desk)
    (case,), (call,) = desk.rows(Case), desk.rows(Call)
    with desk.hub.db.write() as session:
        row, line = session.get_one(Case, case.key), session.get_one(Call, call.key)
        row.person_name, row.address, row.safeguarding = "Maureen Doyle", "12 Oak Road", True
        line.number, line.caller_name = "+447700900123", "Janet Doyle"
        session.add_all([row, line])
    page = shown(desk)
    for words in (case.ref, "Maureen Doyle", "12 Oak Road", "+447700900123 Janet Doyle", "Amara Obi"):
        assert words in page
    assert "not known to be safe" in page, "S17: beside every number"
    for phone in ("+447700900141", "+447700900111", "+447700900112", "+447700900113", "0113 496 0000"):
        assert phone in page, "responders, who is on call, and the house's own"
    assert "safeguarding" not in page.lower(), "S18"


def test_s19_no_code_of_a_door_is_printed(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    call, _ = desk.assessed()
    types(desk, call, entry("address", "12 Oak Road"), entry("access_words", "key safe C4711Y by the door"))
    page = shown(desk)
    assert "12 Oak Road" in page
    assert "C4711Y" not in page
    assert "key safe" not in page


def test_to_open_it_is_one_look_with_a_name(sqlite_desk: Desk) -> None:
    shown(sqlite_desk)
    shown(sqlite_desk)
    looks = [row for row in sqlite_desk.rows(Audit) if row.action == LOOKED]
    assert len(looks) == 1
    assert looks[0].subject == f"place:{sqlite_desk.place}"
    shown(sqlite_desk, "Ruth Adeyemi", 403)
    shown(sqlite_desk, "Ana Reid", 403)
    assert len([row for row in sqlite_desk.rows(Audit) if row.action == LOOKED]) == 1


def seal(desk: Desk, case: int) -> None:
    answer = desk.person("Dana Cole").post(f"/api/cases/{case}/seal", json={"why": "She is known to us."})
    assert answer.status_code == 200, answer.text


def test_a_dead_hub_has_left_one_on_disk_for_its_owner_alone(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    accepted(desk)
    (case,) = desk.rows(Case)
    path = downtime_file.write(desk.app)
    left = path.read_text(encoding="utf-8")
    assert path == desk.hub.settings.data.absolute() / "downtime" / "downtime.html"
    for words in (case.ref, "Amara Obi", "+447700900141", "True at 14:00"):
        assert words in left
    assert "/static/" not in left, "it needs no hub to be read"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    desk.does(f"/api/cases/{case.key}/note", {"words": "x"})
    desk.clock.at += timedelta(minutes=5)
    downtime_file.write(desk.app)
    assert "True at 14:05" in path.read_text(encoding="utf-8")
    assert [one.name for one in path.parent.iterdir()] == ["downtime.html"], "one, and no leftovers"


def test_s18_sealed_cases_lie_apart_and_only_while_there_are_any(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    accepted(desk)
    (case,) = desk.rows(Case)
    seal(desk, case.key)
    path = downtime_file.write(desk.app)
    apart = path.with_name("sealed-cases.html")
    assert case.ref not in path.read_text(encoding="utf-8")
    assert case.ref in apart.read_text(encoding="utf-8")
    assert apart.stat().st_mode & 0o777 == 0o600
    desk.person("Dana Cole").post(f"/api/cases/{case.key}/unseal", json={})
    downtime_file.write(desk.app)
    assert not apart.exists()
    assert case.ref in path.read_text(encoding="utf-8")
