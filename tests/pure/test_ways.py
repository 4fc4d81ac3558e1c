"""S6: the front alone is never the end of a call."""

import pytest

from hub.errors import Conflict
from protocols.engine import UNKNOWN
from tests.protocols.calls import LIBRARY, played
from triage import ways

FRONT = LIBRARY.triage["front"]


def test_ways_on_alone_cannot_be_committed_and_a_clinician_can():
    with pytest.raises(Conflict, match="only the first questions"):
        ways.must_not_end_here(LIBRARY, played(FRONT, {"age": 80, "what": "fall"}))
    for said in ({"what": "other"}, {"what": UNKNOWN}, {"breathing": "no"}):
        ways.must_not_end_here(LIBRARY, played(FRONT, {"age": 80, **said}))


def test_only_one_way_is_gone_by_itself_and_none_where_it_is_999():
    assert ways.the_one_way(LIBRARY, played(FRONT, {"age": 80, "what": "diabetes"})) == "diabetes"
    assert ways.the_one_way(LIBRARY, played(FRONT, {"age": 80, "what": UNKNOWN})) is None
    assert ways.the_one_way(LIBRARY, played(FRONT, {"age": 80, "what": "fall", "bleeding": "yes"})) is None


def test_another_protocol_has_no_ways_on():
    assert ways.ways(LIBRARY, played(LIBRARY.triage["fall-at-home"], {"adult": "yes"})) == ()
