"""What changes for whom, in sentences: each kind of change is said, to the side that it goes, and nothing else is."""

from pathlib import Path

import pytest

from protocols.differences import differences
from protocols.loader import load_house, parse_triage
from protocols.model import TriageProtocol
from protocols.said import covers, said

FOLDER = Path(__file__).parents[2] / "protocols"
HOUSE = load_house(FOLDER / "house.yaml")
TEXT = (FOLDER / "triage" / "fall-at-home.yaml").read_text()


def changed(old: str, new: str) -> TriageProtocol:
    assert TEXT.count(old) == 1, old
    return parse_triage(TEXT.replace(old, new), "changed", HOUSE)


BEFORE = parse_triage(TEXT, "before", HOUSE)
CHANGES = [
    (
        "{rule: severe_pain, if: {pain: severe}}",
        "{rule: severe_pain, if: {pain: {at_least: mild}}}",
        ("faster", "To “A clinician rings back within 20 minutes” (CLINICIAN 20 MIN) leads now: mild pain"),
    ),
    (
        "      - {rule: severe_pain, if: {pain: severe}}\n",
        "",
        (
            "slower",
            "Severe pain: leads to “A clinician rings back within 20 minutes” (CLINICIAN 20 MIN) no longer.",
        ),
    ),
    ("{limb: yes}, ", "", ("slower", "An arm, wrist or ankle that looks broken: leads to")),
    (
        "{any: [{hit_head: yes}, {limb: yes}, {pain",
        "{any: [{bleeding: yes}, {hit_head: yes}, {limb: yes}, {pain",
        ("other", "Bleeding that will not stop: now also leads to “A nurse visits"),  # and so sends one
    ),
    (
        "{flag: blackout, if: {blackout: yes}, floor: clinician_20_min",
        "{flag: blackout, if: {blackout: yes}, floor: one_hour",
        ("slower", "not themselves” is at least 1 HOUR now; before, CLINICIAN 20 MIN."),
    ),
    ("Do not try to lift them.", "Leave them.", ("other", "(1 HOUR) it is now said: “Leave them.”")),
    (
        "[nurse, falls_responder]",
        "[falls_responder]",
        ("other", "sends Falls responder (lifting) now; before, Nurse and"),
    ),
    (
        "  - {id: limb,",
        "  - {id: shoe, ask: Shoes on?, kind: yes_no, worse: neither, because: no side is worse,\n"
        "     for_information: yes, say: Do they wear shoes?, why: To know.,\n"
        "     means: {yes: shoes on, no: no shoes}}\n  - {id: limb,",
        ("other", "New question: “Shoes on?”."),
    ),
    (
        'say: "Are they 18 or older?"',
        'say: "Eighteen?"',
        ("other", "said aloud: “Eighteen?” Before: “Are they 18 or older?”"),
    ),
    (
        "record: yes, ask_if: {hit_head: yes}",
        "record: yes",
        ("other", "is asked of everybody now; before, only if hit their head"),
    ),
    (
        "unknowns: {limit: 3,",
        "unknowns: {limit: 2,",
        ("faster", "2 things not known come to CLINICIAN 20 MIN now; before, 3"),
    ),
    (
        "within: 5 min}",
        "within: 4 min}",
        ("other", "within 4 min; before, CLINICIAN 20 MIN, call handler, 5 min."),
    ),
    (
        "never_below: clinician_20_min\n    because: a clinician asks",
        "never_below: one_hour\n    because: a clinician asks",
        ("slower", "may be as slow as 1 HOUR now; before, CLINICIAN 20 MIN."),
    ),
    (
        "review_by: 2027-05-01",
        "review_by: 2028-05-01",
        ("other", "The review date is 2028-05-01 now; before, 2027-05-01."),
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CHANGES, ids=lambda one: str(one)[:30])
def test_each_change_is_one_sentence(old: str, new: str, expected: tuple[str, str]) -> None:
    found = differences(BEFORE, changed(old, new), HOUSE)
    way, words = expected
    assert any(one.way == way and words in one.words for one in found), [str(one) for one in found]
    assert len(found) <= 2


def test_nothing_is_said_of_the_same_text() -> None:
    assert differences(BEFORE, BEFORE, HOUSE) == ()


def test_what_makes_somebody_wait_longer_comes_first_in_its_part() -> None:
    text = TEXT.replace("{limb: yes}, ", "").replace("{pain: severe}}", "{mobility: not_walking}}")
    ways = [
        one.way
        for one in differences(BEFORE, parse_triage(text, "x", HOUSE), HOUSE)
        if one.part == "priority"
    ]
    assert ways == sorted(ways, key=["slower", "faster", "other"].index)
    assert {"slower", "faster"} <= set(ways)


def test_moving_a_question_changes_no_rule() -> None:
    """Conditions are compared by what they mean, not by where their questions stand."""
    lines = TEXT.index("  - {id: limb,"), TEXT.index("  - {id: hit_head,"), TEXT.index("  - {id: where,")
    moved = TEXT[: lines[0]] + TEXT[lines[1] : lines[2]] + TEXT[lines[0] : lines[1]] + TEXT[lines[2] :]
    found = differences(BEFORE, parse_triage(moved, "moved", HOUSE), HOUSE)
    assert [one.part for one in found] == ["questions"]
    assert "order of the questions" in found[0].words


def test_conditions_in_words() -> None:
    words = {rule.rule: said(rule.condition, BEFORE) for one in BEFORE.dispositions for rule in one.rules}
    assert (
        words["head_thinners"] == "hit their head and takes a blood thinner or bleeds easily (only if known)"
    )
    assert words["long_lie"] == "still on the floor and how long on the floor: 1 hour or more"


def test_a_wider_condition_covers_a_narrower_and_never_the_other_way() -> None:
    rules = {rule.rule: rule.condition for one in BEFORE.dispositions for rule in one.rules}
    flags = {flag.flag: flag.condition for flag in BEFORE.red_flags}
    assert covers(rules["on_floor"], rules["long_lie"])
    assert not covers(rules["long_lie"], rules["on_floor"])
    assert covers(flags["long_lie"], flags["very_long_lie"])
    assert not covers(flags["very_long_lie"], flags["long_lie"])
