"""Who somebody is, put on their record by hand: numbers, addresses, and that they have died (S28)."""

from typing import Any, cast

import pytest
from sqlmodel import select

from hub.audit import Audit
from hub.outbox import Effect
from records import deaths
from records.alarms import Alarm
from records.contact_points import ContactPoint
from records.fhir.people import patient
from records.model import Call, Case, Outcome, Task
from records.people import store
from records.people.fact_model import Fact
from records.people.model import Identifier, Person, PersonAddress, PersonName, PersonNumber
from tests.desk import Desk
from tests.people import BY_NAME, MAUREEN, fact, linked_to, person, rung
from tests.service.test_people import finds, reads
from workers.jobs import INSIDE


def tells(desk: Desk, who: int, what: str, status: int = 200, **said: Any) -> str:
    answer = desk.does(f"/api/people/{who}/{what}", said, status)
    return str(answer["said" if status == 200 else "problem"])


def test_a_name_is_added_once_and_found_by(desk: Desk) -> None:
    maureen = person(desk)
    assert tells(desk, maureen, "names", words="Maureen  Kelly", source_kind="person") == "Kept."
    assert "has this name" in tells(desk, maureen, "names", 422, words="maureen kelly")
    assert "Type their name" in tells(desk, maureen, "names", 422, words=" ")
    assert [row.words for row in desk.rows(PersonName)] == ["Maureen Doyle", "Maureen Kelly"]
    assert "name sounds alike" in finds(desk, name="morin kelley")


def test_s14_a_number_they_are_known_by_says_how_it_was_made_sure_of_and_who_else_carries_it(
    desk: Desk,
) -> None:
    _, case = rung(desk, person_name="Edith Marsh", born="1/2/1950")
    edith = desk.does(f"/api/cases/{case}/person")["person"]
    maureen = person(desk)
    assert "last digit" in tells(desk, edith, "identifiers", 422, value="9990000019")
    assert "Kept; check" not in tells(desk, edith, "identifiers", 422, value="9990000019")
    said = tells(desk, edith, "identifiers", value="999 000 0018", verified="document")
    assert said == f"Kept. Record {maureen} carries this NHS number too: look whether they are one person."
    mine = next(row for row in desk.rows(Identifier) if row.person_id == edith)
    assert (mine.value, mine.verified, mine.verified_by) == ("9990000018", "document", "Jay Osei")
    assert "already" in tells(desk, edith, "identifiers", 422, value="9990000018")
    assert tells(desk, edith, "identifiers", value="H-4711", system="St James's") == "Kept."


def test_how_a_number_was_made_sure_of_is_said_later_and_kept_with_who(desk: Desk) -> None:
    maureen = person(desk)
    (number,) = desk.rows(Identifier)
    path = f"/api/people/identifiers/{number.key}/verified"
    assert "Say how" in desk.does(path, {"verified": "not_verified"}, 422)["problem"]
    desk.does(path, {"verified": "traced"})
    desk.does(path, {"verified": "traced"}, 409)
    (number,) = desk.rows(Identifier)
    assert (number.verified, number.verified_by) == ("traced", "Jay Osei")
    assert "traced by Jay Osei" in reads(desk.jay, f"/people/{maureen}")
    (kept,) = [row for row in desk.rows(Audit) if row.action == "identifier_verified"]
    assert (kept.subject, kept.why) == (f"person:{maureen}", "traced")
    desk.does(f"/api/people/rows/identifier/{number.key}/in-error", {"why": "typed wrong"})
    desk.does(path, {"verified": "document"}, 409)


def test_s15_s19_an_address_with_its_way_in_but_no_code(desk: Desk) -> None:
    maureen = person(desk)
    assert "postcode" in tells(desk, maureen, "addresses", 422, address="3 Elm Close", postcode="LEEDS")
    tells(desk, maureen, "addresses", address="3 Elm Close, ls8 2ab", use="staying", access_words="side gate")
    row = desk.rows(PersonAddress)[-1]
    assert (row.address, row.postcode, row.use, row.access_words) == (
        "3 Elm Close, ls8 2ab",
        "LS8 2AB",
        "staying",
        "side gate",
    )
    for words in ("key safe 4711", "C4711X, round the back", "4711"):
        said = tells(desk, maureen, "addresses", 422, address="3 Elm Close", access_words=words)
        assert "on a call about them" in said
    assert len(desk.rows(PersonAddress)) == 2


