"""What is unusual and right raises no alarm: only a warning that an exception is not needed, or something to review."""

import pytest

from protocols.loader import parse_house, parse_triage
from protocols.proof.prover import prove
from tests.protocols.planted import table
from tests.protocols.sound import HOUSE, HOUSE_TEXT, LEG, edited, read

UNUSUAL = table("unusual")


def test_enough_are_tried():
    assert len(UNUSUAL) >= 20


@pytest.mark.parametrize("row", UNUSUAL, ids=str)
def test_what_is_unusual_and_right_raises_no_alarm(row):
    proof = prove(read(row.text), HOUSE)
    told = [str(one) for one in proof.findings if one.kind != "review" and one.obligation != "exception"]
    assert told == [], row.why
    assert proof.holds
    needless = [one.about for one in proof.findings if one.obligation == "exception"]
    assert needless == (["needless"] if row.name == "an exception that is not needed" else [])


def test_a_lower_floor_for_the_dying_is_part_of_the_sign_and_no_exception():
    dying = "when_expected_dying: {floor: ring, because: a plan says so, signed: [A. One, B. Two]}"
    house = parse_house(edited(HOUSE_TEXT, ("title: Bleeding", f"{dying}, title: Bleeding")), "house.yaml")
    assert prove(parse_triage(LEG, "leg.yaml", house), house).findings == ()
