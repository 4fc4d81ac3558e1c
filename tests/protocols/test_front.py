"""The first questions of every call: each other protocol is gone on with, and none of these ways decides how soon."""

from protocols.model import UNKNOWN
from tests.protocols.calls import LIBRARY, played

FRONT = LIBRARY.triage["front"]
WAYS = {one.id: one for one in FRONT.dispositions if one.priority == "advice"}
OTHERS = set(LIBRARY.triage) - {"front"}


def goes_on_with(**said):
    verdict = played(FRONT, {"age": 80, **said})
    return {fired.disposition.id for fired in verdict.fired} & set(WAYS)


def test_each_other_protocol_is_gone_on_with_by_exactly_one_need():
    ways = {need: goes_on_with(what=need) for need in FRONT.by_id["what"].answers}
    assert ways.pop("other") == set(), "what fits nowhere is a clinician's"
    assert all(len(names) == 1 for names in ways.values())
    named = [name for names in ways.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) == OTHERS


def test_no_way_asks_for_anybody_for_the_protocol_that_follows_does():
    assert not any(way.positions or way.ends_call for way in WAYS.values())


def test_a_clinicians_call_back_does_not_take_the_way_on_from_the_call():
    assert goes_on_with(what="fall", seen="no") == {"fall-at-home"}


def test_a_need_that_is_not_known_is_a_clinicians_and_every_way_stays_open():
    assert goes_on_with(what=UNKNOWN) == set(WAYS) - {"unwell-older-adult"}
    assert played(FRONT, {"age": 80, "what": UNKNOWN}).priority == "clinician_20_min"
