"""A call over HTTP: answered once, typed down, asked about, disposed. What cannot be used is said, and never a 500."""

import uuid
from typing import Any

import httpx
import pytest

from hub.outbox import Effect
from records.model import Call, CallBack, Case, HandOver, Position, Timeline
from tests.desk import Desk, entry, types
from tests.story import BEST_ANSWERS, LIFT, VISIT
from triage import calls
from triage.model import Answered, Entry

# --- the call ---------------------------------------------------------------------------------------------------------


def test_two_hands_reach_for_a_call_and_one_has_it(desk: Desk) -> None:
    call, mina = desk.rings(), desk.person("Mina Patel")
    listed = desk.jay.get("/calls/state").json()
    assert [one["number"] for one in listed["ringing"]] == ["0113 496 0812"]
    assert mina.post(f"/api/calls/{call}/answer", json={}).status_code == 200
    said = desk.does(f"/api/calls/{call}/answer", status=409)
    assert said["problem"] == "Mina Patel has taken it."
    assert len(desk.rows(Case)) == 1, "the loser leaves no case behind"
    assert [one["id"] for one in mina.get("/calls/state").json()["mine"]] == [call]


def test_ending_a_call_twice_is_said(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    desk.does(f"/api/calls/{call}/end")
    desk.does(f"/api/calls/{call}/end", status=409)
    assert "nobody has answered" in desk.does(f"/api/calls/{desk.rings()}/end", status=409)["problem"].lower()


def test_a_dropped_line_is_told_with_what_now_holds(desk: Desk) -> None:
    call, _ = desk.assessed({"breathing": "yes", "rousable": "awake"})
    with desk.hub.db.write() as session:
        row = calls.call_of(session, desk.place, call)
        calls.drop(session, desk.app.state.library, row, desk.clock.now())
    state = desk.jay.get(f"/api/calls/{call}/state").json()
    assert state["state"] == "dropped"
    assert any("call handler rings back by 14:05" in line for line in state["case"]["holds"])
    html = desk.jay.get(f"/calls/{call}/view").json()["html"]
    assert "The line went dead at 14:00" in html
    back = desk.jay.get("/calls/state").json()["call_backs"]
    assert [(one["why"], one["call"]) for one in back] == [("the line went dead", call)]


# --- what is typed ----------------------------------------------------------------------------------------------------


def test_typed_twice_it_is_saved_once_and_the_last_stands(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    first, second = entry("address", "12 Oak"), entry("address", "12 Oak Road")
    types(desk, call, first, second)
    types(desk, call, first)  # the page did not hear of it and sends it again
    assert [row.value for row in desk.rows(Entry)] == ["12 Oak", "12 Oak Road"]
    assert desk.rows(Case)[0].address == "12 Oak Road"


def test_what_cannot_be_used_is_kept_said_and_said_again_on_the_page(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    wrong = entry("nhs_number", "999 000 0019")
    said = types(desk, call, wrong, entry("postcode", "ls82ab"))
    assert set(said["look_again"]) == {"nhs_number"}
    assert types(desk, call, wrong)["look_again"] == said["look_again"], "sent twice it is said twice"
    case = desk.rows(Case)[0]
    assert (case.nhs_number, case.postcode) == (None, "LS8 2AB")
    page = desk.jay.get(f"/calls/{call}", headers={"accept": "text/html"}).text
    assert 'value="999 000 0019"' in page
    assert said["look_again"]["nhs_number"] in page
    assert types(desk, call, entry("nhs_number", "999 000 0018"))["look_again"] == {}
    assert desk.rows(Case)[0].nhs_number == "9990000018"


@pytest.mark.parametrize(
    "name",
    [
        "Zoë 👩🏽‍🦽 O’Brien",
        "محمد بن سلمان",
        "יעל \u202eכהן",
        "𝒜𝓃𝓃𝒶",
        "<b>Ann</b>",
        "a\u0000b",
        "'; DROP TABLE case_",
    ],
)
def test_every_name_is_a_name(desk: Desk, name: str) -> None:
    call = desk.does("/api/calls/new")["call"]
    types(desk, call, entry("person_name", name))
    assert desk.rows(Case)[0].person_name == name.replace("\u0000", "")
    page = desk.jay.get(f"/calls/{call}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "<b>Ann</b>" not in page.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"entries": []},
        {"entries": [entry("state", "closed")]},
        {"entries": [entry("address", "x" * 2001)]},
        {"entries": [entry("address", "x", extra=1)]},
        {"entries": [{**entry("address", "x"), "id": "?"}]},
        {"entries": [entry("address", "x", typed_at="yesterday")]},
        {"entries": [entry("address", "x", typed_at="2026-03-04T14:00:00")]},
        {"entries": [entry("address", "x", typed_at="0001-01-01T00:00:00+14:00")]},
        {"entries": [entry("address", "x")] * 201},
        [],
        "words",
    ],
)
def test_a_bad_body_is_refused_with_words(desk: Desk, body: Any) -> None:
    call = desk.does("/api/calls/new")["call"]
    assert "nothing was changed" in desk.does(f"/api/calls/{call}/typed", body, 422)["problem"]


def test_half_an_emoji_is_kept_as_far_as_it_goes(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    raw = b'{"entries":[{"id":"12345678","field":"address","value":"Oak \\ud83d Road \\ud83d\\ude00"}]}'
    answer = desk.jay.post(
        f"/api/calls/{call}/typed", content=raw, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 200
    assert desk.rows(Case)[0].address == "Oak \ufffd Road 😀"


@pytest.mark.parametrize("number", ["0", "-1", "99999", "99999999999999999999", "x"])
def test_there_is_no_such_call(desk: Desk, number: str) -> None:
    for path in (
        f"/api/calls/{number}/typed",
        f"/api/calls/{number}/end",
        f"/api/assessments/{number}/finish",
    ):
        answer = desk.jay.post(path, json={"entries": [entry("address", "x")]} if "typed" in path else {})
        assert answer.status_code in (404, 422), path
    for path in (f"/api/calls/{number}/state", f"/calls/{number}", f"/calls/{number}/view"):
        assert desk.jay.get(path).status_code in (404, 422), path


def test_a_call_that_still_rings_takes_no_words(desk: Desk) -> None:
    call = desk.rings()
    assert "Answer the call first" in types(desk, call, entry("address", "x"), status=409)["problem"]
    assert desk.jay.get(f"/calls/{call}").headers["location"] == "/calls"


def test_a_note_is_kept_once(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    for _ in range(2):
        desk.does(f"/api/calls/{call}/note", {"words": "Dog: Bess, friendly", "id": str(uuid.uuid4())})
    notes = [line.words for line in desk.rows(Timeline) if line.event == "note"]
    assert notes == ["Dog: Bess, friendly"]
    desk.does(f"/api/calls/{call}/note", {"words": "  "}, 422)


# --- questions and answers --------------------------------------------------------------------------------------------


def test_one_question_at_a_time_with_what_it_means_so_far(desk: Desk) -> None:
    _, number = desk.assessed({"breathing": "yes"})
    view = desk.jay.get(f"/api/assessments/{number}").json()["view"]
    assert view["asked"]["id"] == "rousable"
    assert [choice["key"] for choice in view["asked"]["choices"]] == ["1", "2", "3", "u"]
    assert view["provisional"] is True
    assert view["asked"]["nth"] == 2
    assert [one["label"] for one in view["would"]][:1] == ["999 NOW"]


def test_an_answer_is_changed_looked_at_and_taken_back_and_all_is_kept(desk: Desk) -> None:
    _, number = desk.assessed({"breathing": "yes", "rousable": "awake", "bleeding": "no"})
    seen = desk.jay.get(f"/api/assessments/{number}", params={"ask": "rousable"}).json()["view"]
    assert (seen["asked"]["id"], seen["reviewing"], seen["back"]) == ("rousable", True, "breathing")
    desk.does(f"/api/assessments/{number}/answer", {"question": "rousable", "answer": "unknown"})
    back = desk.does(f"/api/assessments/{number}/answer", {"question": "rousable", "answer": None})
    assert back["view"]["asked"]["id"] == "rousable"
    kept = [row.answer for row in desk.rows(Answered) if row.question == "rousable"]
    assert kept == ["awake", "unknown", None]


def test_an_answer_sent_again_late_changes_nothing(desk: Desk) -> None:
    _, number = desk.assessed()
    first = {"question": "breathing", "answer": "no", "id": str(uuid.uuid4())}
    desk.does(f"/api/assessments/{number}/answer", first)
    desk.does(f"/api/assessments/{number}/answer", {"question": "breathing", "answer": "yes"})
    again = desk.does(f"/api/assessments/{number}/answer", first)
    assert again["view"]["answered"][0]["words"] == "yes"
    assert len(desk.rows(Answered)) == 2


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("breathing", "perhaps"),
        ("breathing", True),
        ("breathing", 1),
        ("breathing", ["yes"]),
        ("breathing", "y" * 101),
        ("nothing", "yes"),
        ("", "yes"),
        ("floor_time", -5),
        ("floor_time", 10**400),
        ("floor_time", 1e300),
        ("floor_time", "many"),
        ("floor_time", "9" * 90),
        ("floor_time", {"min": 3}),
    ],
)
def test_an_answer_that_fits_no_question_is_refused(desk: Desk, question: str, answer: Any) -> None:
    call, number = desk.assessed()
    body = {"question": question, "answer": answer}
    assert desk.does(f"/api/assessments/{number}/answer", body, 422)["problem"]
    desk.does(f"/calls/{call}/answer", {**body, "assessment": number}, 422)
    assert desk.rows(Answered) == []


def test_not_a_number_is_refused(desk: Desk) -> None:
    _, number = desk.assessed()
    raw = b'{"question":"floor_time","answer":NaN}'
    answer = desk.jay.post(
        f"/api/assessments/{number}/answer", content=raw, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422


def test_the_page_gets_its_next_question_in_one_round_trip(desk: Desk) -> None:
    call, number = desk.assessed()
    said = desk.does(
        f"/calls/{call}/answer", {"assessment": number, "question": "breathing", "answer": "yes"}
    )
    assert "How awake?" in said["html"]
    assert said["saved_at"]
    other, _ = desk.assessed()
    desk.does(f"/calls/{other}/answer", {"assessment": number, "question": "breathing", "answer": "yes"}, 404)


@pytest.mark.parametrize(("answer", "words"), [("no", "Say exactly"), ("unknown", "could not be ruled out")])
def test_a_red_flag_takes_over_and_so_does_what_cannot_be_ruled_out(
    desk: Desk, answer: str, words: str
) -> None:
    call, number = desk.assessed()
    body = {"assessment": number, "question": "breathing", "answer": answer}
    html = desk.does(f"/calls/{call}/answer", body)["html"]
    assert 'role="alertdialog"' in html
    assert words in html
    assert "start chest compressions" in html
    asked = desk.does(f"/api/assessments/{number}/999", {"dialled_by": "caller"})
    again = desk.does(f"/api/assessments/{number}/999", {"dialled_by": "caller"})
    assert asked["hand_over"] == again["hand_over"]
    assert [(row.to, row.dialled_by) for row in desk.rows(HandOver)] == [("999", "caller")]
    html = desk.jay.get(f"/calls/{call}/view").json()["html"]
    assert "alertdialog" not in html
    assert "start chest compressions" in html, "the words stay to be said"
    desk.does(f"/api/hand-overs/{asked['hand_over']}/confirm", {"reference": "YAS-1"})
    assert "YAS-1" in desk.jay.get(f"/calls/{call}/view").json()["html"]


def test_an_excused_unknown_goes_to_a_clinician_and_takes_nothing_over(desk: Desk) -> None:
    answers = {**BEST_ANSWERS, "hit_head": "yes", "thinners": "unknown"}
    _, number = desk.assessed(
        {key: answers[key] for key in answers if key not in ("where", "pain", "mobility")}
    )
    view = desk.jay.get(f"/api/assessments/{number}").json()["view"]
    assert (view["label"], view["takes_over"]) == ("CLINICIAN 20 MIN", [])
    assert [flag["certain"] for flag in view["flags"]] == [False]


def test_nobody_can_commit_before_the_questions_are_answered(desk: Desk) -> None:
    _, number = desk.assessed({"breathing": "yes"})
    assert "Not finished" in desk.does(f"/api/assessments/{number}/finish", status=422)["problem"]


def test_a_finished_fall_is_put_to_work(desk: Desk) -> None:
    call, number = desk.assessed({**BEST_ANSWERS, **LIFT})
    said = desk.does(f"/api/assessments/{number}/finish")
    assert (said["view"]["state"], said["view"]["provisional"]) == ("finished", False)
    assert sorted(row.kind for row in desk.rows(Position)) == ["falls_responder", "nurse"]
    assert {row.kind for row in desk.rows(Effect)} == {"sms"}, "whoever comes first has been asked by then"
    state = desk.jay.get(f"/api/calls/{call}/state").json()
    assert state["case"]["headline"] == "A nurse is being looked for"
    assert state["case"]["label"] == "1 HOUR"
    desk.does(f"/api/assessments/{number}/finish", status=409)
    late = {"question": "pain", "answer": "severe"}
    assert "finished" in desk.does(f"/api/assessments/{number}/answer", late, 409)["problem"]


def test_breaking_off_says_why_and_leaves_something_owed(desk: Desk) -> None:
    call, number = desk.assessed({"breathing": "yes"})
    desk.does(f"/api/assessments/{number}/break-off", {"why": " "}, 422)
    desk.does(f"/api/calls/{call}/end")
    desk.does(f"/api/assessments/{number}/break-off", {"why": "They put the phone down"})
    assert [row.who for row in desk.rows(CallBack)] == ["handler"]


def test_beginning_twice_goes_on_with_the_first(desk: Desk) -> None:
    _, number = desk.assessed({**BEST_ANSWERS, **VISIT})
    case = desk.rows(Case)[0].id
    again = desk.does(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})
    assert again["view"]["assessment"] == number
    desk.does(f"/api/cases/{case}/assessments", {"protocol": "nothing"}, 404)
    desk.does("/api/cases/99999/assessments", {"protocol": "fall-at-home"}, 404)


def test_only_a_clinician_releases_a_visit_that_waits_for_999(desk: Desk) -> None:
    _, number = desk.assessed({**BEST_ANSWERS, **LIFT})
    desk.does(f"/api/assessments/{number}/answer", {"question": "leg", "answer": "yes"})
    desk.does(f"/api/assessments/{number}/finish", {"dialled_by": "caller"})
    held = [row for row in desk.rows(Position) if row.held_for_999]
    assert held
    path = f"/api/positions/{held[0].id}/release"
    desk.does(path, status=403)
    amara = desk.person("Amara Obi")
    assert amara.post(path, json={}).status_code == 200
    assert amara.post(path, json={}).status_code == 409


@pytest.mark.parametrize("who", ["Priya Nair", "Ana Reid", "Ruth Adeyemi"])
def test_the_call_screen_is_for_those_who_take_calls(desk: Desk, who: str) -> None:
    call, number = desk.assessed()
    other = desk.person(who)
    assert other.get(f"/calls/{call}").status_code == 403
    assert other.post(f"/api/assessments/{number}/finish", json={}).status_code == 403
    assert other.get("/calls/state").status_code == 403


def test_nothing_is_done_without_the_proof(desk: Desk) -> None:
    call, number = desk.assessed()
    del desk.jay.headers["x-csrf-token"]
    sent: list[tuple[str, Any]] = [
        ("/api/calls/new", {}),
        (f"/api/calls/{call}/typed", {"entries": [entry("address", "x")]}),
        (f"/api/assessments/{number}/999", {"dialled_by": "hub"}),
        (f"/calls/{call}/answer", {"assessment": number, "question": "breathing", "answer": "yes"}),
    ]
    for path, body in sent:
        answer: httpx.Response = desk.jay.post(path, json=body)
        assert answer.status_code == 403, path
    assert len(desk.rows(Call)) == 1


def test_a_place_is_found_from_a_few_letters(desk: Desk) -> None:
    """Nearest to Leeds first, where the training place is; eight at most, and whatever is typed never a fault."""
    said = desk.does("/api/places", {"typed": "ls8 2a"})
    assert said["choices"][1] == {"postcode": "LS8 2AB", "where": "near Chapel Allerton"}
    assert len(said["choices"]) == 8
    assert desk.does("/api/places", {"typed": "yor"})["choices"][0] == {"postcode": "YO1", "where": "York"}
    assert desk.does("/api/places", {"typed": "ZZ9 9ZZ"}) == {"choices": [], "is_unlisted": True}
    for odd in ("", "😀", "\x00", "x" * 2000):
        assert desk.does("/api/places", {"typed": odd}) == {"choices": [], "is_unlisted": False}
    desk.does("/api/places", {"typed": "x" * 10_000}, status=422)
    assert desk.person("Ana Reid").post("/api/places", json={"typed": "LS8"}).status_code == 403


def test_a_postcode_that_is_in_no_list_is_kept_as_typed(desk: Desk) -> None:
    call = desk.does("/api/calls/new")["call"]
    assert types(desk, call, entry("postcode", "zz99 9zz"))["look_again"] == {}
    assert desk.rows(Case)[0].postcode == "ZZ99 9ZZ"
