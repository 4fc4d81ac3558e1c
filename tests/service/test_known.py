"""What we know, over HTTP: nothing before two identifiers are read back (S14), each line with its source and age."""

import re
from datetime import timedelta
from typing import Any

import pytest

from hub.audit import Audit
from records.model import Assessment, Case, Timeline
from tests.desk import Desk, entry, types
from triage.versions import so_far

MAUREEN = {"person_name": "Maureen Doyle", "born": "3/7/1941", "nhs_number": "999 000 0018"}
HOME = {"address": "12 Oak Road", "postcode": "LS8 2AB"}
BY_NAME, BY_NUMBER = "person_name, born", "person_name, nhs_number"


def call(desk: Desk, **typed: str) -> int:
    number: int = desk.does("/api/calls/new")["call"]
    if typed:
        types(desk, number, *(entry(field, value) for field, value in typed.items()))
    return number


def read_back(desk: Desk, number: int, which: str = BY_NAME) -> None:
    types(desk, number, entry("read_back", which))


def begin(desk: Desk, number: int, **answers: Any) -> int:
    case = desk.rows(Case)[-1].id
    row: int = desk.does(f"/api/cases/{case}/assessments", {"protocol": "fall-at-home"})["view"]["assessment"]
    for question, answer in answers.items():
        desk.does(f"/api/assessments/{row}/answer", {"question": question, "answer": answer})
    return row


def knows(desk: Desk, number: int) -> str:
    answer = desk.jay.get(f"/calls/{number}/known")
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def before(desk: Desk, days: int = 8, said: str = "yes", caller: str = "Janet Doyle", **typed: str) -> None:
    """A call about Maureen, `days` ago, in which somebody said whether she takes a blood thinner."""
    number = call(desk, **{**MAUREEN, **HOME, "caller_name": caller, "caller_relation": "daughter", **typed})
    begin(desk, number, hit_head="yes", thinners=said)
    desk.does(f"/api/calls/{number}/end")
    desk.clock.at += timedelta(days=days)


def test_nothing_of_it_before_two_are_read_back_and_all_of_it_after(desk: Desk) -> None:
    """S14."""
    before(desk, access_words="key under the pot", talk_words="deaf in the left ear", need="fall")
    number = call(desk)
    assert "Not looked up yet" in knows(desk, number)
    types(desk, number, *(entry(field, value) for field, value in {**MAUREEN, **HOME}.items()))
    locked = knows(desk, number)
    assert "1 earlier case may be this person. Read back two identifiers to see it." in locked
    for clinical in ("blood thinner", "deaf", "pot", "fall", "Janet"):
        assert clinical not in locked
    assert [row for row in desk.rows(Audit) if row.action == "past_looked_at"] == []
    read_back(desk, number)
    shown = knows(desk, number)
    assert re.search(
        r"Takes a blood thinner or bleeds easily Janet Doyle, daughter · \d+ \w+, 8 days ago", shown
    )
    assert "deaf in the left ear" in shown
    assert "key under the pot" in shown
    assert "Last call: fall" in shown
    knows(desk, number)
    looks = [(row.subject, row.actor) for row in desk.rows(Audit) if row.action == "past_looked_at"]
    assert len(looks) == 1, "a look is kept once while it lasts"
    types(desk, number, entry("born", "3/7/1942"))
    assert "blood thinner" not in knows(desk, number), "another date of birth: nothing more is shown"


@pytest.mark.parametrize(
    ("typed", "which", "sees", "why"),
    [
        (
            {"nhs_number": "999 000 0018", "person_name": "Maureen Doyle"},
            BY_NUMBER,
            True,
            "the same NHS number",
        ),
        (
            {"person_name": "maureen  doyle", "born": "3/7/1941"},
            BY_NAME,
            True,
            "the same name and date of birth",
        ),
        ({**MAUREEN, "nhs_number": "943 476 5919"}, BY_NAME, False, "another NHS number speaks against it"),
        ({**MAUREEN, "born": "3/7/1942"}, BY_NUMBER, False, "another date of birth speaks against it"),
        (
            {"nhs_number": "999 000 0018", "person_name": "Tom Hill", **HOME, "address": "1 Elm Close"},
            "person_name, address",
            False,
            "nothing that was read back says so: the number may be mistyped",
        ),
    ],
)
def test_whose_past_it_is(desk: Desk, typed: dict[str, str], which: str, *, sees: bool, why: str) -> None:
    before(desk)
    number = call(desk, **typed)
    read_back(desk, number, which)
    begin(desk, number)
    assert ("blood thinner" in knows(desk, number)) == sees, why
    assert bool(desk.rows(Assessment)[-1].facts) == sees, why
    if not sees:
        assert "1 more looks like this person" in knows(desk, number)


@pytest.mark.parametrize(
    ("where", "sees"),
    [
        (HOME, True),
        (HOME | {"address": "12 oak rd, Leeds"}, True),
        ({"address": "14 Elm Close", "postcode": "LS8 2AB"}, False),
        ({}, False),
    ],
)
def test_how_to_get_in_belongs_to_the_address(desk: Desk, where: dict[str, str], *, sees: bool) -> None:
    """S15."""
    before(desk, access_words="key under the pot")
    number = call(desk, **MAUREEN, **where)
    read_back(desk, number)
    shown = knows(desk, number)
    assert ("key under the pot" in shown) == sees
    assert ("1 access note for another address" in shown) == (not sees)


