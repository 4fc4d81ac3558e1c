"""The summary for a hand-over: five parts in their order, nothing made up, and no way in."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from triage.sbard import NOT_KNOWN, TITLES, Known, sbard
from triage.screen import Given

NOW = datetime(2026, 3, 4, 14, 5, tzinfo=UTC)
JANET = Known(
    hub="First Point Leeds",
    ref="4K7",
    now=NOW,
    person="Maureen Doyle",
    born=date(1941, 3, 5),
    nhs_number="9990000018",
    where="12 Oak Road, LS8 2AB",
    need="fell in the kitchen",
    caller="Janet Doyle",
    relation="daughter",
    number="07700 900123",
    began_at=datetime(2026, 3, 4, 14, 0, tzinfo=UTC),
    flags=("Hard to wake",),
    because=("drowsy",),
    protocol="Fall at home, version 1.2.0",
    provisional=True,
    disposition="999 ambulance, now",
    label="999 NOW",
    answers=(
        Given("breathing", "Breathing normally?", "yes", False),
        Given("hit", "Hit the head?", "not known", True),
    ),
    asked=("We ask 999: Hard to wake",),
)


def test_everything_known_stands_in_its_part() -> None:
    said = dict(sbard(JANET).parts)
    assert list(said) == list(TITLES)
    assert said["Situation"][1] == "Person: Maureen Doyle, born 05/03/1941, 84 years old", (
        "her birthday is tomorrow"
    )
    assert "Danger signs: Hard to wake" in said["Situation"]
    assert said["Background"][0] == "Rang at 14:00. Caller: Janet Doyle, daughter, 07700 900123"
    assert said["Assessment"] == (
        "Fall at home, version 1.2.0 (provisional: the questions are not finished): 999 ambulance, now, 999 NOW",
        "Because: drowsy",
        "Breathing normally? yes",
        "Hit the head? not known",
    )
    assert said["Recommendation"] == ("We ask 999: Hard to wake", "Nobody of ours is on the way.")


def test_who_depends_on_them_goes_along_and_so_does_what_nobody_has_asked() -> None:
    """S20: whoever takes them over hears of the child and the dog."""
    there = replace(
        JANET, depends=("Animals: yes; a dog",), depends_open="Ask whether anybody depends on them."
    )
    background = dict(sbard(there).parts)["Background"]
    assert "Animals: yes; a dog" in background
    assert "Dependants and animals, not settled: Ask whether anybody depends on them." in background


def test_what_is_not_known_is_said_so() -> None:
    """S7: a gap that is read aloud is a gap that can be asked about."""
    said = dict(sbard(Known(hub="First Point", ref="4K7", now=NOW)).parts)
    assert [line for line in said["Situation"] if NOT_KNOWN in line] == [
        "Person: not known",
        "Where they are now: not known",
        "What is wrong: not known",
    ]
    assert said["Assessment"] == ("No protocol has been begun: by the call handler’s own judgement.",)


@given(st.text(max_size=40), st.text(max_size=40))
def test_as_text_it_is_the_same_words(person: str, need: str) -> None:
    made = sbard(Known(hub="First Point", ref="4K7", now=NOW, person=person, need=need))
    for title, lines in made.parts:
        assert title.upper() in made.text
        for line in lines:
            assert f"- {line}" in made.text
