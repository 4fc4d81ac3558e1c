"""Referrals out: whatever the other service does, it is asked once, nobody is forgotten, and only its own word is a yes
(S30)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.actors import HUB
from hub.errors import Refused
from hub.services import read_services
from records import consents
from records.alarms import Alarm
from records.consent_model import Purpose, Said
from records.model import CallBack, Case, Timeline
from tests.bars import Service, resource
from tests.desk import Desk
from tests.receiver import WHY, key_of, receiver
from tests.referring import Room
from triage.bars_out.known import must_be_of_house
from workers import bars_out


@pytest.fixture
def room(sqlite_desk: Desk) -> Iterator[Room]:
    with receiver() as them:
        yield Room(sqlite_desk, them)


def test_what_they_are_sent(room: Room) -> None:
    """S1, S14, S15, S17, S19: the standard's parts, where she is, and nothing that must not leave."""
    room.asks(
        born="3 July 1941",
        nhs_number="999 000 0018",
        number="0113 496 0812",
        need_words="fell in the hall",
        access_words="key safe code 4471, dog in the yard",
        dependants="a son who cannot be alone",
    )
    room.works()
    (message,) = room.them.came
    kinds = [one["resource"]["resourceType"] for one in message["entry"]]
    assert kinds[0] == "MessageHeader"
    assert {"ServiceRequest", "Encounter", "CarePlan", "Patient", "Location", "HealthcareService"} <= set(
        kinds
    )
    request = resource(message, "ServiceRequest")
    assert (request["status"], request["intent"]) == ("active", "plan")
    assert request["category"][0]["coding"][0]["code"] == "referral"
    assert resource(message, "Encounter")["status"] == "triaged"
    (case,) = room.desk.rows(Case)
    assert resource(message, "CarePlan")["period"]["start"] == case.clock_start.isoformat(timespec="seconds")
    patient = resource(message, "Patient")
    assert patient["name"] == [{"text": "Maureen Doyle"}]
    assert "999" not in patient["identifier"][0]["value"], "S14: nobody has read it back"
    assert resource(message, "Location")["address"]["postalCode"] == "LS8 2AB"
    whole = str(message)
    for never in ("4471", "dog", "cannot be alone", "fell in the hall"):
        assert never not in whole
    names = [one["fullUrl"] for one in message["entry"]]
    assert len(set(names)) == len(names)
    for one in (
        request["subject"],
        request["encounter"],
        request["basedOn"][0],
        request["locationReference"][0],
    ):
        assert one["reference"] in names
    heads = {name.lower(): value for name, value in room.them.heads[0].items()}
    assert heads["nhsd-target-identifier"]["value"] == "2000012345"
    assert heads["nhsd-end-user-organisation"]["identifier"][0]["value"] == "RFP"


def test_s17_safeguarding_is_flagged_and_nothing_that_was_said_leaves(room: Room) -> None:
    room.asks(safeguarding="yes", number="0113 496 0812", need_words="her son took her money")
    room.works()
    (message,) = room.them.came
    assert "safeguarding concern" in resource(message, "Flag")["code"]["text"]
    whole = str(message)
    for never in (WHY, "money", "4960812", "QuestionnaireResponse"):
        assert never not in whole


@pytest.mark.parametrize("does", [503, 429, 401, "garbage", "slow", "dies", 409])
def test_whatever_goes_wrong_they_are_asked_once(room: Room, does: int | str) -> None:
    room.them.next = [does]
    room.asks()
    room.works()
    if does != 409:
        assert room.sent[0].received_at is None
        assert room.sent[0].trouble
        room.works(seconds=145)
    assert room.them.reasons == ["new"]
    assert len(set(room.them.tries)) == 1, "each attempt under the same number"
    assert len(room.them.tries) == (2 if does in (503, 429, 401) else 1), "what got through is not sent again"
    assert room.sent[0].received_at is not None
    assert room.row.state == "requested", "received is not taken"


def test_people_read_how_it_stands(room: Room) -> None:
    """Beside the hand-over and on the page of referrals: sent or not, and why; never that they have taken it."""
    room.them.next = [503, 503]
    case_id = room.asks()
    panel = room.priya.get(f"/cases/{case_id}").text
    assert "About to be sent" in panel
    room.works()
    panel = room.priya.get(f"/cases/{case_id}").text
    assert "Not sent yet, tried once, last 14:00: it cannot take it now (503)" in panel
    room.works(seconds=3)
    room.works(minutes=1)
    panel = room.priya.get(f"/cases/{case_id}").text
    assert "waiting for their word" in panel
    assert "by message" in panel
    assert "Palliative care team</b>: sent" in room.priya.get("/referrals").text
    room.does(f"/cases/{case_id}/refer", {"service": "palliative_care", "why": WHY})
    room.works(seconds=1)
    assert len(room.them.tries) == 3, "whoever is asked already is not asked twice"
    assert "Ring them instead" not in panel


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"base_url": "http://them.example"}, "needs https://"),
        ({"service": "fortune_teller"}, "no service of protocols/house.yaml"),
        ({"sender": ""}, "services.0.sender"),
    ],
)
def test_a_file_of_services_that_is_wrong_is_said_so_at_start(
    tmp_path: Path, sqlite_desk: Desk, changed: dict[str, str], said: str
) -> None:
    one = {"service": "gp", "service_id": "1", "organisation": "RWW", "sender": "Oak surgery"}
    file = tmp_path / "services.json"
    file.write_text(json.dumps({"services": [one | {"base_url": "https://them.example"} | changed]}))
    with pytest.raises(Refused, match=said):
        must_be_of_house(read_services(file, training=False), sqlite_desk.app.state.library.house)


