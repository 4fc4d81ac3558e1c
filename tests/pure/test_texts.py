"""Every text fits one SMS and can say nothing confidential (S24)."""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import texts
from dispatch.by_hand import GSM
from protocols.loader import load_library

LIBRARY = load_library(Path(__file__).resolve().parents[2] / "protocols", draft=True)
HOUSE = LIBRARY.house
LONGEST_TEXT = 160
DOUBLE = set("^{}\\[]~|€\n")
"""Signs that count twice in GSM-7."""
LINK = "ucr.leeds.example.nhs.uk/o/4K7"
CODE = "4K77XCC"
"""A long reference (two lengths up) with a second round of codes."""
OFFERED = [kind for kind in HOUSE.positions.values() if kind.offered]
TITLES = sorted(kind.title for kind in OFFERED)
WITH_EQUIPMENT = sorted(kind.with_equipment(kind.title) for kind in OFFERED)
LABELS = sorted(HOUSE.priority(priority).label for priority in LIBRARY.escalation)
"""A priority without an escalation protocol is never offered."""
NEEDS = sorted(HOUSE.needs.values())
MAY_STAND = {
    "code", "codes", "ref", "label", "need", "outward", "be_there_by", "travel_min", "title", "link", "instead_of",
    "public_number", "who", "role", "from_", "to", "why", "what", "then", "question", "at", "minutes", "due",
    "together", "said", "after", "by", "count",
}  # fmt: skip
"""S24: reference or code, outward postcode, priority, due time, coarse need, reply words, link; and our own words.
To the person: who of ours is coming, in which role, from when to when (S17)."""
NOT_TEXTS = {
    "clock",
    "by_when",
    "said_aloud",
    "alarm_said_aloud",
    "offer_aloud",
    "all_well_aloud",
    "read_back_aloud",
}


def templates() -> dict[str, Callable[..., str]]:
    return {
        name: act
        for name, act in inspect.getmembers(texts, inspect.isfunction)
        if act.__module__ == texts.__name__ and name not in NOT_TEXTS
    }


def length(text: str) -> int:
    return len(text) + sum(sign in DOUBLE for sign in text)


REALISTIC: dict[str, list[dict[str, Any]]] = {
    "alarm_untaken": [{"ref": CODE, "minutes": 125, "link": LINK}, {"ref": "", "minutes": 2, "link": LINK}],
    "alarms_untaken": [
        {"count": 1, "minutes": 5, "link": LINK},
        {"count": 500, "minutes": 1440, "link": LINK},
    ],
    "offer": [
        {
            "code": CODE,
            "label": label,
            "need": need,
            "outward": "LS17",
            "be_there_by": "Thu 23:59",
            "travel_min": 125,
            "title": title,
            "link": LINK,
        }
        for label in LABELS
        for need in NEEDS
        for title in WITH_EQUIPMENT
    ],
    "yours": [{"code": CODE, "link": LINK}],
    "yours_by": [{"code": CODE, "by": "Thu 23:59", "link": LINK}],
    "yours_next": [
        {"code": CODE, "after": CODE, "link": LINK},
        {"code": CODE, "after": CODE, "link": LINK, "by": "Thu 23:59"},
    ],
    "yours_now": [{"code": CODE}],
    "next_again": [{"code": CODE, "after": CODE}],
    "already_taken": [{"code": CODE}],
    "worse": [{"code": CODE, "label": label, "be_there_by": "Thu 23:59", "link": LINK} for label in LABELS],
    "stood_down": [{"code": CODE}],
    "coordinator_decides": [{"code": CODE}],
    "not_needed_then": [{"code": CODE}],
    "withdrawn": [{"code": CODE, "instead_of": CODE}],
    "could_not_read": [{"code": CODE}, {"code": ""}],
    "could_not_read_on_visit": [{"code": CODE}],
    "which_one": [{"codes": [CODE] * 9}, {"codes": []}],
    "nothing_open": [{"public_number": "+44 113 496 0000"}],
    "declined": [{"code": CODE}],
    "read_back": [{"code": "8888"}],
    "too_late": [
        {"code": CODE, "why": "your shift has ended"},
        *[
            {
                "code": CODE,
                "why": f"{why}, or ring us about the {title}",
            }
            for title in TITLES
            for why in (
                "you are still on another visit: reply DONE to that first",
                "you have a next visit already: hand that back before",
            )
        ],
    ],
    "noted": [
        *[{"code": CODE, "what": what, "then": then} for what, then in texts.STEP_NOTED.values()],
        {"code": CODE, "what": "delay of 240 min noted", "then": "Reply ARRIVED at the door."},
        {
            "code": CODE,
            "what": "ring 999 now if you have not",
            "then": "Then text us the ambulance reference.",
        },
    ],
    "handed_back": [{"code": CODE}],
    "about_duty": [{"said": "break until 15:20; it ends by itself. ON ends it now", "at": "23:59"}],
    "yours_wait": [{"code": CODE, "link": LINK}, {"code": CODE, "link": LINK, "by": "Thu 23:59"}],
    "all_well": [{"code": CODE, "at": "23:59"}],
    "person_told": [
        {
            "who": "Maximiliana",
            "role": role,
            "from_": "Thu 23:35",
            "to": "23:55",
            "public_number": "0113 496 0000",
        }
        for role in ("a nurse", "a physiotherapist", "an urgent care carer")
    ],
    "person_told_new_time": [
        {
            "who": "Maximiliana",
            "from_": "Thu 23:35",
            "to": "23:55",
            "public_number": "0113 496 0000",
        }
    ],
    "person_told_somebody_else": [{"who": "Maximiliana", "public_number": "0113 496 0000"}],
    "person_told_not_coming": [{"who": "Maximiliana", "public_number": "0113 496 0000"}],
    "own_code": [{"link": "https://ucr.leeds.example.nhs.uk/own/in/AAAAAAAAAAAAAAAA", "code": "888888"}],
    "own_logged_in": [{"at": "23:59", "public_number": "+44 113 496 0000"}],
    "own_opened": [{"public_number": "+44 113 496 0000"}],
    "own_answered": [{"public_number": "+44 113 496 0000"}],
    "nudge": [{"code": CODE, "question": "are you there? Reply ARRIVED or DELAY 20.", "at": "23:59"}],
    "nobody_has_accepted": [
        {
            "ref": "4K77X6",
            "minutes": 2880,
            "label": label,
            "outward": "LS17",
            "due": "Thu 23:59",
            "link": LINK,
        }
        for label in LABELS
    ],
    "nobody_eligible": [
        {"ref": "4K77X6", "title": title, "label": label, "outward": "LS17", "due": "Thu 23:59", "link": LINK}
        for title in TITLES
        for label in LABELS
    ],
}


