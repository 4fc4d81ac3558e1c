"""The hub's own record of people, over HTTP: linked by what was read back, found, opened with a reason."""

import re

import pytest
from starlette.testclient import TestClient

from hub.audit import Audit
from records.alarms import Alarm
from records.model import Call, Case, Task
from records.people.fact_model import Fact
from records.people.link_model import CaseLink
from records.people.model import Identifier, Person, PersonAddress, PersonName
from tests.desk import Desk, entry, types
from tests.people import BY_NAME, BY_NUMBER, HOME, MAUREEN, fact, linked_to, person, rung


def reads(client: TestClient, path: str) -> str:
    answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    text = re.sub(r"<(script|style|head).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def finds(desk: Desk, **typed: str) -> str:
    html = desk.does("/people/search", typed)["html"]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_s14_a_case_is_linked_by_itself_where_exactly_one_person_fits_what_was_read_back(desk: Desk) -> None:
    _, early = rung(desk, read_back="", **MAUREEN)
    assert "Read two identifiers back" in desk.does(f"/api/cases/{early}/person", status=422)["problem"]
    assert "Read two identifiers back" in reads(desk.jay, f"/cases/{early}/person")
    maureen = person(desk, talk_words="deaf in the left ear", access_words="round the back")
    call, again = rung(desk, **MAUREEN)
    assert linked_to(desk, again) == maureen
    assert f'href="/cases/{again}/person"' in desk.jay.get(f"/calls/{call}/known").text
    assert desk.jay.get(f"/cases/{again}/person").headers["location"] == f"/people/{maureen}"
    (link,) = [one for one in desk.rows(CaseLink) if one.case_id == again]
    assert (link.how, link.by) == ("rule", "the hub")
    assert [row.words for row in desk.rows(PersonName)] == ["Maureen Doyle"], (
        "what is known is not put down twice"
    )
    (number,) = desk.rows(Identifier)
    assert (number.value, number.verified) == ("9990000018", "not_verified")
    _, typo = rung(desk, **MAUREEN | {"nhs_number": "943 476 5919"})
    assert linked_to(desk, typo) is None, "another number speaks against it"
    _, name_alone = rung(desk, "person_name, address", person_name="Maureen Doyle", **HOME)
    assert linked_to(desk, name_alone) is None, "never on a name"
    assert "does not fit what was read back" in reads(desk.jay, f"/cases/{typo}/person")
    assert [row.subject for row in desk.rows(Audit) if row.action == "people_found"] == [f"case:{typo}"]
    twin = desk.does(f"/api/cases/{typo}/person")["person"]
    assert twin != maureen
    _, third = rung(desk, person_name="Maureen Doyle", born="3/7/1941")
    assert linked_to(desk, third) is None, "two fit: a person decides"
    assert "how you know" in desk.does(f"/api/cases/{third}/person", {"person": maureen}, 422)["problem"]
    desk.does(f"/api/cases/{third}/person", {"person": maureen, "why": "her address"})
    assert linked_to(desk, third) == maureen


def test_s15_a_door_that_is_known_is_not_learned_again_without_a_new_way_in(desk: Desk) -> None:
    person(desk, access_words="round the back")
    for access_words, known in (("", 1), ("round the back", 1), ("ring twice", 2)):
        more = {"access_words": access_words} if access_words else {}
        call, _ = rung(desk, **MAUREEN, address="12 oak rd", postcode="LS8 2AB", **more)
        desk.does(f"/api/calls/{call}/end")
        assert len(desk.rows(PersonAddress)) == known


def test_s14_s15_what_was_read_back_changes_and_the_case_is_about_nobody(desk: Desk) -> None:
    maureen = person(desk, home_address="3 Elm Close", access_words="round the back")
    where = {(row.use, row.address, row.access_words) for row in desk.rows(PersonAddress)}
    assert where == {("staying", "12 Oak Road", "round the back"), ("home", "3 Elm Close", "")}, "S15"
    call, case = rung(desk, **MAUREEN)
    assert linked_to(desk, case) == maureen
    types(desk, call, entry("born", "4/7/1941"))
    assert linked_to(desk, case) is None
    types(desk, call, entry("born", "3/7/1941"), entry("read_back", BY_NAME))
    assert linked_to(desk, case) == maureen
    assert not any(link.wrong for link in desk.rows(CaseLink)), "it was she all along"


def test_s14_a_wrong_person_is_unlinked_and_what_was_written_is_marked_as_entered_in_error(
    desk: Desk,
) -> None:
    maureen = person(desk)
    call, case = rung(desk, **MAUREEN, talk_words="speaks Polish")
    new = fact(desk, maureen, about="latex", case=case)
    assert "how you know" in desk.does(f"/api/cases/{case}/person/wrong", {"why": " "}, 422)["problem"]
    desk.does(f"/api/cases/{case}/person/wrong", {"why": "it was her sister"})
    assert linked_to(desk, case) is None
    assert next(one for one in desk.rows(Case) if one.key == case).read_back is None
    wrong = [row for row in desk.rows(Fact) if row.case_id == case]
    assert {row.key for row in wrong} >= {new}
    assert len(wrong) == 2
    assert all(row.entered_in_error_why == "Another person: it was her sister" for row in wrong)
    assert all(row.entered_in_error_by == "Jay Osei" for row in wrong)
    assert not any(row.in_error for row in desk.rows(PersonName)), "her own stays"
    (link,) = [one for one in desk.rows(CaseLink) if one.wrong]
    assert (link.case_id, link.person_id, link.told_at) == (case, maureen, None), "for whoever wrote outside"
    (task,) = [row for row in desk.rows(Task) if "wrong person" in row.words]
    assert (task.state, task.case_id) == ("open", case)
    types(desk, call, entry("read_back", BY_NAME))
    assert linked_to(desk, case) is None, "nothing links it to her again by itself"
    desk.does(f"/api/cases/{case}/person/wrong", {"why": "again"}, 409)


def test_s14_of_a_closed_case_the_board_rings(desk: Desk) -> None:
    person(desk)
    case = desk.rows(Case)[-1].key
    desk.does("/api/calls/1/end")
    desk.does(f"/api/cases/{case}/outcome", {"outcome": "cancelled", "words": "not needed"})
    assert desk.rows(Case)[-1].state == "closed"
    desk.does(f"/api/cases/{case}/person/wrong", {"why": "it was her sister"})
    assert [alarm.kind for alarm in desk.rows(Alarm)] == ["wrong_person"]


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ({"nhs_number": "999 000 0018"}, "NHS number"),
        ({"born": "3 july 41"}, "date of birth"),
        ({"name": "moreen doile"}, "name sounds alike"),
        ({"postcode": "ls82ab"}, "postcode"),
        ({"postcode": "LS8"}, "postcode"),
        ({"phone": "0113 496 0812"}, "telephone number"),
        ({"name": "doyle maureen", "born": "030741"}, "same name date of birth"),
    ],
)
def test_somebody_is_found_by_whatever_is_said_each_with_its_reason(
    desk: Desk, typed: dict[str, str], because: str
) -> None:
    made = person(desk, number="0113 496 0812")
    found = finds(desk, **typed)
    assert "Maureen Doyle" in found
    assert because in found or set(because.split()) <= set(found.split())
    assert f"record {made}" in found
    alone = "by the name alone" in found
    assert alone == (set(typed) == {"name"}), "a hit by a name alone says so"


