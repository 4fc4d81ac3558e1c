"""How a case ends other than by a visit: each way over HTTP, what it asks, and what it refuses in a sentence."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import Session

from dispatch.model import Offer
from hub.outbox import Effect
from protocols.house import WELFARE_CALLS
from records import advice, alarms, refusals, store
from records.dependants import NEVER_ASKED
from records.model import Call, CallBack, Case, CaseState, HandOver, Hold, Position, Task, Timeline
from records.service import set_priority, take
from records.store import row
from tests.desk import Desk
from tests.story import BEST_ANSWERS, VISIT
from workers.jobs import INSIDE
from workers.ticker import ALONE

ROOT = Path(__file__).resolve().parents[2]
MIN = timedelta(minutes=1)
NO = {
    "refuser": "person",
    "capacity": "yes",
    "understood": "She knows that she may lie there again.",
    "risks": "Another fall, lying on the floor.",
    "ring": "Us, or 999.",
}


def taken(desk: Desk) -> dict[str, int]:
    new: dict[str, int] = desk.does("/api/calls/new")
    return new


def visited(desk: Desk, answers: dict[str, Any] = VISIT) -> tuple[int, int]:
    """A fall up to its disposition: the numbers of the call and the case."""
    call, assessment = desk.assessed(BEST_ANSWERS | answers)
    desk.does(f"/api/assessments/{assessment}/finish")
    return call, desk.rows(Case)[-1].key


def the(desk: Desk, kind: type[Any], *, live: bool = False) -> list[Any]:
    case = desk.rows(Case)[-1]
    with desk.hub.db.read() as session:
        return store.rows_of(session, kind, case.key, live=live)


def raised(desk: Desk) -> list[str]:
    with desk.hub.db.read() as session:
        return [alarm.kind for alarm in alarms.live(session, desk.place)]


def fires(desk: Desk, kind: str, row_id: int) -> None:
    with desk.hub.db.write() as session:
        ALONE[kind](session, row_id, desk.clock.now())


def lowered(desk: Desk, priority: str) -> None:
    """As a clinician would leave it."""

    def act(session: Session) -> None:
        case = take(session, desk.rows(Case)[-1].key, desk.clock.now())
        target = desk.app.state.library.house.priority(priority).target_min
        set_priority(session, case, priority, target, WELFARE_CALLS, desk.clock.now())

    with desk.hub.db.write() as session:
        act(session)


# --- wrong number -----------------------------------------------------------------------------------------------------


def test_a_wrong_number_leaves_nothing_owed(desk: Desk) -> None:
    new = taken(desk)
    said = desk.does(f"/api/cases/{new['case']}/wrong-number", {"call": new["call"]})
    assert said["closed"], said
    (case,) = desk.rows(Case)
    assert (case.state, case.outcome) == (CaseState.closed, "wrong_number")
    assert desk.rows(Call)[0].state == "ended"


def test_a_protocol_begun_for_a_wrong_number_is_no_longer_owed(desk: Desk) -> None:
    call, _ = desk.assessed({"breathing": "yes"})
    case = desk.rows(Case)[-1].key
    assert desk.does(f"/api/cases/{case}/wrong-number", {"call": call})["closed"]


@pytest.mark.parametrize(
    ("answers", "finished", "why"),
    [
        ({"breathing": "no"}, False, "red flag"),
        ({"breathing": "unknown"}, False, "red flag"),
        (BEST_ANSWERS | VISIT, True, "a visit has been asked for"),
    ],
)
def test_what_has_begun_is_no_wrong_number(
    desk: Desk, answers: dict[str, Any], finished: bool, why: str
) -> None:
    """S6: unknown is never no; a life threat is not closed by one key."""
    call, assessment = desk.assessed(answers)
    case = desk.rows(Case)[-1].key
    if finished:
        desk.does(f"/api/assessments/{assessment}/finish")
    said = desk.does(f"/api/cases/{case}/wrong-number", {"call": call}, 409)
    assert why in said["problem"]
    assert desk.rows(Case)[-1].state is CaseState.open
    assert desk.rows(Call)[-1].state == "on_line"


# --- advice -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def advising(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    """A house in which the mildest fall comes to advice."""
    folder = tmp_path / "protocols"
    shutil.copytree(ROOT / "protocols", folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    fall = folder / "triage" / "fall-at-home.yaml"
    words = fall.read_text()
    milder = words.replace("priority: two_days", "priority: advice").replace(
        "positions: [therapist]", "positions: []"
    )
    assert milder != words
    fall.write_text(milder.split("\nexamples:")[0] + "\n")
    opened = Desk(tmp_path, sqlite_url, protocols=folder)
    yield opened
    opened.hub.db.close()


def test_advice_ends_it_when_every_sentence_is_said(advising: Desk) -> None:
    call, case = visited(advising, {})
    path = f"/api/cases/{case}/advice"
    said = advising.does(path, {"call": call, "said": []}, 422)
    assert "Ring again if anything changes." in said["problem"]
    due = ["Ring again if anything changes.", *advising.app.state.library.house.safety_net]
    assert "not ticked" in advising.does(path, {"call": call, "said": due[:-1]}, 422)["problem"].lower()
    assert advising.rows(Call)[-1].state == "on_line", "nothing was changed"
    assert advising.does(path, {"call": call, "said": due})["closed"]
    with advising.hub.db.read() as session:
        kept = advice.of_case(session, case)
    assert [(one.words, one.by) for one in kept] == [(words, "Jay Osei") for words in due]
    assert advising.rows(Case)[-1].outcome == "advice"


@pytest.mark.parametrize("all_said", [True, False])
def test_advice_does_not_end_what_is_more_urgent(desk: Desk, all_said: bool) -> None:
    """S10: only a clinician lowers."""
    call, case = visited(desk)
    said = list(desk.app.state.library.house.safety_net) if all_said else []
    refused = desk.does(f"/api/cases/{case}/advice", {"call": call, "said": said}, 409)
    assert "2 HOURS" in refused["problem"]
    assert len(the(desk, Position, live=True)) == 1


def test_without_a_protocol_it_is_not_known_that_advice_is_enough(desk: Desk) -> None:
    new = taken(desk)
    refused = desk.does(f"/api/cases/{new['case']}/advice", {"call": new["call"], "said": []}, 409)
    assert "not known that advice is enough" in refused["problem"]


# --- declined (S21) ---------------------------------------------------------------------------------------------------


def test_a_person_who_can_decide_declines(desk: Desk) -> None:
    call, case = visited(desk)
    assert desk.does(f"/api/cases/{case}/declined", NO | {"call": call})["closed"]
    assert desk.rows(Case)[-1].outcome == "declined"
    assert [position.state for position in the(desk, Position)] == ["stood_down"]
    with desk.hub.db.read() as session:
        (kept,) = refusals.of_case(session, case)
    assert (kept.refuser, kept.capacity, kept.by, kept.ends_case) == ("person", "yes", "Jay Osei", True)
    words = " ".join(line.words for line in desk.rows(Timeline))
    assert "Another fall, lying on the floor." in words
    assert "If it gets worse they ring: Us, or 999." in words


@pytest.mark.parametrize("missing", ["understood", "risks", "ring"])
def test_a_refusal_says_everything(desk: Desk, missing: str) -> None:
    call, case = visited(desk)
    refused = desk.does(f"/api/cases/{case}/declined", NO | {missing: " ", "call": call}, 422)
    assert "Nothing was changed" in refused["problem"]
    assert the(desk, Position)[0].state == "offered"


def test_a_carer_cannot_refuse_for_a_person_who_can_decide(desk: Desk) -> None:
    call, case = visited(desk)
    body = NO | {"refuser": "carer", "refuser_name": "Janet Doyle", "call": call}
    refused = desk.does(f"/api/cases/{case}/declined", body, 422)
    assert "nobody else can refuse for them" in refused["problem"]
    assert the(desk, Position)[0].state == "offered"
    assert desk.rows(Case)[-1].outcome is None


@pytest.mark.parametrize("capacity", ["unknown", "no"])
@pytest.mark.parametrize("refuser", ["person", "carer"])
def test_where_it_is_not_sure_a_clinician_rings_and_everything_goes_on(
    desk: Desk, capacity: str, refuser: str
) -> None:
    call, case = visited(desk)
    body = NO | {"capacity": capacity, "refuser": refuser, "refuser_name": "Janet", "call": call}
    said = desk.does(f"/api/cases/{case}/declined", body)
    assert not said["closed"]
    assert "clinician" in said["said"]
    (back,) = the(desk, CallBack, live=True)
    assert back.who == "hub_clinician"
    assert the(desk, Position)[0].state == "offered"
    assert desk.rows(Case)[-1].outcome is None
    desk.does(f"/api/cases/{case}/declined", body | {"call": None})
    assert len(the(desk, CallBack, live=True)) == 1, "said twice, one call-back"


def test_in_danger_of_life_a_clinician_takes_the_refusal(desk: Desk) -> None:
    call, _assessment = desk.assessed({"breathing": "no"})
    case = desk.rows(Case)[-1].key
    assert not desk.does(f"/api/cases/{case}/declined", NO | {"call": call})["closed"]
    assert [back.who for back in the(desk, CallBack, live=True)] == ["hub_clinician"]
    amara = desk.person("Amara Obi")
    said = amara.post(f"/api/cases/{case}/declined", json=NO)
    assert said.status_code == 200, said.text
    assert said.json()["closed"]


# --- died (S28) -------------------------------------------------------------------------------------------------------


def test_a_death_stops_everything_and_lists_what_must_be_done(desk: Desk) -> None:
    call, case = visited(desk)
    desk.does(f"/api/cases/{case}/died", {"call": call, "words": " "}, 422)
    said = desk.does(f"/api/cases/{case}/died", {"call": call, "words": "Her daughter, at 13:50."})
    assert not said["closed"], "what must be done is still to do"
    assert [position.state for position in the(desk, Position)] == ["stood_down"]
    assert {effect.state for effect in desk.rows(Effect)} == {"void"}
    house = desk.app.state.library.house
    tasks = the(desk, Task, live=True)
    assert [task.words for task in tasks] == list(house.after_death(False)), "unknown is not expected"
    assert desk.rows(Case)[-1].breach_at is None
    desk.does(f"/api/calls/{call}/end")
    refused = desk.does(f"/api/tasks/{tasks[0].key}/done", {"words": ""}, 422)
    assert "who was told" in refused["problem"]
    for task in tasks:
        desk.does(f"/api/tasks/{task.key}/done", {"words": "The GP, 14:10."})
    assert (desk.rows(Case)[-1].state, desk.rows(Case)[-1].outcome) == (CaseState.closed, "died")


def test_an_expected_death_asks_for_other_things(desk: Desk) -> None:
    new = taken(desk)
    desk.does(f"/api/cases/{new['case']}/died", {"expected": "yes", "words": "The district nurse."})
    house = desk.app.state.library.house
    tasks = [task.words for task in the(desk, Task, live=True)]
    assert tasks == [*house.after_death(True), NEVER_ASKED], "S20: nor is anybody left alone with the dead"
    assert house.after_death(True) != house.after_death(False)


def test_another_open_case_of_the_same_person_alarms(desk: Desk) -> None:
    for _ in range(2):
        new = taken(desk)
        typed = {"id": f"nhs-{new['call']:08}", "field": "nhs_number", "value": "999 000 0018"}
        desk.does(f"/api/calls/{new['call']}/typed", {"entries": [typed]})
    desk.does(f"/api/cases/{new['case']}/died", {"words": "Her son."})
    assert "died" in raised(desk)


def test_another_open_case_of_the_same_person_asks_nobody_until_a_human_has_looked(desk: Desk) -> None:
    """S28: offers nobody has answered are taken back, somebody named is asked, and it never waits for good: the death
    may be somebody else's."""
    call, number = desk.assessed(BEST_ANSWERS | VISIT)
    desk.does(f"/api/assessments/{number}/finish")
    new = taken(desk)
    for one in (call, new["call"]):
        typed = {"id": f"nhs-{one:08}", "field": "nhs_number", "value": "999 000 0018"}
        desk.does(f"/api/calls/{one}/typed", {"entries": [typed]})
    (position,) = desk.rows(Position)
    assert position.state == "offered"
    desk.does(f"/api/cases/{new['case']}/died", {"words": "Her son."})
    (effect,) = [row for row in desk.rows(Effect) if row.kind == "other_died"]
    with desk.hub.db.write() as session:
        INSIDE["other_died"](session, cast(Any, None), effect, desk.clock.now())
    (position,) = desk.rows(Position)
    assert position.state == "open"
    assert {row.state for row in desk.rows(Offer)} == {"withdrawn"}
    (hold,) = desk.rows(Hold)
    assert (hold.state, hold.case_id) == ("held", position.case_id)
    (asked,) = [row for row in desk.rows(Task) if "has this person died" in row.words]
    assert asked.words.startswith(desk.rows(Case)[0].responsible_name)
    desk.clock.at = hold.until
    with desk.hub.db.write() as session:
        ALONE["hold"](session, hold.key, desk.clock.now())
    assert desk.rows(Position)[0].state == "offered", "and nobody stays without help by a wrong number"
    assert "hold" in raised(desk)