def test_a_worker_that_dies_after_sending_sends_nothing_twice(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_: object) -> None:
        raise Killed

    room.asks()
    with monkeypatch.context() as during:
        during.setattr(bars_out, "_write_down", dies)
        with pytest.raises(Killed):
            room.works()
    assert (len(room.them.came), room.sent[0].received_at) == (1, None)
    room.works(minutes=1)
    assert (len(room.them.tries), len(room.them.asked)) == (1, 1)
    assert room.sent[0].received_at is not None


@pytest.mark.parametrize(
    "how", ["by a refusal", "in the answer", "later", "to a change, at once", "to a change, later"]
)
def test_s30_their_no_puts_it_back_to_work_in_their_own_words(room: Room, how: str) -> None:
    why = "Not commissioned for this postcode."
    room.them.next = [422] if how == "by a refusal" else []
    if how == "in the answer":
        room.them.encounter, room.them.why = "cancelled", why
    case_id = room.asks()
    room.works()
    if how.startswith("to a change"):
        if how.endswith("at once"):
            room.them.encounter, room.them.why = "cancelled", why
        room.changes(case_id, address="14 Oak Road")
        room.works(seconds=30)
        assert room.them.reasons == ["new", "update"]
    if how.endswith("later"):
        assert Service(room.desk, "Willow").sends(room.them.word("cancelled", why)).status_code == 200
    assert room.row.state == "refused"
    assert f"Palliative care team refused: {why}" in room.timeline
    assert [row.who for row in room.desk.rows(CallBack)] == ["hub_clinician"]
    if how.endswith("later"):
        assert {"Willow"} <= {line.actor_name for line in room.desk.rows(Timeline) if why in line.words}
    room.them.encounter, room.them.why, room.them.next = "planned", "", [503]
    room.does(f"/hand-overs/{room.row.key}/again")
    room.works(seconds=1)
    room.works(seconds=3)
    assert (room.row.state, room.sent[-1].attempts) == ("requested", 2)
    assert room.sent[-1].received_at is not None
    assert room.them.came[-1]["id"] == room.sent[-1].uid, (
        "what they refused is not taken for what is asked now"
    )
    assert len({key_of(one) for one in room.them.came}) == 1, f"the same referral of case {case_id}"


def test_s30_only_their_own_word_is_a_yes(room: Room) -> None:
    room.asks()
    room.works()
    assert Service(room.desk, "Somebody else").sends(room.them.word("in-progress")).status_code == 404
    willow = Service(room.desk, "Willow")
    assert willow.sends(room.them.word("planned")).status_code == 200
    assert room.row.state == "requested"
    assert willow.sends(room.them.word("in-progress")).status_code == 200
    assert (room.row.state, room.row.reference) == ("confirmed", "P-7")
    assert willow.sends(room.them.word("finished")).status_code == 200
    assert "Palliative care team says: finished" in room.timeline
    assert willow.sends(room.them.word("cancelled", "No bed.")).status_code == 200
    assert "referral_untold" in [alarm.kind for alarm in room.desk.rows(Alarm) if alarm.over_at is None]


def test_s30_who_stays_away_is_rung_by_a_human_when_its_time_is_over(room: Room) -> None:
    room.them.next = [503] * 200
    room.asks()
    for _ in range(20):
        room.works(minutes=3.1)
    assert room.row.state == "timed_out"
    assert "hand_over" in [alarm.kind for alarm in room.desk.rows(Alarm)]
    assert room.desk.rows(CallBack)
    room.works(minutes=3)
    tried = len(room.them.tries)
    room.works(minutes=30)
    assert len(room.them.tries) == tried, "nothing arrives behind the back of whoever rings them"
    assert room.sent[0].given_up_at is not None


@pytest.mark.parametrize("how", ["sealed", "objected", "no address"])
def test_s18_what_may_not_go_by_message_is_told_by_a_human(room: Room, how: str) -> None:
    case_id = room.asks()
    with room.desk.hub.db.write() as session:
        case = session.get_one(Case, case_id)
        if how == "sealed":
            case.sealed = True
        elif how == "objected":
            now = room.desk.clock.now()
            whom = room.row.to
            consents.record(session, case, Purpose.sharing, Said.objected, "by phone", now, HUB, whom)
    if how == "no address":
        room.desk.hub.services = ()
    room.works()
    assert room.them.tries == []
    assert room.row.state == "requested"
    assert any("could not be sent this hand-over" in words for words in room.words())


def test_s30_whoever_cannot_be_reached_by_message_is_rung_instead(room: Room) -> None:
    room.them.next = [503] * 200
    case_id = room.asks()
    room.works()
    assert "Ring them instead" in room.priya.get(f"/cases/{case_id}").text
    room.does(f"/hand-overs/{room.row.key}/by-telephone")
    assert room.priya.post(f"/api/hand-overs/{room.row.key}/by-telephone", json={}).status_code == 409
    panel = room.priya.get(f"/cases/{case_id}").text
    assert "the hub dials" in panel
    assert "Ring them instead" not in panel
    for _ in range(20):
        room.works(minutes=3.1)
    assert (len(room.them.tries), room.row.state) == (1, "timed_out"), "S30: its time goes on"
    room.does(f"/hand-overs/{room.row.key}/again")
    room.works(minutes=1)
    assert (len(room.them.tries), len(room.sent), room.row.state) == (1, 1, "requested")