def test_two_who_said_different_things_both_stand_there_and_the_worse_counts(desk: Desk) -> None:
    before(desk, days=3, said="yes")
    before(desk, days=8, said="no", caller="Ada Quinn", caller_relation="neighbour")
    number = call(desk, **MAUREEN)
    read_back(desk, number)
    shown = knows(desk, number)
    assert "Janet Doyle, daughter" in shown
    assert "Takes no blood thinner Ada Quinn, neighbour" in shown
    begin(desk, number)
    fact = desk.rows(Assessment)[-1].facts["thinners"]
    assert fact["answer"] == "yes"
    assert " by Janet Doyle, daughter; no on " in fact["words"]


def test_a_fact_raises_is_named_and_is_run_again_as_it_was(desk: Desk) -> None:
    """S8: the read-back comes while the questions are asked; what is learnt later changes nothing that is finished."""
    before(desk)
    number = call(desk, **MAUREEN)
    row = begin(desk, number, hit_head="yes", thinners="no")
    stamp = desk.does_get(f"/api/calls/{number}/state")["stamp"]
    read_back(desk, number)
    assert desk.does_get(f"/api/calls/{number}/state")["stamp"] != stamp, "the page shows it anew"
    view = desk.does_get(f"/api/assessments/{row}")["view"]
    assert view["is_999"]
    assert any("takes a blood thinner or bleeds easily (said on " in words for words in view["because"])
    shown = next(one for one in view["answered"] if one["question"] == "thinners")
    assert (shown["words"], "the worse counts" in shown["known"]) == ("no", True)
    facts = [line.words for line in desk.rows(Timeline) if line.event == "facts"]
    assert [words[:28] for words in facts] == ["Known from earlier cases, an"]
    desk.does(f"/api/assessments/{row}/finish")
    finished = desk.rows(Assessment)[-1]
    assert "(said on " in str(finished.because)
    with desk.hub.db.write() as session:
        earlier = session.get_one(Assessment, desk.rows(Assessment)[0].id)
        earlier.answers = {**earlier.answers, "thinners": "no"}
        session.add(earlier)
    with desk.hub.db.read() as session:
        again = so_far(session, desk.app.state.library, session.get_one(Assessment, finished.id))[2]
    assert again.priority == finished.priority == "emergency_999"


def test_it_is_not_asked_what_is_known_but_shown_where_it_comes_from(desk: Desk) -> None:
    before(desk)
    number = call(desk, **MAUREEN)
    read_back(desk, number)
    row = begin(desk, number, hit_head="yes")
    view = desk.does_get(f"/api/assessments/{row}?ask=thinners")["view"]
    assert "yes on " in view["asked"]["known"]
    html = desk.jay.get(f"/calls/{number}/view?ask=thinners&need={row}").json()["html"]
    assert "999" in html
    shown = next(one for one in view["answered"] if one["question"] == "thinners")
    assert shown["words"] == "yes"
    assert "confirm when you can" in shown["known"]


def test_a_fact_of_somebody_else_counts_no_more(desk: Desk) -> None:
    """S14: the read-back is taken away, and with it what was known."""
    before(desk)
    number = call(desk, **MAUREEN)
    read_back(desk, number)
    row = begin(desk, number, hit_head="yes")
    assert desk.does_get(f"/api/assessments/{row}")["view"]["is_999"]
    types(desk, number, entry("person_name", "Mary Doyle"))
    assert desk.rows(Assessment)[-1].facts is None
    assert not desk.does_get(f"/api/assessments/{row}")["view"]["is_999"]


def test_the_list_is_bounded_and_says_how_much_there_is(desk: Desk) -> None:
    for _ in range(7):
        before(desk, days=20)
    desk.clock.at += timedelta(days=400)
    before(desk)
    number = call(desk, **MAUREEN)
    read_back(desk, number)
    shown = knows(desk, number)
    assert shown.count("not over:") == 5
    assert "and 3 older" in shown
    desk.clock.at += timedelta(days=729)
    assert "Takes a blood thinner" in shown
    assert "Nothing is known of this person here. and 8 older" in knows(desk, number)


def test_a_wrong_number_and_nothing_known(desk: Desk) -> None:
    number = call(desk, **MAUREEN)
    assert "No earlier case has this NHS number" in knows(desk, number)
    read_back(desk, number)
    assert "Nothing is known of this person here" in knows(desk, number)


def test_who_may_see_it_sees_it_beside_the_case(desk: Desk) -> None:
    """S18: where safeguarding is marked it says so to those who act on it, and to nobody else anything at all."""
    before(desk, safeguarding="yes")
    number = call(desk, **MAUREEN)
    read_back(desk, number)
    assert "Safeguarding was marked: read nothing of this out" in knows(desk, number)
    case = desk.rows(Case)[-1].id
    panel = desk.person("Priya Nair").get(f"/cases/{case}/panel").text
    assert "What we know of them" in panel
    assert "Takes a blood thinner" in panel
