"""Who is asked first, and the reasons that a coordinator reads."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.bringing import brings
from dispatch.ranking import Candidate, Cover, may_go, rank, second

CHAIR = "lifting chair"
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


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


def test_what_a_coordinator_reads_beside_a_name() -> None:
    """Continuity and what is left behind, in words."""
    saw = replace(
        candidate(2, travel=14), seen_at=datetime(2026, 3, 3, 18, tzinfo=UTC), has=("nursing", "catheter")
    )
    far = replace(candidate(3, travel=14), leaves=Cover("LS17", 26))
    alone = replace(candidate(4, travel=14), leaves=Cover("LS17", None))
    first, *rest = rank([alone, far, saw], NOON)
    assert first.reasons == (
        "nurse",
        "14 min away",
        "free",
        "has nursing and catheter",
        "saw them on Tuesday 3 March",
    )
    assert [r.candidate.responder_id for r in rest] == [3, 4]
    assert second(rest) == "; second: R3, 14 min away, free, nobody else free within 20 min of LS17 then"
    assert rest[1].reasons[-1] == "nobody else free near LS17 then"
    assert second([]) == ""


@pytest.mark.parametrize(
    ("better", "worse", "why"),
    [
        (
            replace(candidate(2, travel=14), seen_at=NOON),
            candidate(1, travel=9),
            "a known face is worth eight minutes",
        ),
        (candidate(1, travel=9), replace(candidate(2, travel=20), seen_at=NOON), "and not more"),
        (candidate(2, travel=15), replace(candidate(1), leaves=Cover("LS17", 27)), "the north stays covered"),
        (replace(candidate(1), leaves=Cover("LS17", 20)), candidate(2, travel=11), "20 min is near enough"),
        (
            replace(candidate(1), leaves=Cover("LS17", None)),
            candidate(2, travel=21),
            "who waits now comes before who may ring",
        ),
        (
            replace(candidate(2, travel=29), brings=((CHAIR, True),)),
            replace(candidate(1), brings=((CHAIR, False),)),
            "to go without it is twenty minutes away",
        ),
        (
            replace(candidate(2, travel=14), brings=((CHAIR, True),)),
            replace(candidate(1), brings=((CHAIR, None),)),
            "who has it comes before who perhaps has it",
        ),
        (
            replace(candidate(2, travel=24), brings=((CHAIR, None),)),
            replace(candidate(1), brings=((CHAIR, False),)),
            "what is not known is never no",
        ),
        (
            candidate(2, travel=30),
            replace(candidate(1, travel=5), free_at=NOON + timedelta(minutes=40)),
            "free now",
        ),
    ],
)
def test_wishes_are_weighed_in_minutes(better: Candidate, worse: Candidate, why: str) -> None:
    assert [r.candidate for r in rank([worse, better], NOON)] == [better, worse], why


@pytest.mark.parametrize(
    ("wanted", "equipment", "vehicle", "has"),
    [
        (CHAIR, ["Lifting chair (folding)", "slide sheet"], "", True),
        (CHAIR, ["slide sheet"], "", False),
        (CHAIR, ["none"], "", False),
        (CHAIR, [], "van", None),
        ("van", ["slide sheet"], "", None),
        ("van", [], "small car", False),
        ("van", [], "Van with a tail lift", True),
    ],
)
def test_what_somebody_brings(wanted: str, equipment: list[str], vehicle: str, has: bool | None) -> None:
    """Nobody has written it down: that is not known, and never no."""
    assert brings(wanted, equipment, vehicle) is has
    (one,) = rank([replace(candidate(), brings=((wanted, has),))], NOON)
    said = {True: f"has the {wanted}", False: f"no {wanted}", None: f"{wanted} not known"}
    assert one.reasons[3] == said[has]


def test_who_is_with_somebody_goes_afterwards() -> None:
    (one,) = rank([replace(candidate(travel=12), free_at=NOON + timedelta(minutes=10))], NOON)
    assert one.reasons[2] == "with somebody until about 12:10"
    assert one.candidate.there_at(NOON) == NOON + timedelta(minutes=22)
    assert (
        may_go(replace(candidate(ends_in_min=60), free_at=NOON + timedelta(minutes=30)), NOON)
        == "off too soon"
    )