def test_an_answer_is_bounded_best_first_audited_and_says_what_speaks_against_it(desk: Desk) -> None:
    for n in range(22):
        person(
            desk,
            person_name=f"Maureen Doyle {'abcdefghijklmnopqrstuv'[n]}x",
            nhs_number="",
            born=f"{n + 1}/1/1950",
        )
    best = person(desk)
    found = finds(desk, name="Maureen Doyle", born="3/7/1941")
    assert found.index(f"record {best}") < found.index("by the name alone")
    assert found.count("record ") == 20
    assert "there are more" in found
    assert "another date of birth" in found
    assert "Nobody on record fits" in finds(desk, nhs_number="943 476 5919")
    assert "Type an NHS number" in desk.does("/people/search", {}, 422)["problem"]
    assert "last digit" in desk.does("/people/search", {"nhs_number": "9990000019"}, 422)["problem"]
    looks = [row for row in desk.rows(Audit) if row.action == "people_found"]
    assert len(looks) == 1
    assert str(best) in (looks[0].why or "")
    assert "Doyle" not in str([row.why for row in desk.rows(Audit)])
    assert desk.person("Ana Reid").post("/people/search", json={"name": "Doyle"}).status_code == 403


def test_a_record_is_opened_with_a_reason_that_is_kept(desk: Desk) -> None:
    maureen = person(desk)
    assert "on a call about them" in reads(desk.jay, f"/people/{maureen}")
    case = desk.rows(Case)[-1]
    desk.does("/api/calls/1/end")
    assert f"open case {case.ref}" in reads(desk.person("Priya Nair"), f"/people/{maureen}")
    desk.does(f"/api/cases/{case.key}/outcome", {"outcome": "cancelled", "words": "not needed"})
    amara = desk.person("Amara Obi")
    asked = reads(amara, f"/people/{maureen}")
    assert "Why do you open this record?" in asked
    assert "Maureen" not in asked
    assert amara.post(f"/people/{maureen}/open", json={"why": ""}).status_code == 422
    assert amara.post(f"/people/{maureen}/open", json={"why": "a complaint"}).status_code == 200
    assert "Maureen Doyle" in reads(amara, f"/people/{maureen}")
    whys = [row.why for row in desk.rows(Audit) if row.action == "person_opened"]
    assert whys == [f"on a call about them, case {case.ref}", f"open case {case.ref}", "a complaint"]
    assert amara.get("/people/99").status_code == 404