# --- another service (S30) --------------------------------------------------------------------------------------------


def test_a_referral_is_open_until_they_confirm(desk: Desk) -> None:
    new = taken(desk)
    path = f"/api/cases/{new['case']}/refer"
    assert "list" in desk.does(path, {"service": "the_moon", "why": "x"}, 422)["problem"]
    assert "Say in a few words" in desk.does(path, {"service": "gp", "why": " "}, 422)["problem"]
    asked = desk.does(path, {"service": "gp", "why": "Review of her medicines."})["hand_over"]
    desk.does(f"/api/calls/{new['call']}/end")
    assert desk.rows(Case)[-1].state is CaseState.open
    desk.does(f"/api/hand-overs/{asked}/confirm", {"reference": "Dr Shah, 14:20"})
    assert (desk.rows(Case)[-1].state, desk.rows(Case)[-1].outcome) == (CaseState.closed, "referred")


@pytest.mark.parametrize(("service", "minutes"), [("gp", 120), ("nhs_111", 20)])
def test_silence_or_a_no_puts_it_back_to_work(desk: Desk, service: str, minutes: int) -> None:
    new = taken(desk)
    start = desk.rows(Case)[-1].clock_start
    asked = desk.does(f"/api/cases/{new['case']}/refer", {"service": service, "why": "Review."})["hand_over"]
    assert the(desk, HandOver)[0].confirm_min == minutes
    fires(desk, "hand_over_unconfirmed", asked)
    title = desk.app.state.library.house.services[service].title
    (back,) = the(desk, CallBack, live=True)
    assert (back.who, back.why) == ("hub_clinician", f"{title} has not confirmed")
    desk.does(f"/api/hand-overs/{asked}/again")
    desk.does(f"/api/hand-overs/{asked}/refuse", {"why": "full"})
    assert len(the(desk, CallBack, live=True)) == 1
    assert desk.rows(Case)[-1].outcome is None
    assert desk.rows(Case)[-1].clock_start == start


