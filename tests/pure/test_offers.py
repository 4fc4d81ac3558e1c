"""The first yes wins; what one answer means for all the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model import OfferState
from dispatch.offers import TOOK_ANOTHER, Acceptance, OfferSeen, after, answer_yes, is_no
from records.lifecycles import PositionState

SENT = OfferState.sent
STATES = st.sampled_from(list(OfferState))


def offer(number: int, position: int = 1, responder: int = 1, state: OfferState = SENT) -> OfferSeen:
    return OfferSeen(number, position, responder, state)


@pytest.mark.parametrize(
    ("state", "position", "taken", "why"),
    [
        (SENT, "offered", True, "in time"),
        (SENT, "open", True, "its text overtook the word of its position"),
        (OfferState.expired, "open", True, "a late yes to what is still open"),
        (OfferState.expired, "offered", True, "a late yes, while somebody else thinks about it"),
        (OfferState.declined, "offered", True, "a changed mind"),
        (OfferState.expired, "accepted", False, "somebody else was first"),
        (SENT, "accepted", False, "somebody else was first"),
        (SENT, "done", False, "it is over"),
        (SENT, "stood_down", False, "it is over"),
        (SENT, "superseded", False, "it is over"),
        (OfferState.lost, "open", False, "they were told that it is taken: they are asked anew, or not"),
        (OfferState.withdrawn, "open", False, "they were told that it is withdrawn"),
        (OfferState.accepted, "open", False, "handed back: to take it again they are asked anew"),
    ],
)
def test_which_yes_counts(state: OfferState, position: str, taken: bool, why: str) -> None:
    assert answer_yes(offer(1, state=state), position, []).accepted is taken, why


@pytest.mark.parametrize(
    ("state", "because", "given_back", "said_no"),
    [
        (OfferState.declined, None, False, True),
        (OfferState.accepted, None, True, True),
        (OfferState.withdrawn, "Is at the vet.", False, True),
        (OfferState.withdrawn, TOOK_ANOTHER, False, False),
        (OfferState.expired, "no answer in time", False, False),
        (OfferState.lost, None, False, False),
    ],
)
def test_who_is_asked_again_only_on_purpose(
    state: OfferState, because: str | None, given_back: bool, said_no: bool
) -> None:
    assert is_no(state, because, given_back=given_back) is said_no


def test_the_others_of_the_position_are_lost_and_the_winners_own_go_back() -> None:
    others = [
        offer(2, position=1, responder=2),
        offer(3, position=2, responder=1),
        offer(4, position=1, responder=3, state=OfferState.expired),
        offer(1),
    ]
    assert answer_yes(offer(1), "offered", others) == Acceptance(accepted=True, lost=(2,), withdrawn=(3,))


def test_a_yes_that_does_not_count_changes_nothing() -> None:
    assert answer_yes(offer(1), "accepted", [offer(2, responder=2)]) == Acceptance(accepted=False)


@given(
    STATES,
    st.sampled_from(list(PositionState)),
    st.lists(
        st.builds(OfferSeen, st.integers(2, 20), st.integers(1, 3), st.integers(1, 3), STATES), max_size=6
    ),
)
def test_after_a_yes_no_live_offer_is_left_over(
    state: OfferState, position: str, others: list[OfferSeen]
) -> None:
    verdict = answer_yes(offer(1, state=state), position, others)
    ended = {*verdict.lost, *verdict.withdrawn}
    live = {other.id for other in others if other.state is SENT}
    assert ended == (live if verdict.accepted else set())
    assert 1 not in ended
    assert not set(verdict.lost) & set(verdict.withdrawn) or len({o.id for o in others}) < len(others)
    assert after("sent", "lose") == "lost"
    assert after("sent", "withdraw") == "withdrawn"
