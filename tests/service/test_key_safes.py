"""S19, S15: a key-safe code is typed, half typed, typed again; it is kept for its address, and seen by whoever has
accepted to go there and by nobody else. Each look is written down.
"""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import Session
from starlette.testclient import TestClient

from dashboard import demo
from dispatch import inbox, visits
from dispatch.inbox import Incoming
from dispatch.model import Message, Offer, Responder
from hub.actors import HUB
from hub.assemble import assemble
from hub.audit import Audit
from hub.db import Database
from hub.door_codes import MARK, cut
from hub.errors import Refused, Unavailable
from hub.kept_apart import Apart
from hub.places import place_of
from hub.sealing import Seal, seal_of
from records import key_safes
from records.key_safe_model import KeySafe
from records.model import Case, Position, Timeline
from records.service import take
from tests import free_text
from tests.desk import Desk, entry, types
from triage.model import Entry

DAY = timedelta(days=1)


def standing(desk: Desk) -> list[str]:
    """The codes that stand, oldest first."""
    with desk.hub.db.write() as session:
        seal = seal_of(session)
    return [str(seal.open(row.sealed)) for row in desk.rows(KeySafe) if row.ended_at is None]


def stored(desk: Desk, field: str) -> list[str]:
    return [row.value for row in desk.rows(Entry) if row.field == field]


def a_call(desk: Desk) -> int:
    return int(desk.does("/api/calls/new")["call"])


def visit_of(desk: Desk) -> tuple[Offer, TestClient]:
    """Somebody has said yes to a visit at 12 Oak Road, and has the page in the hand."""
    offer = free_text.accepted(desk)
    with desk.hub.db.write() as session:
        case = take(session, offer.case_id, desk.clock.now())
        case.address, case.postcode = "12 Oak Road", "LS8 2AB"
    return offer, desk.person(free_text.who_goes(desk))


def keeps(desk: Desk, case_id: int, code: str) -> None:
    desk.does(f"/api/cases/{case_id}/note", {"words": f"key safe {code}"})


