"""What no proof sees, the comparison with the approved version shows: which calls come to something else."""

import pytest

from protocols.engine import assess
from protocols.proof.comparison import Comparison
from protocols.proof.prover import prove
from tests.protocols.planted import table
from tests.protocols.sound import HOUSE, TEXTS, edited, read

CHANGED = table("changed")
SIDE = """  - {id: side, ask: "Side?", kind: choice, answers: [left, right], worse: neither, because: name}
"""
LEG = edited(
    TEXTS["leg"],
    ("because: name, for_information: yes", "because: name"),
    ("      - {rule: slow, if", "      - {rule: side, if: {side: left}}\n      - {rule: slow, if"),
)


def answered(protocol, answers):
    known = {name: answer for name, answer in answers.items() if name in protocol.by_id}
    return assess(protocol, HOUSE, known).priority


@pytest.mark.parametrize("row", CHANGED, ids=str)
def test_the_comparison_shows_each_change_by_a_call_that_the_engines_confirm(row):
    before, after = read(TEXTS[row.base]), read(row.text)
    comparison = Comparison(before, after, HOUSE)
    found = list(comparison.changes())
    told = [finding.words for finding in found]
    if row.shows:
        was, becomes = row.shows
        assert f"{was} becomes {becomes}" in told, row.why
    else:
        assert told == []
    assert row.says in ["", *comparison.words()]
    for finding in found:
        was, becomes = finding.words.split(" becomes ")
        slower = HOUSE.rank[becomes] > HOUSE.rank[was]
        assert (finding.kind, finding.fails) == ("slower" if slower else "faster", False)
        assert finding.call is not None
        assert answered(before, finding.call.answers) == was
        assert answered(after, finding.call.answers) == becomes


def test_what_is_slower_is_told_first():
    before = read(TEXTS["leg"])
    [row] = [one for one in CHANGED if one.name == "a wrong population"]
    kinds = [finding.kind for finding in Comparison(before, read(row.text), HOUSE).changes()]
    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {"slower", "faster"}


@pytest.mark.parametrize(
    "row", [one for one in CHANGED if one.name.startswith(("a flag and", "a score", "a gate"))], ids=str
)
def test_no_proof_sees_it(row):
    assert prove(read(row.text), HOUSE).holds


def test_a_question_that_is_no_longer_asked_was_answered_in_one_way():
    """Whichever leg it was, a nurse came, and she comes now. Only what was not known counts one less."""
    before = read(edited(LEG, ("{side: left}", "{any: [{side: left}, {side: right}]}")))
    after = read(edited(LEG, (SIDE, ""), ("{side: left}", "{any: [{swollen: yes}, {swollen: no}]}")))
    told = [finding.words for finding in Comparison(before, after, HOUSE).changes()]
    assert told == ["ring becomes hour", "ring becomes day"]
    assert list(Comparison(before, after, HOUSE).words()) == ['no longer asked: "Side?"']
