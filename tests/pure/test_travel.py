"""How long the way takes, by a straight line times a factor."""

from hypothesis import given
from hypothesis import strategies as st

from dispatch.travel import StraightLine

LEEDS_8, LEEDS_17, YORK = (53.831, -1.500), (53.853, -1.523), (53.958, -1.082)
POINTS = st.tuples(st.floats(50, 56), st.floats(-6, 2))


def test_travel_is_a_straight_line_times_a_factor() -> None:
    here, near, far = StraightLine().minutes([LEEDS_8, LEEDS_17, YORK], LEEDS_8)
    assert here == 4, "time to get into the car"
    assert near == 12
    assert far is not None
    assert far > near


def test_what_is_not_known_is_not_near() -> None:
    assert StraightLine().minutes([LEEDS_8, None], LEEDS_17) == [12, None]
    assert StraightLine().minutes([LEEDS_8, LEEDS_17], None) == [None, None]
    assert StraightLine().minutes([], LEEDS_8) == []


@given(POINTS, POINTS)
def test_the_way_there_is_the_way_back(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert StraightLine().minutes([a], b) == StraightLine().minutes([b], a)