def test_s8_s16_s17_the_page_says_what_is_known_from_whom_and_what_is_not(desk: Desk) -> None:
    maureen = person(desk, number="0113 496 0812", talk_words="deaf in the left ear")
    fact(desk, maureen, until="2026-12-31")
    fact(desk, maureen, says="absent", source="Hospital letters", words="tested 2024")
    fact(
        desk,
        maureen,
        kind="plan",
        about="ReSPECT",
        value="stay at home",
        author="Dr Shah",
        dated="2026-03-01",
    )
    fact(desk, maureen, kind="staff_safety", about="dog", words="bites")
    desk.does(
        f"/api/people/{maureen}/carers", {"name": "Janet Doyle", "relation": "daughter", "be_rung": True}
    )
    shown = reads(desk.jay, f"/people/{maureen}")
    assert shown.index("How to talk with them") < shown.index("Allergies") < shown.index("Where they live"), (
        "S16"
    )
    assert "deaf in the left ear" in shown
    assert "GP record (record)" in shown
    assert "until 31 Dec 2026" in shown
    assert shown.count("Does not agree") == 2, "both are shown, each with the other (S8)"
    assert "Hospital letters says: penicillin, said not to be so: tested 2024" in shown
    assert "written by Dr Shah, dated 01 Mar 2026" in shown
    assert "Safe to text not known" in shown, "S17: never asked is not known"
    assert "agreed to be rung" in shown
    for title in ("Frailty", "Conditions", "Medicines of note", "At risk"):
        assert re.search(rf"{title} Not known", shown), "unknown is never none (S8)"
    assert not re.search(r"\b[Nn]one\b", shown.split("Add what is known")[0])


