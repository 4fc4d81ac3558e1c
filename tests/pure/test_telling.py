"""What the person is told of a visit, and when another text is worth it."""

from datetime import UTC, datetime, timedelta

import pytest

from dispatch.telling import Window, due, first_name, window_of, with_article
from dispatch.telling_model import Told, What
from records.contact_points import ContactPoint, Safe
from records.lifecycles import PositionState
from records.model import Position
from records.tell_wishes import TellWish, why_not

NOW = datetime(2026, 3, 4, 14, 20, tzinfo=UTC)
MIN = timedelta(minutes=1)
ANA, SAM = 1, 2
AT_1440 = Window(NOW + 15 * MIN, NOW + 35 * MIN)


def told(what: What, who: int = ANA, later: int = 0) -> Told:
    window = (
        (AT_1440.from_at + later * MIN, AT_1440.to_at + later * MIN)
        if what in ("coming", "new_time")
        else (None, None)
    )
    return Told(
        place="p", case_id=1, position_id=1, responder_id=who, what=what, phone="+447700900123",
        from_at=window[0], to_at=window[1], at=NOW, by="the hub", effect_id=1,
    )  # fmt: skip


def position(travel: int | None, forecast: int | None = None) -> Position:
    return Position(
        place="p", opened_at=NOW, case_id=1, kind="nurse", title="nurse", priority="two_hours", due_at=NOW,
        stops_clock=True, travel_min=travel, accepted_at=NOW,
        forecast_at=NOW + forecast * MIN if forecast is not None else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("travel", "forecast", "window", "why"),
    [
        (20, None, (15, 35), "five before, a quarter of an hour after"),
        (18, None, (15, 35), "rounded to five minutes"),
        (20, 40, (35, 55), "what they said themselves counts"),
        (2, None, (0, 15), "nobody is told a time that is over"),
        (20, -30, (0, 15), "nor where the forecast itself is over"),
        (None, None, None, "unknown is not promised"),
    ],
)
def test_between_when_and_when(
    travel: int | None, forecast: int | None, window: tuple[int, int] | None, why: str
) -> None:
    expected = Window(NOW + window[0] * MIN, NOW + window[1] * MIN) if window else None
    assert window_of(position(travel, forecast), NOW) == expected, why


@pytest.mark.parametrize(
    ("state", "who", "last", "what", "why"),
    [
        ("offered", None, None, None, "nobody has said yes, nothing is promised"),
        ("accepted", ANA, None, "coming", "the first yes"),
        ("accepted", ANA, told(What.coming), None, "nothing has changed"),
        ("en_route", ANA, told(What.coming, later=9), None, "less than ten minutes is not worth a text"),
        ("en_route", ANA, told(What.coming, later=10), "new_time", "ten are"),
        ("en_route", ANA, told(What.coming, later=-10), "new_time", "earlier is told too"),
        ("at_door", ANA, told(What.coming), None, "they see for themselves"),
        ("with_person", ANA, None, None, "and need not be told late"),
        ("done", ANA, told(What.coming), None, "over"),
        ("open", None, told(What.coming), "somebody_else", "handed back"),
        ("open", None, told(What.somebody_else), None, "said already"),
        ("accepted", SAM, told(What.coming), "coming", "another name at the door"),
        ("accepted", ANA, told(What.somebody_else), "coming", "the same one after all"),
        ("stood_down", ANA, told(What.new_time), "not_coming", "stood down"),
        ("stood_down", None, told(What.somebody_else), "not_coming", "they still wait for somebody"),
        ("stood_down", ANA, told(What.not_coming), None, "said already"),
        ("stood_down", ANA, None, None, "they never heard of it"),
        ("superseded", ANA, told(What.coming), "not_coming", "no longer needed"),
    ],
)  # fmt: skip
def test_what_they_must_be_told(
    state: str, who: int | None, last: Told | None, what: str | None, why: str
) -> None:
    assert due(PositionState(state), who, last, AT_1440, others_sought=False) == what, why


def test_where_another_is_sought_it_is_not_said_that_nobody_comes() -> None:
    assert (
        due(PositionState.superseded, ANA, told(What.coming), None, others_sought=True) is What.somebody_else
    )


@pytest.mark.parametrize(
    ("name", "first"),
    [("Ana Ruiz", "Ana"), ("Zoë Łuk", "Zoe"), ("Łukasz", "Lukasz"), ("李", "Somebody"), ("", "Somebody")],
)
def test_a_name_as_a_text_can_carry_it(name: str, first: str) -> None:
    assert first_name(name) == first


def test_a_role_reads_as_english() -> None:
    assert (with_article("nurse"), with_article("occupational_therapist")) == (
        "a nurse",
        "an occupational therapist",
    )


def point(text: Safe) -> ContactPoint:
    return ContactPoint(place="p", number="+447700900123", text=text, by="Jay", at=NOW)


@pytest.mark.parametrize(
    ("agreed", "safe", "why"),
    [
        (None, Safe.yes, "nobody has asked whether they want a text"),
        (Safe.not_known, Safe.yes, "nobody has asked whether they want a text"),
        (Safe.no, Safe.yes, "they want no text"),
        (Safe.yes, None, "nobody has said that this number is safe to text"),
        (Safe.yes, Safe.not_known, "nobody has said that this number is safe to text"),
        (Safe.yes, Safe.no, "it is not safe to text this number"),
        (Safe.yes, Safe.yes, ""),
    ],
)
def test_unknown_is_never_yes(agreed: Safe | None, safe: Safe | None, why: str) -> None:
    """S17: two things must be known, that they want it and that it is safe."""
    wish = TellWish(place="p", case_id=1, agreed=agreed, by="Jay", at=NOW) if agreed else None
    assert why_not(wish, "+447700900123", point(safe) if safe else None) == why