def test_a_999_is_not_referred_elsewhere(desk: Desk) -> None:
    _, assessment = desk.assessed({"breathing": "no"})
    desk.does(f"/api/assessments/{assessment}/999", {"dialled_by": "hub"})
    case = desk.rows(Case)[-1].key
    refused = desk.does(f"/api/cases/{case}/refer", {"service": "gp", "why": "x"}, 409)
    assert "hand over to 999" in refused["problem"]


def test_handed_over_is_said_only_once_they_have_confirmed(desk: Desk) -> None:
    new = taken(desk)
    path = f"/api/cases/{new['case']}/outcome"
    assert "confirmed" in desk.does(path, {"outcome": "handed_over", "words": ""}, 422)["problem"]


# --- held -------------------------------------------------------------------------------------------------------------


def test_a_hold_waits_and_then_it_is_back_to_work(desk: Desk) -> None:
    call, case = visited(desk)
    desk.does(f"/api/calls/{call}/end")
    said = desk.does(f"/api/cases/{case}/hold", {"until": "1500", "why": "Her daughter comes home."})
    assert said["said"] == "Held until Wed 15:00; then it is back to work."
    assert desk.rows(Case)[-1].word == "held"
    (hold,) = the(desk, Hold, live=True)
    desk.clock.at += 60 * MIN
    fires(desk, "hold", hold.key)
    assert "hold" in raised(desk)
    assert desk.rows(Case)[-1].word == "offered"
    assert [task.words for task in the(desk, Task, live=True)] == ["Held until now: Her daughter comes home."]
    assert desk.rows(Effect)[-1].kind == "sms"