def test_a_fact_is_superseded_or_an_error_and_never_changed(desk: Desk) -> None:
    maureen = person(desk)
    first = fact(desk, maureen, kind="frailty", about="rockwood", value="5")
    second = fact(desk, maureen, kind="frailty", about="rockwood", value="6", supersedes=first)
    path = f"/api/people/{maureen}/facts"
    late = {"kind": "frailty", "about": "rockwood", "value": "7", "supersedes": first}
    assert "does not stand any more" in desk.does(path, late, 409)["problem"]
    before = [row.model_dump() for row in desk.rows(Fact)]
    error = f"/api/people/rows/fact/{second}/in-error"
    assert "why it was an error" in desk.does(error, {"why": ""}, 422)["problem"]
    desk.does(error, {"why": "another ward's"})
    desk.does(error, {"why": "twice"}, 409)
    after = [row.model_dump() for row in desk.rows(Fact)]
    assert before[0] == after[0]
    shown = reads(desk.jay, f"/people/{maureen}")
    assert "rockwood : 5" in shown, "what it superseded stands again"
    assert "another ward's" in shown.replace("&#39;", "'")
    assert "about" in desk.does(path, {"kind": "frailty", "about": " "}, 422)["problem"]


def test_s18_what_is_sealed_leaves_no_trace(desk: Desk) -> None:
    maureen = person(desk)
    desk.does("/api/calls/1/end")
    hidden = fact(desk, maureen, kind="at_risk", about="refuge", words="moved away from him")
    amara, path = desk.person("Amara Obi"), f"/api/people/facts/{hidden}/seal"
    before = reads(desk.jay, f"/people/{maureen}")
    assert "refuge" in before
    assert desk.jay.post(path, json={"why": "x"}).status_code == 403
    assert amara.post(path, json={"why": "he works here"}).status_code == 200
    shown = reads(desk.jay, f"/people/{maureen}")
    assert "refuge" not in shown
    assert "At risk Not known" in shown
    assert "sealed" not in shown
    assert desk.jay.post(f"/api/people/rows/fact/{hidden}/in-error", json={"why": "x"}).status_code == 404
    theirs = reads(amara, f"/people/{maureen}")
    assert "refuge" in theirs
    assert amara.post(f"/api/people/facts/{hidden}/unseal").status_code == 200
    assert "refuge" in reads(desk.jay, f"/people/{maureen}")


def test_s18_a_person_known_from_a_sealed_case_alone_is_not_there(desk: Desk) -> None:
    maureen = person(desk)
    amara, case = desk.person("Amara Obi"), desk.rows(Case)[-1].key
    assert amara.post(f"/api/cases/{case}/seal", json={"why": "he works here"}).status_code == 200
    mina = desk.person("Mina Patel")
    assert mina.get(f"/people/{maureen}").status_code == 404
    for typed in (
        {"name": "Maureen Doyle"},
        {"nhs_number": "9990000018"},
        {"born": "3/7/1941"},
        {"postcode": "LS8 2AB"},
    ):
        assert mina.post("/people/search", json=typed).json()["found"] == 0
    assert amara.post("/people/search", json={"name": "Maureen Doyle"}).json()["found"] == 1


def test_s19_no_code_of_a_door_is_ever_on_a_record(desk: Desk) -> None:
    maureen = person(desk, access_words="key safe C4519X by the door")
    assert "C4519X" not in str([row.model_dump() for row in desk.rows(PersonAddress)])
    body = {"kind": "depends", "about": "dog", "words": "key safe C4519X"}
    refused = desk.does(f"/api/people/{maureen}/facts", body, 422)
    assert "key-safe code cannot be kept here" in refused["problem"]
    assert [row for row in desk.rows(Fact) if row.about == "dog"] == []