def test_s17_a_number_with_whose_it_is_and_what_is_safe_on_it(desk: Desk) -> None:
    maureen = person(desk)
    assert "telephone number" in tells(desk, maureen, "numbers", 422, number="ring the bell")
    tells(desk, maureen, "numbers", number="07700 900321", text="yes", message="no")
    (own,) = [row for row in desk.rows(PersonNumber) if row.number == "+447700900321"]
    assert own.whose == ""
    (point,) = [row for row in desk.rows(ContactPoint) if row.number == own.number]
    assert (point.text, point.speak, point.message) == ("yes", "not_known", "no"), "not asked is not known"
    said = tells(desk, maureen, "numbers", 422, number="07700900321", message="yes")
    assert "Only a call with them" in said
    tells(desk, maureen, "numbers", number="07700900321", speak="yes")
    assert len([row for row in desk.rows(PersonNumber) if row.number == own.number]) == 1
    (point,) = [row for row in desk.rows(ContactPoint) if row.number == own.number]
    assert (point.text, point.speak, point.message) == ("yes", "yes", "no")


def test_a_fact_that_has_changed_takes_the_place_of_what_was_said(desk: Desk) -> None:
    maureen = person(desk)
    old = fact(desk, maureen, kind="frailty", about="rockwood", value="5", source_kind="hub", source="")
    page = desk.jay.get(f"/people/{maureen}").text
    assert f'"supersedes": {old}' in page
    new = fact(desk, maureen, kind="frailty", about="rockwood", value="7", supersedes=old)
    assert f'"supersedes": {old}' not in desk.jay.get(f"/people/{maureen}").text
    assert f'"supersedes": {new}' in desk.jay.get(f"/people/{maureen}").text


@pytest.fixture
def maureen(desk: Desk) -> int:
    return person(desk)


def follow(desk: Desk) -> None:
    """What a worker does with what the death left to do."""
    for effect in desk.rows(Effect):
        if effect.kind == "other_died":
            with desk.hub.db.write() as session:
                INSIDE["other_died"](session, cast(Any, None), effect, desk.clock.now())


def day(desk: Desk) -> str:
    return desk.clock.now().date().isoformat()


def test_s28_a_death_on_their_record_asks_whoever_looks_after_them(desk: Desk, maureen: int) -> None:
    assert "still to come" in tells(desk, maureen, "died", 422, day="2199-01-01", words="the ward")
    assert "before they were born" in tells(desk, maureen, "died", 422, day="1930-01-01", words="the ward")
    assert "who told us" in tells(desk, maureen, "died", 422, day=day(desk), words=" ")
    assert "nobody new goes" in tells(desk, maureen, "died", day=day(desk), words="the ward rang")
    tells(desk, maureen, "died", 409, day=day(desk), words="the ward rang")
    assert [alarm.kind for alarm in desk.rows(Alarm)] == ["died"]
    follow(desk)
    (asked,) = [row for row in desk.rows(Task) if "has this person died" in row.words]
    assert "their own record" in asked.words
    assert "died " in reads(desk.jay, f"/people/{maureen}")
    desk.does(f"/api/cases/{asked.case_id}/died-too")
    (case,) = desk.rows(Case)
    assert case.outcome is Outcome.died


def test_s28_of_somebody_who_is_rung_about_later_it_is_said_first_and_asked(desk: Desk, maureen: int) -> None:
    tells(desk, maureen, "died", day=day(desk), words="the ward rang")
    call, case = rung(desk, **MAUREEN)
    assert linked_to(desk, case) == maureen
    known = reads(desk.jay, f"/calls/{call}/known")
    assert "Said to have died" in known
    assert "the ward rang" in known
    (asked,) = [row for row in desk.rows(Task) if row.case_id == case]
    assert "has this person died" in asked.words
    desk.does(f"/api/cases/{case}/not-died", {"words": "she is on the line"})
    assert next(row for row in desk.rows(Task) if row.key == asked.key).state == "done"