@pytest.mark.parametrize(
    ("until", "status", "why"),
    [
        ("tomorrow 9", 409, "It must be seen by Wed 16:00"),
        ("soon", 422, "Type a time"),
        ("25:00", 422, "Type a time"),
        ("today 0900", 422, "has passed"),
    ],
)
def test_a_time_that_may_not_be(desk: Desk, until: str, status: int, why: str) -> None:
    _, case = visited(desk)
    refused = desk.does(f"/api/cases/{case}/hold", {"until": until, "why": "x"}, status)
    assert why in refused["problem"]
    assert the(desk, Hold) == []


@pytest.mark.parametrize("priority", ["emergency_999", "clinician_20_min", "one_hour"])
def test_what_is_urgent_may_not_wait(desk: Desk, priority: str) -> None:
    _, case = visited(desk)
    lowered(desk, priority)
    refused = desk.does(f"/api/cases/{case}/hold", {"until": "1410", "why": "x"}, 409)
    assert "may not wait" in refused["problem"]


def test_what_is_not_triaged_may_not_wait_and_a_clinician_may_pass_the_breach(desk: Desk) -> None:
    new = taken(desk)
    path = f"/api/cases/{new['case']}/hold"
    assert "not known how urgent" in desk.does(path, {"until": "1500", "why": "x"}, 409)["problem"]
    _, case = visited(desk)
    amara = desk.person("Amara Obi")
    said = amara.post(f"/api/cases/{case}/hold", json={"until": "tomorrow 9", "why": "By choice."})
    assert said.status_code == 200, said.text


