"""Every planted defect is found by the obligation that it violates, and its call comes out so on the engine."""

import pytest

from protocols.loader import ProtocolError
from protocols.proof.prover import prove
from tests.protocols.planted import table
from tests.protocols.sound import HOUSE, TEXTS, read

DEFECTS = table("planted_defects")
EVERY_OBLIGATION = {
    *("floor", "hidden", "monotone", "unknown", "record", "dropped", "ends", "population"),
    *("dead", "shadowed", "redundant"),
}


def test_defects_of_every_obligation_are_planted():
    assert len(DEFECTS) >= 60
    assert {defect.finds for defect in DEFECTS} == EVERY_OBLIGATION


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_texts_that_are_edited_are_sound(text):
    assert [one for one in prove(read(text), HOUSE).findings if one.kind != "review"] == []


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_a_planted_defect_is_found_by_its_obligation(defect):
    found = prove(read(defect.text), HOUSE).findings
    failing = {(one.obligation, one.about) for one in found if one.fails}
    assert (defect.finds, defect.about) in failing, f"{defect.why}; found: {failing}"
    assert not [one for one in found if "does not agree" in one.words]
    assert not [one for one in found if one.kind == "undecided"]


@pytest.mark.parametrize("row", table("refused_by_shape"), ids=str)
def test_what_shape_keeps_is_refused_before_any_proof(row):
    with pytest.raises(ProtocolError, match=row.says):
        read(row.text)