def looks(desk: Desk, client: TestClient, offer: Offer, status: int = 200) -> str:
    form = {"csrf": client.headers["x-csrf-token"]}
    answer = client.post(f"/o/{offer.code}/key-safe", data=form, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text
    assert answer.status_code != 200 or answer.headers["cache-control"] == "no-store"
    return str(answer.text)


# --- typed ------------------------------------------------------------------------------------------------------------


def test_the_page_hears_what_is_left_of_the_words(sqlite_desk: Desk) -> None:
    call = a_call(sqlite_desk)
    said = types(sqlite_desk, call, entry("access_words", "key safe 4592, by the back door"))
    assert said["kept_apart"] == {"access_words": f"key safe {MARK}, by the back door"}
    assert sqlite_desk.rows(Case)[-1].access_words == f"key safe {MARK}, by the back door"
    assert types(sqlite_desk, call, entry("access_words", "side door"))["kept_apart"] == {}
    assert standing(sqlite_desk) == ["4592"], "taken out of the words it is still there"


def test_half_typed_leaves_nothing_behind(sqlite_desk: Desk) -> None:
    call = a_call(sqlite_desk)
    for typed in ("key safe", "key safe 1", "key safe 12", "key safe 1234", "key safe 1234 by the"):
        types(sqlite_desk, call, entry("access_words", typed))
    assert standing(sqlite_desk) == ["1234"]
    assert stored(sqlite_desk, "access_words") == [
        "key safe", *[f"key safe {MARK}"] * 3, f"key safe {MARK} by the"
    ]  # fmt: skip
    lines = [row for row in sqlite_desk.rows(Timeline) if row.event == "key_safe_kept"]
    assert len(lines) == 1, "one line, not one a stroke"


def test_a_number_whose_words_come_later_is_cut_out_of_what_was_saved_before(sqlite_desk: Desk) -> None:
    call = a_call(sqlite_desk)
    for typed in ("47", "4711", "4711 is the key", "4711 is the key safe"):
        types(sqlite_desk, call, entry("need_words", typed))
    assert standing(sqlite_desk) == ["4711"]
    assert stored(sqlite_desk, "need_words") == [MARK, MARK, f"{MARK} is the key", f"{MARK} is the key safe"]


def test_in_one_go_after_an_outage_it_is_the_same(sqlite_desk: Desk) -> None:
    call = a_call(sqlite_desk)
    types(
        sqlite_desk, call, *(entry("access_words", typed) for typed in ("45", "key safe 45", "key safe 4592"))
    )
    assert standing(sqlite_desk) == ["4592"]
    assert not [value for value in stored(sqlite_desk, "access_words") if "45" in value]


def test_an_entry_that_comes_again_late_takes_no_newer_codes_place(sqlite_desk: Desk) -> None:
    call = a_call(sqlite_desk)
    first = entry("access_words", "key safe 12")
    types(sqlite_desk, call, first)
    types(sqlite_desk, call, entry("access_words", "key safe 1234"))
    again = types(sqlite_desk, call, first)
    assert standing(sqlite_desk) == ["1234"]
    assert again["kept_apart"] == {"access_words": f"key safe {MARK}"}


def test_a_second_code_beside_one_that_is_apart_already(sqlite_desk: Desk) -> None:
    call = a_call(sqlite_desk)
    types(sqlite_desk, call, entry("access_words", "key safe 1234"))
    for half in ("55", "5501"):
        types(sqlite_desk, call, entry("access_words", f"key safe {MARK}, gate code {half}"))
    assert standing(sqlite_desk) == ["1234", "5501"]


def test_two_people_who_type_different_codes_leave_both(sqlite_desk: Desk) -> None:
    """Without their codes both say the same, so that nobody is asked to choose between the words."""
    call = a_call(sqlite_desk)
    types(sqlite_desk, call, entry("access_words", "key safe 1234"))
    theirs = {"entries": [entry("access_words", "key safe 5678", after="")]}
    sqlite_desk.person("Mina Patel").post(f"/api/calls/{call}/typed", json=theirs).raise_for_status()
    assert standing(sqlite_desk) == ["1234", "5678"]


def test_what_is_no_code_costs_nothing_and_changes_nothing(sqlite_desk: Desk) -> None:
    call = a_call(sqlite_desk)
    types(sqlite_desk, call, entry("number", "07700 900123"), entry("nhs_number", "999 000 0018"))
    types(sqlite_desk, call, entry("address", "12 Oak Road LS8 2AB"), entry("born", "3/7/1941"))
    assert standing(sqlite_desk) == []
    assert stored(sqlite_desk, "address") == ["12 Oak Road LS8 2AB"]


# --- seen -------------------------------------------------------------------------------------------------------------


def test_only_after_a_yes_and_by_a_press_and_each_is_written_down(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    offer, client = visit_of(desk)
    keeps(desk, offer.case_id, "C1479Y")
    page = client.get(f"/o/{offer.code}", headers={"accept": "text/html"}).text
    assert "Show the key-safe code" in page
    assert "C1479Y" not in page
    for _ in range(2):
        assert "C1479Y" in looks(desk, client, offer)
    seen = [(row.actor, row.subject) for row in desk.rows(Audit) if row.action == key_safes.LOOKED]
    who = f"responder:{offer.responder_id}"
    assert seen == [(who, f"case:{offer.case_id}")] * 2
    lines = [row.words for row in desk.rows(Timeline) if row.event == key_safes.LOOKED]
    assert len(lines) == 2
    assert "looked at the key-safe code" in lines[0]


@pytest.mark.parametrize("end", ["finish", "hand_back", "stand_down"])
def test_not_once_it_is_theirs_no_more(sqlite_desk: Desk, end: str) -> None:
    desk = sqlite_desk
    offer, client = visit_of(desk)
    keeps(desk, offer.case_id, "C1479Y")
    with desk.hub.db.write() as session:
        position, now = session.get_one(Position, offer.position_id), desk.clock.now()
        if end == "finish":
            visits.step(session, position, "finish", now, HUB)
        elif end == "hand_back":
            visits.hand_back(session, position, now, HUB, "")
        else:
            desk.app.state.stand_down(session, offer.case_id, now, HUB, "Not needed.")
    assert "C1479Y" not in looks(desk, client, offer, 409)
    assert not [row for row in desk.rows(Audit) if row.action == key_safes.LOOKED]


def test_nobody_else_sees_it(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    offer, _ = visit_of(desk)
    keeps(desk, offer.case_id, "C1479Y")
    other = next(row.name for row in desk.rows(Responder) if row.id != offer.responder_id)
    assert "C1479Y" not in looks(desk, desk.person(other), offer, 404)
    for name in ("Jay Osei", "Amara Obi", "Priya Nair", "Dana Cole", "Alex Shaw"):
        assert "C1479Y" not in looks(desk, desk.person(name), offer, 403)
    panel = desk.person("Priya Nair").get(f"/cases/{offer.case_id}/panel").text
    assert "A key-safe code is held for this address." in panel
    assert "C1479Y" not in panel


def test_a_later_case_at_the_same_door_shows_it_with_its_age(sqlite_desk: Desk) -> None:
    """S15: it belongs to the address, not to the person."""
    desk = sqlite_desk
    call = a_call(desk)
    types(desk, call, entry("address", "12 Oak Rd, Leeds ls8 2ab"), entry("access_words", "key safe 4592"))
    desk.clock.at += 3 * DAY
    with desk.hub.db.write() as session:
        demo.lay_out(session, desk.place, desk.clock.now())
    offer, client = visit_of(desk)
    said = looks(desk, client, offer)
    assert "4592" in said
    assert "3 days ago, from Jay Osei · for 12 Oak Rd, Leeds ls8 2ab<" in said


def test_next_door_shows_nothing(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    types(desk, a_call(desk), entry("address", "14 Oak Road ls8 2ab"), entry("access_words", "key safe 4592"))
    offer, client = visit_of(desk)
    assert "Show the key-safe code" not in client.get(f"/o/{offer.code}").text
    assert "4592" not in looks(desk, client, offer)


def test_who_has_moved_to_another_address_takes_no_code_along_unsaid(sqlite_desk: Desk) -> None:
    """S15: what was typed for her home is named as such, and stays with it."""
    desk = sqlite_desk
    call = a_call(desk)
    types(desk, call, entry("address", "12 Oak"), entry("access_words", "key safe 4592"))
    types(desk, call, entry("address", "12 Oak Road ls8 2ab"))
    (row,) = desk.rows(KeySafe)
    assert (row.address, row.postcode) == ("12 Oak Road ls8 2ab", "LS8 2AB"), "typed on: it goes along"
    types(desk, call, entry("address", "5 Elm Close"), entry("postcode", "LS17 6AA"))
    (row,) = desk.rows(KeySafe)
    assert (row.address, row.postcode) == ("12 Oak Road ls8 2ab", "LS8 2AB")
    with desk.hub.db.write() as session:
        case = take(session, row.case_id, desk.clock.now())
        (seen,) = key_safes.look(session, case, "a test", desk.clock.now(), HUB)
    assert (seen.code, seen.of) == ("4592", "12 Oak Road ls8 2ab")


def test_a_call_that_joins_another_case_brings_its_code(desk: Desk) -> None:
    first, second = desk.does("/api/calls/new"), None
    desk.does(f"/api/calls/{first['call']}/end")
    second = desk.does("/api/calls/new")
    types(desk, second["call"], entry("access_words", "key safe 4592"))
    desk.does(f"/api/calls/{second['call']}/join", {"case": first["case"]})
    types(desk, second["call"], entry("access_words", "key safe 4593"))
    rows = desk.rows(KeySafe)
    assert [(row.case_id, row.ended_at is None) for row in rows] == [
        (first["case"], False),
        (first["case"], True),
    ]


def test_a_code_in_a_text_goes_to_the_visits_case_and_the_step_is_done(desk: Desk) -> None:
    offer, _ = visit_of(desk)
    who = next(row for row in desk.rows(Responder) if row.id == offer.responder_id)
    with desk.hub.db.write() as session:
        text = Incoming("SM1", who.phone, "the new key safe code is 7719, please tell the next one")
        inbox.receive(session, desk.app.state.desk, place_of(session, desk.place), text, desk.clock.now())
    message = next(row for row in desk.rows(Message) if row.direction == "in")
    assert message.body == f"the new key safe code is {MARK}, please tell the next one"
    (row,) = desk.rows(KeySafe)
    assert (row.case_id, row.by) == (offer.case_id, f"responder:{who.id}")
    assert standing(desk) == ["7719"]


# --- sealed -----------------------------------------------------------------------------------------------------------


def test_a_secret_is_changed_and_the_old_forgotten(sqlite_desk: Desk) -> None:
    desk = sqlite_desk
    old, new = (
        "the secret of the desk's key safes, long enough",
        "another secret of the key safes, long enough",
    )
    keeps(desk, desk.does("/api/calls/new")["case"], "4592")
    for secrets, shut in ((f"{new},{old}", 0), (new, 0), ("a third one that never sealed a thing, ever", 1)):
        settings = desk.hub.settings.model_copy(update={"key_safe_secret": SecretStr(secrets)})
        hub = assemble(settings, desk.clock)
        with hub.db.write() as session:
            assert key_safes.seal_anew(session) == shut
        hub.db.close()
    (row,) = desk.rows(KeySafe)
    assert Seal(new).open(row.sealed) == "4592"
    assert Seal(old).open(row.sealed) is None


def test_without_a_secret_the_words_are_refused_rather_than_the_code_dropped(sqlite_desk: Desk) -> None:
    bare = Database(sqlite_desk.hub.settings.database)
    case_id, now = sqlite_desk.does("/api/calls/new")["case"], sqlite_desk.clock.now()
    found = cut("key safe 4592")

    def keep(session: Session) -> None:
        heard = Apart(found.codes, found.had_marks)
        key_safes.keep(session, take(session, case_id, now), heard, HUB, now)

    with pytest.raises(Unavailable, match="Nothing was saved"):
        bare.write_again(keep)
    bare.close()


def test_a_write_that_would_drop_a_code_is_refused(
    sqlite_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = sqlite_desk.does("/api/calls/new")["case"]
    monkeypatch.setattr(key_safes, "keep_waiting", lambda *_: None)
    said: dict[str, Any] = sqlite_desk.does(
        f"/api/cases/{case}/note", {"words": "key safe 4592"}, Refused.status
    )
    assert "Nothing was saved" in said["problem"]
    assert not [row for row in sqlite_desk.rows(Timeline) if "key safe" in row.words]