def test_s28_said_by_mistake_it_is_undone_where_it_stands(desk: Desk, maureen: int) -> None:
    tells(desk, maureen, "died", day=day(desk), words="the ward rang")
    assert patient_of(desk, maureen)["deceasedDateTime"] == day(desk)
    (said,) = [row for row in desk.rows(Fact) if row.about == "has died"]
    assert f'"supersedes": {said.key}' not in desk.jay.get(f"/people/{maureen}").text
    desk.does(f"/api/people/rows/fact/{said.key}/in-error", {"why": "her sister died"})
    assert desk.rows(Person)[0].died is None
    call, _ = rung(desk, **MAUREEN)
    assert "Said to have died" not in reads(desk.jay, f"/calls/{call}/known")
    assert "deceasedDateTime" not in patient_of(desk, maureen)


def test_s14_a_death_said_in_a_case_that_was_about_another_is_undone_with_it(
    desk: Desk, maureen: int
) -> None:
    _, case = rung(desk, **MAUREEN)
    tells(desk, maureen, "died", day=day(desk), words="her son", case=case)
    desk.does(f"/api/cases/{case}/person/wrong", {"why": "it was her sister"})
    assert desk.rows(Person)[0].died is None


def test_two_who_turned_out_to_be_one_have_died_and_parted_again_one_lives(desk: Desk, maureen: int) -> None:
    _, twin_case = rung(desk, person_name="Mo Doyle", born="3/7/1942")
    twin = desk.does(f"/api/cases/{twin_case}/person")["person"]
    tells(desk, twin, "died", day=day(desk), words="the ward rang")
    amara = desk.person("Amara Obi")
    amara.post(f"/api/people/{twin}/merge", json={"into": maureen, "why": "same address"}).raise_for_status()
    assert "died " in reads(desk.jay, f"/people/{maureen}").split("you look")[0]
    amara.post("/api/merges/1/undo", json={"why": "two after all"}).raise_for_status()
    assert "died " not in reads(desk.jay, f"/people/{maureen}").split("you look")[0]


def seals(desk: Desk, fact_id: int) -> None:
    sealed = desk.person("Amara Obi").post(f"/api/people/facts/{fact_id}/seal", json={"why": "the family"})
    sealed.raise_for_status()


def test_s18_a_death_that_is_sealed_is_told_to_nobody_and_still_stops_texts(desk: Desk, maureen: int) -> None:
    first = tells(desk, maureen, "died", day=day(desk), words="the ward rang")
    (said,) = [row for row in desk.rows(Fact) if row.about == "has died"]
    seals(desk, said.key)
    assert "died" not in reads(desk.jay, f"/people/{maureen}").split("you look")[0]
    assert "died" not in finds(desk, nhs_number="999 000 0018")
    assert tells(desk, maureen, "died", day=day(desk), words="the ward rang") == first, "like a first"
    with desk.hub.db.read() as session:
        assert deaths.is_said_of(session, session.exec(select(Case)).one())


def test_s28_a_case_by_number_alone_is_stopped_and_asked_too(desk: Desk, maureen: int) -> None:
    _, case = rung(desk, read_back="", person_name="Maureen Doyle", nhs_number="999 000 0018")
    assert linked_to(desk, case) is None
    tells(desk, maureen, "died", day=day(desk), words="the ward rang")
    follow(desk)
    desk.does(f"/api/cases/{case}/died-too")
    assert next(row for row in desk.rows(Case) if row.key == case).outcome is Outcome.died


def test_s28_taken_back_before_and_after_a_worker_has_looked(desk: Desk, maureen: int) -> None:
    for looked in (True, False):
        tells(desk, maureen, "died", day=day(desk), words="the ward rang")
        said = next(row for row in desk.rows(Fact) if row.about == "has died" and not row.in_error)
        if looked:
            follow(desk)
        desk.does(f"/api/people/rows/fact/{said.key}/in-error", {"why": "her sister died"})
        follow(desk)
        assert {alarm.state for alarm in desk.rows(Alarm) if alarm.kind == "died"} == {"over"}
        asked = [row for row in desk.rows(Task) if "has this person died" in row.words]
        assert {row.state for row in asked} == {"done"}, "nobody is asked about a death that nobody says"
        assert len(asked) == 1


