"""Who is asked first, and the reasons that a coordinator reads."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.ranking import Candidate, may_go, rank, travel_min

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LEEDS_8, LEEDS_17, YORK = (53.831, -1.500), (53.853, -1.523), (53.958, -1.082)


def candidate(
    number: int = 1,
    travel: int | None = 10,
    ends_in_min: float = 240,
    visits: int = 0,
    asked: bool = False,
    excluded: bool = False,
) -> Candidate:
    ends_at = NOON + timedelta(minutes=ends_in_min)
    return Candidate(number, f"R{number}", "nurse", ends_at, travel, visits, asked, excluded)


CANDIDATES = st.lists(
    st.builds(
        candidate,
        st.integers(1, 50),
        st.one_of(st.none(), st.integers(0, 90)),
        st.integers(-10, 600),
        st.integers(0, 6),
        st.booleans(),
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda c: c.responder_id,
)


@pytest.mark.parametrize(
    ("better", "worse", "why"),
    [
        (candidate(2, travel=5), candidate(1, travel=9), "nearer"),
        (candidate(2, travel=10), candidate(1, travel=7, visits=1), "a visit made counts four minutes"),
        (candidate(2, travel=24), candidate(1, travel=None), "not known counts 25 minutes"),
        (
            candidate(2, travel=90),
            candidate(1, travel=1, asked=True),
            "whoever was not asked yet comes first",
        ),
        (candidate(1), candidate(2), "a tie goes to the one who joined first"),
    ],
)
def test_who_comes_first(better: Candidate, worse: Candidate, why: str) -> None:
    assert [r.candidate for r in rank([worse, better], NOON)] == [better, worse], why


@pytest.mark.parametrize(
    ("who", "why_not"),
    [
        (candidate(), None),
        (candidate(excluded=True), "not for this person or address"),
        (candidate(excluded=True, travel=0), "not for this person or address"),
        (candidate(travel=10, ends_in_min=32.5), None),
        (candidate(travel=10, ends_in_min=32), "off too soon"),
        (candidate(travel=None, ends_in_min=47), "off too soon"),
        (candidate(travel=None, ends_in_min=48), None),
    ],
)
def test_musts(who: Candidate, why_not: str | None) -> None:
    """S22: exclusions gate every offer; a visit that would end long after the shift is not offered."""
    assert may_go(who, NOON) == why_not
    assert len(rank([who], NOON)) == (why_not is None)


@given(CANDIDATES)
def test_ranking_is_an_order_of_those_who_may_go(candidates: list[Candidate]) -> None:
    ranked = rank(candidates, NOON)
    assert {r.candidate.responder_id for r in ranked} == {
        c.responder_id for c in candidates if may_go(c, NOON) is None
    }
    assert not any(r.candidate.excluded for r in ranked)
    assert [r.score for r in ranked] == sorted(r.score for r in ranked)
    asked = [r.candidate.asked_before for r in ranked]
    assert asked == sorted(asked), "nobody is asked twice before everybody was asked once"
    assert rank(list(reversed(candidates)), NOON) == ranked, "the order they come in does not matter"


@given(CANDIDATES)
def test_every_ranked_one_says_why(candidates: list[Candidate]) -> None:
    for ranked in rank(candidates, NOON):
        assert ranked.reasons[0] == "nurse"
        assert "free" in ranked.reasons
        away = f"{ranked.candidate.travel_min} min away"
        assert (away in ranked.reasons) == (ranked.candidate.travel_min is not None)


def test_the_reasons_in_words() -> None:
    (one,) = rank([candidate(travel=None, visits=1, asked=True)], NOON)
    assert one.reasons == (
        "nurse",
        "distance not known",
        "free",
        "1 visit this shift",
        "did not answer before",
    )
    assert one.travel_min == 25


def test_travel_is_a_straight_line_times_a_factor() -> None:
    assert travel_min(LEEDS_8, LEEDS_8) == 4, "time to get into the car"
    assert travel_min(LEEDS_8, LEEDS_17) == 12
    near, far = travel_min(LEEDS_8, LEEDS_17), travel_min(LEEDS_8, YORK)
    assert near is not None
    assert far is not None
    assert near < far
    assert travel_min(LEEDS_8, None) is None
    assert travel_min(None, LEEDS_8) is None


POINTS = st.tuples(st.floats(50, 56), st.floats(-6, 2))


@given(POINTS, POINTS)
def test_the_way_there_is_the_way_back(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert travel_min(a, b) == travel_min(b, a)