def test_asked_again_and_worse_it_waits_no_longer(desk: Desk) -> None:
    _call, case = visited(desk)
    desk.does(f"/api/cases/{case}/hold", {"until": "1500", "why": "x"})
    begun = desk.does(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})
    number = begun["view"]["assessment"]
    worse = BEST_ANSWERS | {"where": "on_floor", "floor_time": 20}
    for question, answer in worse.items():
        desk.does(f"/api/assessments/{number}/answer", {"question": question, "answer": answer})
    desk.does(f"/api/assessments/{number}/finish")
    assert the(desk, Hold, live=True) == []


def test_asked_about_again_it_is_open_again_on_its_old_clock(desk: Desk) -> None:
    """S1, S13: said to have died, and then somebody answers questions about them."""
    call, case = visited(desk)
    before = desk.rows(Case)[-1]
    desk.does(f"/api/cases/{case}/died", {"call": call, "words": "A neighbour."})
    assert desk.rows(Case)[-1].breach_at is None
    begun = desk.does(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})
    after = desk.rows(Case)[-1]
    assert (after.outcome, after.breach_at, after.clock_start) == (None, before.breach_at, before.clock_start)
    for question, answer in (BEST_ANSWERS | VISIT).items():
        body = {"question": question, "answer": answer}
        desk.does(f"/api/assessments/{begun['view']['assessment']}/answer", body)
    desk.does(f"/api/assessments/{begun['view']['assessment']}/finish")
    assert [row.state for row in the(desk, Position)] == ["stood_down", "offered"]


