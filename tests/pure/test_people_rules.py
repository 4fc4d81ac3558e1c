"""Who a case is about, which names sound alike, and what cannot be right beside what: S8, S14."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hub.errors import Refused
from records.homes import Home
from records.people import names, rules
from records.people.fact_model import Fact, FactKind, Says
from records.people.rules import Who
from triage.people_sought import read

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BORN = date(1941, 7, 3)
MAUREEN = Who(
    ("Maureen Doyle",),
    frozenset({BORN}),
    frozenset({"9990000018"}),
    (Home("12 Oak Road", "LS8 2AB"),),
)
BY_NAME, BY_NUMBER, BY_ADDRESS = (
    ("person_name", "born"),
    ("person_name", "nhs_number"),
    ("person_name", "address"),
)


@pytest.mark.parametrize(
    ("said", "read_back", "fits", "why"),
    [
        (Who(("maureen  DOYLE",), frozenset({BORN})), BY_NAME, True, "the same name and date of birth"),
        (Who(("Doyle Maureen",), frozenset({BORN})), BY_NAME, True, "the family name first"),
        (Who(("Maureen Doyle",), nhs_numbers=frozenset({"9990000018"})), BY_NUMBER, True, "the same number"),
        (
            Who(("Mo",), nhs_numbers=frozenset({"9990000018"})),
            ("nhs_number", "born"),
            True,
            "another name, her number",
        ),
        (Who(("Maureen Doyle",)), ("person_name", "address"), False, "a name alone is nobody"),
        (
            Who(("Maureen Doyle",), homes=MAUREEN.homes),
            BY_ADDRESS,
            False,
            "her daughter may be called so too",
        ),
        (
            Who(("Moreen Doyle",), frozenset({BORN})),
            BY_NAME,
            False,
            "what sounds alike is found, never linked",
        ),
        (
            Who(("Maureen Doyle",), frozenset({BORN}), frozenset({"9434765919"})),
            BY_NAME,
            False,
            "another number",
        ),
        (
            Who(("Maureen Doyle",), frozenset({date(1942, 7, 3)}), MAUREEN.nhs_numbers),
            BY_NUMBER,
            False,
            "another day",
        ),
        (
            Who(("Tom Hill",), nhs_numbers=MAUREEN.nhs_numbers),
            BY_ADDRESS,
            False,
            "nothing that was read back says so",
        ),
    ],
)
def test_s14_whom_a_case_is_about(said: Who, read_back: tuple[str, ...], fits: bool, why: str) -> None:
    assert rules.is_person(said, MAUREEN, read_back) is fits, why


@pytest.mark.parametrize(
    ("sought", "name"),
    [
        ("kathryn smyth", "Catherine Smith"),
        ("doyle", "Maureen Doyle"),
        ("Mrs O'Brien", "Bridget OBrien"),
        ("stephen thompson", "Steven Tomson"),
        ("wojcik", "Zofia Wójcik"),
        ("李", "李 娜"),
    ],
)
def test_names_that_sound_alike(sought: str, name: str) -> None:
    assert names.sounds_alike(sought, name)


@pytest.mark.parametrize(
    ("sought", "name"), [("doyle", "Maureen Hill"), ("", "Maureen"), ("maureen hill", "Maureen Doyle")]
)
def test_names_that_do_not(sought: str, name: str) -> None:
    assert not names.sounds_alike(sought, name)


def fact(n: int, kind: FactKind, about: str, source: str, **said: Any) -> Fact:
    row: dict[str, Any] = {
        "id": n,
        "place": "p",
        "person_id": 1,
        "recorded_at": NOW,
        "recorded_by": "x",
        "source": source,
    }
    return Fact(**row, kind=kind, about=about, **said)


ABSENT = {"says": Says.absent}


@pytest.mark.parametrize(
    ("kind", "one", "other", "apart"),
    [
        (FactKind.allergy, ("penicillin", {}), ("Penicillin ", ABSENT), True),
        (FactKind.allergy, ("penicillin", {}), ("any", ABSENT), True),
        (FactKind.allergy, ("penicillin", {}), ("latex", {}), False),
        (FactKind.allergy, ("any", ABSENT), ("any", ABSENT), False),
        (FactKind.condition, ("dementia", {}), ("dementia", ABSENT), True),
        (FactKind.condition, ("dementia", {"value": "mild"}), ("dementia", {"value": "severe"}), False),
        (FactKind.frailty, ("rockwood", {"value": "6"}), ("rockwood", {"value": "5"}), False),
        (FactKind.frailty, ("rockwood", {"value": "4"}), ("rockwood", {"value": "7"}), True),
        (FactKind.frailty, ("rockwood", {"value": "4"}), ("rockwood", {"value": "frail"}), False),
        (FactKind.plan, ("respect", {"value": "for hospital"}), ("respect", {"value": "stay at home"}), True),
        (FactKind.plan, ("respect", {"value": "for hospital"}), ("respect", {}), False),
        (FactKind.communication, ("language", {"value": "Polish"}), ("language", {"value": "Urdu"}), True),
        (FactKind.at_risk, ("care home", {}), ("care home", ABSENT), True),
        (FactKind.depends, ("dog", {}), ("dog", ABSENT), True),
        (FactKind.staff_safety, ("dog", {}), ("dog", ABSENT), False),
    ],
)
def test_s8_what_two_sources_cannot_both_be_right_about(
    kind: FactKind,
    one: tuple[str, dict[str, Any]],
    other: tuple[str, dict[str, Any]],
    apart: bool,
) -> None:
    mine, theirs = fact(1, kind, one[0], "GP", **one[1]), fact(2, kind, other[0], "hospital", **other[1])
    assert rules.disagree(mine, theirs) is apart
    assert rules.disagree(theirs, mine) is apart
    theirs.source = "GP"
    assert not rules.disagree(mine, theirs), "of one source the newer word stands"


def test_what_was_superseded_by_an_error_stands_again_and_what_is_over_disagrees_with_nobody() -> None:
    old = fact(1, FactKind.allergy, "penicillin", "GP")
    new = fact(2, FactKind.allergy, "penicillin", "GP", says=Says.absent, supersedes_id=1)
    other = fact(3, FactKind.allergy, "penicillin", "hospital", says=Says.absent)
    assert [one.id for one in rules.standing([old, new])] == [2]
    assert rules.disagreeing([old, new, other], NOW) == {}
    new.entered_in_error_at = NOW
    assert [one.id for one in rules.standing([old, new])] == [1]
    assert rules.disagreeing([old, new, other], NOW) == {1: (3,), 3: (1,)}
    old.valid_until = NOW - timedelta(minutes=1)
    assert rules.disagreeing([old, new, other], NOW) == {}


def test_what_is_looked_for_is_read_as_people_say_it() -> None:
    typed = {
        "name": " doyle ",
        "born": "3rd july 1941",
        "nhs_number": "999 000 0018",
        "postcode": "ls8",
        "phone": "0113 496 0812",
    }
    sought, look_again = read(typed, NOW.date())
    assert (sought.name, sought.born, sought.nhs_number) == ("doyle", BORN, "9990000018")
    assert (sought.postcode, sought.phone, look_again) == ("LS8", "+441134960812", {})
    sought, look_again = read({"name": "doyle", "nhs_number": "999 000 0019"}, NOW.date())
    assert sought.name == "doyle"
    assert "last digit" in look_again["nhs_number"]
    assert "Kept" not in look_again["nhs_number"]
    with pytest.raises(Refused, match="ten digits"):
        rules.nhs_number("12")