def test_s28_put_together_with_one_who_has_died_the_open_case_of_the_other_is_asked(
    desk: Desk, maureen: int
) -> None:
    _, twin_case = rung(desk, person_name="Mo Doyle", born="3/7/1942")
    twin = desk.does(f"/api/cases/{twin_case}/person")["person"]
    tells(desk, maureen, "died", day=day(desk), words="the ward rang")
    follow(desk)
    before = {row.case_id for row in desk.rows(Task) if "has this person died" in row.words}
    assert twin_case not in before
    merged = desk.person("Amara Obi").post(
        f"/api/people/{maureen}/merge", json={"into": twin, "why": "same address"}
    )
    merged.raise_for_status()
    follow(desk)
    asked = {row.case_id for row in desk.rows(Task) if "has this person died" in row.words}
    assert twin_case in asked
    assert "died" in finds(desk, name="mo doyle")


@pytest.mark.parametrize(
    ("kind", "before", "said", "words"),
    [
        ("plan", {"value": "stay at home"}, {}, "Say what is so now"),
        ("allergy", {}, {"says": "absent"}, "why it is not so any more"),
        ("staff_safety", {}, {"says": "absent", "words": "gone"}, "never taken away"),
    ],
)
def test_nothing_is_emptied_and_no_warning_goes_without_a_word(
    desk: Desk, maureen: int, kind: str, before: dict[str, str], said: dict[str, str], words: str
) -> None:
    old = fact(desk, maureen, kind=kind, about="a matter", source_kind="hub", source="", **before)
    body = {"kind": kind, "about": "a matter", "supersedes": old, **said}
    assert words in desk.does(f"/api/people/{maureen}/facts", body, 422)["problem"]


def test_a_death_is_said_in_its_own_way_alone(desk: Desk, maureen: int) -> None:
    typed = {"kind": "at_risk", "about": "Has  died"}
    assert "They have died" in desk.does(f"/api/people/{maureen}/facts", typed, 422)["problem"]
    tells(desk, maureen, "died", day=day(desk), words="the ward rang")
    (said,) = [row for row in desk.rows(Fact) if row.about == "has died"]
    gone = {"kind": "at_risk", "about": "alive", "says": "absent", "words": "no", "supersedes": said.key}
    assert "entered in error" in desk.does(f"/api/people/{maureen}/facts", gone, 422)["problem"]
    desk.does(
        f"/api/people/{maureen}/died",
        {"day": day(desk), "words": "x", "until": "2020-01-01"},
        422,
    )


def test_s18_a_number_said_in_a_sealed_case_names_nobody(desk: Desk) -> None:
    _, sealed = rung(desk, BY_NAME, **MAUREEN)
    desk.does(f"/api/cases/{sealed}/person")
    _, case = rung(desk, person_name="Edith Marsh", born="1/2/1950")
    edith = desk.does(f"/api/cases/{case}/person")["person"]
    amara = desk.person("Amara Obi")
    amara.post(f"/api/cases/{sealed}/seal", json={"why": "her ex works here"}).raise_for_status()
    desk.does(f"/api/calls/{next(iter(desk.rows(Call))).key}/end")
    mina = desk.person("Mina Patel")
    answer = mina.post(f"/api/people/{edith}/identifiers", json={"value": "999 000 0018"})
    assert answer.json() == {"said": "Kept."}


def test_what_was_marked_as_an_error_during_the_call_is_not_learned_again(desk: Desk, maureen: int) -> None:
    call, case = rung(desk, **MAUREEN, talk_words="speaks Polish")
    assert linked_to(desk, case) == maureen
    (wrong,) = [row for row in desk.rows(Fact) if row.words == "speaks Polish"]
    desk.does(f"/api/people/rows/fact/{wrong.key}/in-error", {"why": "her neighbour does"})
    desk.does(f"/api/calls/{call}/end")
    assert [row.key for row in desk.rows(Fact) if row.words == "speaks Polish"] == [wrong.key]


def patient_of(desk: Desk, person_id: int) -> dict[str, Any]:
    with desk.hub.db.read() as session:
        return dict(patient(store.record(session, session.get_one(Person, person_id))))