def test_every_template_is_tried() -> None:
    assert set(REALISTIC) == set(templates())


@pytest.mark.parametrize("name", sorted(REALISTIC))
def test_it_fits_one_text_of_gsm_7(name: str) -> None:
    for values in REALISTIC[name]:
        said = templates()[name](**values)
        assert length(said) <= LONGEST_TEXT, f"{length(said)}: {said}"
        assert GSM.match(said), said


@pytest.mark.parametrize("name", sorted(REALISTIC))
def test_it_cannot_be_handed_anything_confidential(name: str) -> None:
    assert set(inspect.signature(templates()[name]).parameters) <= MAY_STAND


@pytest.mark.parametrize("name", sorted(REALISTIC))
def test_it_begins_with_who_we_are(name: str) -> None:
    """But where whoever reads along must not learn it (S17)."""
    kind = name.split("_")[0]
    ours = {"person": "Urgent care team: ", "own": ""}.get(kind, "FP")
    assert all(templates()[name](**values).startswith(ours) for values in REALISTIC[name])


def test_what_they_texted_is_never_quoted_back() -> None:
    """S24: none of the answers to what could not be read can hold any of it."""
    for act in (texts.could_not_read, texts.could_not_read_on_visit):
        assert list(inspect.signature(act).parameters) == ["code"]


@pytest.mark.parametrize(
    ("missing", "why"),
    [("outward", "no postcode yet"), ("need", "no need chosen yet"), ("travel_min", "unknown")],
)
def test_an_offer_reads_well_with_something_missing(missing: str, why: str) -> None:
    values = REALISTIC["offer"][0] | {missing: None if missing == "travel_min" else ""}
    said = texts.offer(**values)
    assert ", ." not in said, why
    assert "  " not in said, why
    assert "None" not in said, why


def test_the_reference_is_spelt_when_it_is_said_aloud() -> None:
    said = texts.said_aloud("4K7", 15, "2 HOURS")
    assert "case 4 K 7 " in said
    assert "Press 1" in said
    assert set(inspect.signature(texts.said_aloud).parameters) <= MAY_STAND
    assert "case 4 K 7 " in texts.all_well_aloud("4K7", 5)
    assert set(inspect.signature(texts.all_well_aloud).parameters) <= MAY_STAND


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_times_are_those_of_the_place(at: datetime) -> None:
    zone = ZoneInfo("Europe/London")
    assert texts.clock(at, zone) == at.astimezone(zone).strftime("%H:%M")


def test_a_due_time_says_its_day_where_that_is_not_today() -> None:
    zone = ZoneInfo("Europe/London")
    now = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert texts.by_when(datetime(2026, 7, 1, 22, 59, tzinfo=UTC), now, zone) == "23:59"
    assert texts.by_when(datetime(2026, 7, 2, 1, 0, tzinfo=UTC), now, zone) == "Thu 02:00"
    assert texts.by_when(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), now, zone) == "Thu 00:30", "of the place"


def test_a_promise_is_said_back() -> None:
    said = texts.yours_by("4K7C", "15:00", "ucr.example/o/4K7C")
    assert said.startswith("FP 4K7C is yours, you said by 15:00. Reply ENROUTE")
    assert "yours next, you said by 15:00, after 5M2A" in texts.yours_next("4K7C", "5M2A", "x", "15:00")
    assert "you said" not in texts.yours_next("4K7C", "5M2A", "x") + texts.yours_wait("4K7C", "x")


def test_the_clock_change_night_in_words() -> None:
    zone = ZoneInfo("Europe/London")
    assert texts.clock(datetime(2026, 3, 29, 0, 59, tzinfo=UTC), zone) == "00:59"
    assert texts.clock(datetime(2026, 3, 29, 1, 1, tzinfo=UTC), zone) == "02:01"


def test_an_offer_says_what_they_bring() -> None:
    """The falls responder's cushion is not left in the garage."""
    lifting = next(title for title in WITH_EQUIPMENT if "lifting cushion" in title)
    said = texts.offer(**(REALISTIC["offer"][0] | {"title": lifting}))
    assert "Falls responder + lifting cushion. Reply 1 yes 2 no." in said