# --- duplicate, no capacity, the panel --------------------------------------------------------------------------------


def test_a_duplicate_goes_to_the_other_reference(desk: Desk) -> None:
    first, second = taken(desk), taken(desk)
    one, two = desk.rows(Case)
    path = f"/api/cases/{second['case']}/duplicate"
    assert "no case ZZZZ" in desk.does(path, {"ref": "zzzz"}, 422)["problem"]
    assert "very case" in desk.does(path, {"ref": two.ref}, 422)["problem"]
    said = desk.does(path, {"ref": one.ref.lower(), "call": second["call"]})
    assert said["case"] == first["case"]
    assert desk.rows(Call)[1].case_id == first["case"]
    assert desk.rows(Case)[1].outcome == "duplicate"


def test_the_more_urgent_one_goes_on(desk: Desk) -> None:
    first = taken(desk)
    desk.does(f"/api/calls/{first['call']}/end")
    call, case = visited(desk)
    desk.does(f"/api/calls/{call}/end")
    ref = desk.rows(Case)[0].ref
    assert "more urgent" in desk.does(f"/api/cases/{case}/duplicate", {"ref": ref}, 409)["problem"]
    other = desk.rows(Case)[1].ref
    desk.does(f"/api/cases/{first['case']}/duplicate", {"ref": other})
    assert (desk.rows(Case)[0].state, desk.rows(Case)[0].linked_case_id) == (CaseState.closed, case)


def test_no_capacity_ends_nothing(desk: Desk) -> None:
    """S31."""
    _, case = visited(desk)
    for _ in range(2):
        said = desk.does(f"/api/cases/{case}/no-capacity", {"words": "Nobody until six."})
    assert "stays open" in said["said"]
    assert raised(desk).count("no_capacity") == 1
    assert [line.event for line in desk.rows(Timeline)].count("no_capacity") == 2, "counted each time"
    assert desk.rows(Case)[-1].state is CaseState.open


@pytest.mark.parametrize("outcome", ["advice", "declined", "died", "referred", "duplicate", "wrong_number"])
def test_the_panel_does_not_say_in_a_word_what_asks_for_more(desk: Desk, outcome: str) -> None:
    new = taken(desk)
    said = desk.does(f"/api/cases/{new['case']}/outcome", {"outcome": outcome, "words": "x"}, 422)
    assert "button of its own" in said["problem"]


def test_a_closed_case_ends_no_second_time(desk: Desk) -> None:
    new = taken(desk)
    desk.does(f"/api/cases/{new['case']}/wrong-number", {"call": new["call"]})
    for way, body in {
        "wrong-number": {},
        "advice": {"said": []},
        "declined": NO,
        "died": {"words": "x"},
        "refer": {"service": "gp", "why": "x"},
        "hold": {"until": "1500", "why": "x"},
        "no-capacity": {},
    }.items():
        said = desk.does(f"/api/cases/{new['case']}/{way}", body, 409)
        assert "closed" in said["problem"], way


def test_a_call_of_another_case_is_not_ended(desk: Desk) -> None:
    first, second = taken(desk), taken(desk)
    desk.does(f"/api/cases/{first['case']}/wrong-number", {"call": second["call"]}, 422)
    with desk.hub.db.read() as session:
        assert row(session, Call, second["call"], desk.place).state == "on_line"
