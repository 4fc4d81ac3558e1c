"""What is counted of a protocol's use, as its file names it."""

import re
from pathlib import Path

import pytest

import protocols
from protocols.loader import ProtocolError, load_house, parse_triage
from protocols.measures import ALL, Measure, counts

HERE = Path(protocols.__file__).parent
HOUSE = load_house(HERE / "house.yaml")
FALL = re.sub(
    r"^measures:.*\n", "", (HERE / "triage" / "fall-at-home.yaml").read_text(encoding="utf-8"), flags=re.M
)


def read(measures: str) -> tuple[Measure, ...]:
    return parse_triage(f"{FALL}\n{measures}\n", "fall.yaml", HOUSE).measures


def test_a_file_that_names_none_is_counted_in_every_way() -> None:
    assert read("") == ALL


def test_kinds_and_single_questions() -> None:
    found = read("measures: [rules, {measure: unknowns, of: thinners}]")
    assert found == (Measure("rules"), Measure("unknowns", "thinners"))
    assert counts(found, "unknowns")
    assert counts(found, "unknowns", "thinners")
    assert not counts(found, "unknowns", "pain")
    assert not counts(found, "time")
    assert counts(ALL, "time", "pain")


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        ("measures: [rule]", "rules"),
        ("measures: [{measure: unknowns, of: thiners}]", 'did you mean "thinners"?'),
        ("measures: [{measure: rules, of: thinners}]", "unknowns"),
        ("measures: [time, time]", "keep one"),
    ],
)
def test_what_is_wrong_and_what_was_meant(measures: str, said: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read(measures)
    assert said in str(caught.value)