def test_s14_two_records_are_one_and_two_again(desk: Desk) -> None:
    maureen = person(desk)
    twin = person(desk, nhs_number="943 476 5919", person_name="Mo Doyle", born="4/7/1941")
    mine, theirs = fact(desk, maureen), fact(desk, twin, says="absent", source="hospital")
    amara = desk.person("Amara Obi")
    path = f"/api/people/{twin}/merge"
    assert desk.jay.post(path, json={"into": maureen, "why": "x"}).status_code == 403
    assert amara.post(path, json={"into": maureen, "why": ""}).status_code == 422
    assert amara.post(path, json={"into": maureen, "why": "same address and daughter"}).status_code == 200
    assert amara.post(path, json={"into": maureen, "why": "again"}).status_code == 409
    assert desk.jay.get(f"/people/{twin}").headers["location"] == f"/people/{maureen}"
    shown = reads(desk.jay, f"/people/{maureen}")
    assert "two dates of birth" in shown
    assert "Mo Doyle" in shown
    assert shown.count("Does not agree") == 2
    added = fact(desk, twin, about="latex")
    assert next(row for row in desk.rows(Fact) if row.key == added).person_id == maureen
    _, case = rung(desk, BY_NUMBER, person_name="Mo Doyle", nhs_number="943 476 5919")
    assert linked_to(desk, case) == maureen, "what she is known by finds the one record"
    assert amara.post("/api/merges/1/undo", json={"why": "two sisters"}).status_code == 200
    assert amara.post("/api/merges/1/undo", json={"why": "again"}).status_code == 409
    by_person: dict[int, set[int]] = {}
    for row in desk.rows(Fact):
        by_person.setdefault(row.person_id, set()).add(row.key)
    assert by_person == {maureen: {mine, added}, twin: {theirs}}
    assert {one.key for one in desk.rows(Person) if one.merged_into} == set()
    assert "Mo Doyle" in reads(desk.jay, f"/people/{twin}")


def test_s14_who_was_unlinked_as_wrong_and_is_linked_again_is_known_again(desk: Desk) -> None:
    """What was entered in error says nothing; so it is put down anew when the case says it again."""
    maureen = person(desk)
    case = next(row.key for row in desk.rows(Case) if row.person_id == maureen)
    desk.does(f"/api/cases/{case}/person/wrong", {"why": "it was her sister"})
    assert linked_to(desk, case) is None
    call = next(row.id for row in desk.rows(Call) if row.case_id == case)
    types(desk, call, entry("read_back", BY_NAME))
    desk.does(f"/api/cases/{case}/person", {"person": maureen, "why": "it was she, after all"})
    assert linked_to(desk, case) == maureen
    standing = [row.words for row in desk.rows(PersonName) if not row.entered_in_error_at]
    assert standing == ["Maureen Doyle"]
    assert "Maureen Doyle" in reads(desk.jay, f"/people/{maureen}")


def test_an_end_that_no_calendar_has_is_refused(desk: Desk) -> None:
    maureen = person(desk)
    body = {"kind": "allergy", "about": "penicillin", "until": "9999-12-31"}
    assert "before 2200" in desk.does(f"/api/people/{maureen}/facts", body, 422)["problem"]


def test_what_was_said_after_the_link_is_on_the_record_once_the_call_is_over(desk: Desk) -> None:
    maureen = person(desk)
    call, _ = rung(desk, **MAUREEN, **HOME)
    later = {
        "talk_words": "speaks Polish",
        "access_words": "side gate",
        "dependants": "nobody",
        "animals": "yes",
        "animals_words": "Rex, a dog",
    }
    types(desk, call, *(entry(field, value) for field, value in later.items()))
    assert not any(row.words == "speaks Polish" for row in desk.rows(Fact)), "it is still being said"
    desk.does(f"/api/calls/{call}/end")
    learned = {(row.kind, row.about, row.words) for row in desk.rows(Fact)}
    assert learned == {
        ("communication", "how to talk with them", "speaks Polish"),
        ("depends", "animals", "Rex, a dog"),
    }, "S20, S8: nobody who depends on them teaches nothing"
    assert "side gate" in {row.access_words for row in desk.rows(PersonAddress)}
    call, case = rung(desk, **MAUREEN, **HOME, **later)
    assert linked_to(desk, case) == maureen
    desk.does(f"/api/calls/{call}/end")
    assert len(desk.rows(Fact)) == 2, "said again it is known already"
