"""Every state × event of every table: what the table says happens, and nothing else does."""

import pytest

from dispatch.model import OfferState
from dispatch.offers import LIVE, OFFER
from dispatch.offers import after as offer_after
from records.lifecycles import LIFECYCLES, OWING, STATES, STEPS, UNDO_TO, Owed, after, owes

EVENTS = sorted({event for table in LIFECYCLES.values() for _, event in table})
EVERY = [(owed, str(state), event) for owed in Owed for state in STATES[owed] for event in [*EVENTS, "sing"]]
STARTS = {
    Owed.call: "ringing",
    Owed.assessment: "taking",
    Owed.call_back: "due",
    Owed.hold: "held",
    Owed.position: "open",
    Owed.hand_over: "requested",
    Owed.task: "open",
}
EXPECTED_SIZES = {
    Owed.call: 6,
    Owed.assessment: 3,
    Owed.call_back: 5,
    Owed.hold: 2,
    Owed.position: 53,
    Owed.hand_over: 7,
    Owed.task: 2,
}
"""How many moves each table allows: a line more or less is a change of the clinical process, and says so here."""


def reachable(table: dict[tuple[str, str], str], start: str) -> set[str]:
    seen, fresh = {start}, [start]
    while fresh:
        here = fresh.pop()
        for (state, _), new in table.items():
            if state == here and new not in seen:
                seen.add(new)
                fresh.append(new)
    return seen


@pytest.mark.parametrize(("owed", "state", "event"), EVERY)
def test_what_is_not_in_the_table_is_refused(owed: Owed, state: str, event: str) -> None:
    expected = LIFECYCLES[owed].get((state, event))
    assert after(owed, state, event) == expected
    if expected is not None:
        assert expected in set(STATES[owed])


def test_the_tables_are_as_long_as_was_agreed() -> None:
    assert {owed: len(table) for owed, table in LIFECYCLES.items()} == EXPECTED_SIZES


@pytest.mark.parametrize("owed", Owed)
def test_every_state_is_reached_from_the_first(owed: Owed) -> None:
    assert reachable(LIFECYCLES[owed], STARTS[owed]) == {str(state) for state in STATES[owed]}


@pytest.mark.parametrize("owed", Owed)
def test_from_every_state_an_end_is_reached(owed: Owed) -> None:
    for state in STATES[owed]:
        ends = [end for end in reachable(LIFECYCLES[owed], str(state)) if not owes(owed, end)]
        assert ends, f"{owed} {state} can never end"


@pytest.mark.parametrize("owed", Owed)
def test_whatever_is_owed_can_be_superseded_and_nothing_else(owed: Owed) -> None:
    for state in STATES[owed]:
        new = after(owed, str(state), "supersede")
        assert new == ("superseded" if owes(owed, str(state)) else None), f"{owed} {state}"


@pytest.mark.parametrize("owed", Owed)
def test_a_row_begins_owing(owed: Owed) -> None:
    assert owes(owed, STARTS[owed])
    assert OWING[owed] <= {str(state) for state in STATES[owed]}


UNDER_WAY = {"accepted", "en_route", "at_door", "with_person", "no_access"}
RAISED_AGAIN = {
    (Owed.hand_over, "timed_out", "request"),
    (Owed.hand_over, "refused", "request"),
    (Owed.hand_over, "timed_out", "confirm"),
    *((Owed.position, "done", f"undo_to_{before}") for before in sorted(UNDER_WAY)),
}
"""S30: another service may be asked again, and its reference may come late. S25: a DONE that was a mistake is undone.
Nothing else leaves an end."""


def test_what_has_ended_stays_so_but_for_a_hand_over_that_failed_and_a_mistaken_done() -> None:
    leaving = {
        (owed, state, event)
        for owed, table in LIFECYCLES.items()
        for state, event in table
        if not owes(owed, state)
    }
    assert leaving == RAISED_AGAIN


def test_each_step_of_a_visit_is_undone_to_where_it_came_from() -> None:
    """S25: and no more than the steps: a yes, a hand-back or a stand-down has been told to people."""
    table = LIFECYCLES[Owed.position]
    steps = {(old, new) for (old, event), new in table.items() if event in STEPS}
    assert steps == {(new, old) for (old, event), new in table.items() if event.startswith(UNDO_TO)}
    assert {new for _, new in steps} == {"en_route", "at_door", "with_person", "no_access", "done"}


def test_nobody_is_stood_down_while_with_the_person() -> None:
    """S27: care that has begun is finished or handed back; and a door that stays shut is not just called off."""
    assert after(Owed.position, "with_person", "stand_down") is None
    assert after(Owed.position, "no_access", "stand_down") is None
    assert after(Owed.position, "no_access", "finish") is None


@pytest.mark.parametrize(
    ("state", "event", "why"),
    [
        ("accepted", "arrive", "the step before was never texted"),
        ("accepted", "begin_care", "nobody texts with both hands full"),
        ("accepted", "finish", "told afterwards"),
        ("en_route", "finish", "told afterwards"),
        ("at_door", "finish", "WITH was forgotten: the hub asks when care began"),
    ],
)
def test_forward_jumps_are_legal(state: str, event: str, why: str) -> None:
    assert after(Owed.position, state, event) is not None, why


@pytest.mark.parametrize("state", ["accepted", "en_route", "at_door", "with_person", "no_access"])
def test_whoever_has_a_visit_can_hand_it_back(state: str) -> None:
    assert after(Owed.position, state, "hand_back") == "open"


OFFER_EVENTS = sorted({event for _, event in OFFER})


@pytest.mark.parametrize("state", OfferState)
@pytest.mark.parametrize("event", [*OFFER_EVENTS, "supersede"])
def test_every_state_and_event_of_an_offer(state: OfferState, event: str) -> None:
    assert offer_after(state, event) == OFFER.get((str(state), event))


def test_every_state_of_an_offer_is_reached_and_only_a_yes_comes_late() -> None:
    assert reachable(OFFER, "sent") == {str(state) for state in OfferState}
    assert {OfferState.sent} == LIVE
    late = {(state, event) for state, event in OFFER if state != "sent"}
    assert late == {("expired", "accept"), ("declined", "accept")}
