"""What responders text, and what the hub makes of it. Nothing is guessed (S23, S26)."""

import re
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.replies import CARRIERS_WORDS, OPT_OUT_WORDS, TAUGHT, Kind, Phone, Reading, read
from hub.ids import read_code

ONE = Phone(live=["4K7C"], known=["4K7C"])
TWO = Phone(live=["4K7C", "6M3D"], known=["4K7C", "6M3D"])
LATE = Phone(ended_lately=["4K7C"], known=["4K7C"])
ONE_AND_LATE = Phone(live=["6M3D"], ended_lately=["4K7C"], known=["6M3D", "4K7C"])
OUT = Phone(assigned=["4K7C"], known=["4K7C"])
OUT_AND_ASKED = Phone(live=["6M3D"], assigned=["4K7C"], known=["6M3D", "4K7C"])
CHECKED = Phone(assigned=["4K7C"], asked=["4K7C"], known=["4K7C"])
OLD = Phone(known=["4K7C"])
NOTHING = Phone()

HUMAN = Reading(Kind.human)
YES, NO = Reading(Kind.answer, "accept", "4K7C"), Reading(Kind.answer, "decline", "4K7C")


def step(event: str) -> Reading:
    return Reading(Kind.step, event, "4K7C")


def late(minutes: int) -> Reading:
    return Reading(Kind.delay, "", "4K7C", minutes)


def can(minutes: int = 0, clock: str = "", code: str = "4K7C") -> Reading:
    at = time.fromisoformat(clock) if clock else None
    return Reading(Kind.conditional, code=code, minutes=minutes, clock=at)


TABLE: list[tuple[str, Phone, Reading, str]] = [
    # On, off and breaks: about themselves
    ("on", NOTHING, Reading(Kind.duty, "on"), "back from a break"),
    ("OFF", OUT, Reading(Kind.duty, "off"), "whether that can be is not for reading to say"),
    ("Break 20", ONE, Reading(Kind.duty, "break", minutes=20), "no offer is meant"),
    ("break", NOTHING, Reading(Kind.duty, "break"), "for how long is asked"),
    ("break 9999", NOTHING, Reading(Kind.duty, "break"), "too long is no time"),
    ("on my way", OUT, HUMAN, "more than the word"),
    ("off 4K7C", OUT, Reading(Kind.human, code="4K7C"), "not about themselves alone"),
    # Yes and no
    ("1", ONE, YES, "the one open offer"),
    (" 1 ", ONE, YES, "spaces"),
    ("1.", ONE, YES, "a full stop"),
    ("1!", ONE, YES, "a sign"),
    ("1\n", ONE, YES, "a line's end"),
    ("yes", ONE, YES, "small letters"),
    ("Yes.", ONE, YES, "a phone's own capital and stop"),
    ("YES 1", ONE, YES, "said twice the same"),
    ("1 4K7C", ONE, YES, "with its code"),
    ("4k7c 1", ONE, YES, "code first, small"),
    ("4K7C: yes", ONE, YES, "a colon"),
    ("1 4K7", ONE, YES, "the case's reference names the only offer of it"),
    ("FP 4K7C 1", ONE, YES, "the start of our own text"),
    ("2", ONE, NO, "the one open offer"),
    ("no", ONE, NO, "a word"),
    ("2 4K7C", TWO, NO, "its code says which of two"),
    ("1 6m3d", TWO, Reading(Kind.answer, "accept", "6M3D"), "its code says which of two"),
    ("1 4K7C", LATE, YES, "a late yes with its code: whether it counts is for the offer to say"),
    ("1 4K7C", OLD, YES, "a code of weeks ago is still that offer's"),
    ("1 4K7C", ONE_AND_LATE, YES, "with its code there is no doubt"),
    # All well?
    ("OK", CHECKED, Reading(Kind.all_well, code="4K7C"), "asked, and answered"),
    ("ok 4k7c", CHECKED, Reading(Kind.all_well, code="4K7C"), "with its code"),
    ("OK", OUT, HUMAN, "nobody has asked: it may mean anything"),
    ("OK", ONE, HUMAN, "and is no yes"),
    ("ok in a minute", CHECKED, HUMAN, "more than was asked"),
    ("RED OK", CHECKED, Reading(Kind.danger, code="4K7C"), "S26: danger before all else"),
    # Asked for the code
    ("1", TWO, Reading(Kind.which, "accept"), "two are open"),
    ("no", TWO, Reading(Kind.which, "decline"), "two are open"),
    ("1", ONE_AND_LATE, Reading(Kind.which, "accept"), "S23: another ended a moment ago"),
    ("1", LATE, Reading(Kind.which, "accept"), "S23: it ended a moment ago, and a bare 1 is not taken"),
    ("1", NOTHING, Reading(Kind.nothing_open), "nothing is open"),
    ("2", OLD, Reading(Kind.nothing_open), "the last one is long over"),
    ("1", OUT, YES, "the yes said twice: it is theirs already"),
    ("2", OUT, Reading(Kind.human, code="4K7C"), "they may believe that they are rid of it: a person asks"),
    ("1", OUT_AND_ASKED, Reading(Kind.answer, "accept", "6M3D"), "the one open offer, though on a visit"),
    # Not a yes and not a no
    ("no but I can in 2 hours", ONE, HUMAN, "that is not a no"),
    ("yes 2", ONE, HUMAN, "yes or 2?"),
    ("1 2", ONE, HUMAN, "yes or no?"),
    ("1 yes 2 no", ONE, HUMAN, "our own words sent back"),
    ("yes please", ONE, HUMAN, "nearly: a person reads it"),
    ("y", ONE, HUMAN, "not taught"),
    ("ok", ONE, HUMAN, "ok to what?"),
    ("11", ONE, HUMAN, "a slip of the thumb"),
    ("1st floor?", ONE, HUMAN, "a question"),
    ("one", ONE, HUMAN, "not taught"),
    ("👍", ONE, HUMAN, "an emoji is no word"),
    ("1 👍", ONE, YES, "an emoji is no word, so 1 is all that is said"),
    ("نعم", ONE, HUMAN, "right to left"),
    ("\u200f1\u200f", ONE, YES, "marks of a right-to-left keyboard"),
    ("１", ONE, HUMAN, "a wide digit is not the digit that was taught"),
    ("", ONE, HUMAN, "nothing: a person looks"),
    ("   \n ", ONE, HUMAN, "nothing: a person looks"),
    ("...", ONE, HUMAN, "nothing: a person looks"),
    ("1" * 1600, ONE, HUMAN, "as long as a text can be"),
    ("a " * 800, ONE, HUMAN, "as long as a text can be"),
    ("1 9C7K", ONE, HUMAN, "a code that this phone never had"),
    ("1 4K7D", ONE, HUMAN, "another responder's code of the same case"),
    ("1 6M3", ONE, HUMAN, "a case that this phone was never asked about"),
    ("1 4K7C 6M3D", TWO, HUMAN, "two codes"),
    ("1 4K7", Phone(live=["4K7C", "4K7D"], known=["4K7C", "4K7D"]), HUMAN, "two offers of one case"),
    # A yes with a condition is for the coordinator to accept
    ("yes in 40", ONE, can(40), "as people write it"),
    ("yes 40", ONE, can(40), "shorter"),
    ("Yes, 40 mins.", ONE, can(40), "with its unit"),
    ("YES 4K7C IN 40 MIN", TWO, can(40), "with its code"),
    ("yes in 40min 6m3d", TWO, can(40, code="6M3D"), "with its code"),
    ("1 in 40", ONE, can(40), "1 is a yes"),
    ("yes in 2 hours", ONE, can(120), "hours"),
    ("can do in 90", ONE, can(90), "no yes, but a promise"),
    ("can do by 1500", ONE, can(clock="15:00"), "a time"),
    ("yes by 15:00", ONE, can(clock="15:00"), "a time with its colon"),
    ("Yes I can by 09.30!", ONE, can(clock="09:30"), "a time with a point"),
    ("yes at 15:00 4K7", ONE, can(clock="15:00"), "the case's reference"),
    ("yes in 40", TWO, Reading(Kind.which, minutes=0), "two are open"),
    ("yes in 40", ONE_AND_LATE, Reading(Kind.which), "S23: another ended a moment ago"),
    ("yes in 40", NOTHING, Reading(Kind.nothing_open), "nothing is open"),
    ("yes in 40", OUT, Reading(Kind.human, code="4K7C"), "on the way already: a person asks"),
    ("yes in 40 4K7C", LATE, can(40), "late, with its code: the coordinator decides"),
    ("yes 5", ONE, HUMAN, "five minutes, or a slip?"),
    ("1 40", ONE, HUMAN, "two numbers"),
    ("yes in 0", ONE, HUMAN, "no time at all"),
    ("yes in 241", ONE, HUMAN, "further than is read"),
    ("yes in 5 hours", ONE, HUMAN, "further than is read"),
    ("yes in ²", ONE, HUMAN, "a digit to Python, and no number"),
    ("yes by 2500", ONE, HUMAN, "no such time"),
    ("yes by 3:30", ONE, HUMAN, "in the night, or after lunch?"),
    ("yes by 3pm", ONE, HUMAN, "not a clock of 24 hours"),
    ("yes 1500", ONE, HUMAN, "by, at or in?"),
    ("no in 40", ONE, HUMAN, "that is not a yes"),
    ("no but can do by 1500", ONE, HUMAN, "that is not a yes either"),
    ("yes in 40 or so", ONE, HUMAN, "or so"),
    ("can you in 40", ONE, HUMAN, "a question"),
    ("in 40", ONE, HUMAN, "no yes"),
    # Steps of a visit
    ("enroute", OUT, step("set_off"), "taught"),
    ("en route", OUT, step("set_off"), "as people write it"),
    ("En-route!", OUT, step("set_off"), "as people write it"),
    ("ARRIVED", OUT, step("arrive"), "taught"),
    ("with 4k7c", OUT, step("begin_care"), "with its code"),
    ("Done", OUT, step("finish"), "taught"),
    ("no access", OUT, step("find_no_access"), "as people write it: not NO"),
    ("NOACCESS", OUT, step("find_no_access"), "taught"),
    ("BACK", OUT, step("hand_back"), "taught"),
    ("done", OUT_AND_ASKED, step("finish"), "a step is for the visit, whatever else is offered"),
    ("arrived", ONE, Reading(Kind.nothing_open, "arrive"), "offered is not accepted"),
    ("arrived", NOTHING, Reading(Kind.nothing_open, "arrive"), "no visit"),
    ("arrived 4K7C", OLD, step("arrive"), "named: whether it is still theirs is for the visit to say"),
    ("done now", OUT, HUMAN, "a word too many"),
    ("back in 5", OUT, HUMAN, "that is not BACK"),
    ("arrived with", OUT, HUMAN, "two steps at once"),
    ("with her now", OUT, HUMAN, "words about a person"),
    # Delays
    ("DELAY 20", OUT, late(20), "taught"),
    ("delay 20 4k7c", OUT, late(20), "with its code"),
    ("DELAY 240", OUT, late(240), "the longest"),
    ("DELAY 0", OUT, HUMAN, "no delay"),
    ("DELAY 241", OUT, HUMAN, "longer than can be"),
    ("DELAY 9999", OUT, HUMAN, "longer than can be"),
    ("DELAY " + "9" * 5000, OUT, HUMAN, "no number at all"),
    ("DELAY ²", OUT, HUMAN, "a digit to Python, and no number"),
    ("DELAY ٢", OUT, HUMAN, "no digit that was taught"),
    ("DELAY -5", OUT, Reading(Kind.delay, "", "4K7C", 5), "a dash before a number is only a dash"),
    ("DELAY 2.5", OUT, HUMAN, "minutes are whole"),
    ("DELAY", OUT, HUMAN, "by how much?"),
    ("DELAY twenty", OUT, HUMAN, "in words"),
    ("delay 20", NOTHING, Reading(Kind.nothing_open), "no visit"),
    # Danger
    ("RED", OUT, Reading(Kind.danger, code="4K7C"), "S26"),
    ("red", OUT, Reading(Kind.danger, code="4K7C"), "small letters"),
    ("Red!!", OUT, Reading(Kind.danger, code="4K7C"), "signs"),
    ("red 4K7C", OUT, Reading(Kind.danger, code="4K7C"), "with its code"),
    ("RED", NOTHING, Reading(Kind.danger), "danger off duty is danger"),
    ("RED RED RED", NOTHING, Reading(Kind.danger), "in a panic"),
    ("RED he has a knife in his hand", OUT, Reading(Kind.danger, code="4K7C"), "never turned away for its length"),
    ("code red", OUT, Reading(Kind.danger, code="4K7C"), "better an alarm too many"),
    ("credit", OUT, HUMAN, "not the word"),
    ("redone", OUT, HUMAN, "not the word"),
    ("parked by the red car", OUT, HUMAN, "a red car, not danger"),
    ("RED 9C7K", OUT, Reading(Kind.danger, code="4K7C"), "a wrong code does not silence it"),
    # An ambulance
    ("999 4K7C", OUT, Reading(Kind.ambulance, "", "4K7C"), "S26"),
    ("999", OUT, Reading(Kind.ambulance, "", "4K7C"), "on one visit there is no doubt"),
    ("999", NOTHING, Reading(Kind.ambulance), "never turned away"),
    ("999", TWO, Reading(Kind.ambulance), "never turned away"),
    ("999 9C7K", OUT, HUMAN, "whose case? A person asks at once"),
    ("999 now please", OUT, HUMAN, "a person reads it"),
    # Words that belong to carriers
    ("HELP", OUT, HUMAN, "S26: never a command"),
    ("info", ONE, HUMAN, "S26: never a command"),
    ("START", ONE, HUMAN, "S26: never a command"),
    ("STOP", ONE, Reading(Kind.opt_out), "S24: that phone gets no more texts"),
    ("stop.", ONE, Reading(Kind.opt_out), "S24"),
    ("CANCEL", OUT, Reading(Kind.opt_out), "S26: the carrier has taken it so"),
    ("end", OUT, Reading(Kind.opt_out), "S26: the carrier has taken it so"),
    ("stop 4K7C", ONE, HUMAN, "with more words the carrier does nothing, and we do not guess"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "phone", "expected", "why"),
    TABLE,
    ids=[f"{nth}-{why[:30]}" for nth, (*_, why) in enumerate(TABLE)],
)
def test_what_a_text_means(body: str, phone: Phone, expected: Reading, why: str) -> None:
    found = read(body, phone)
    if expected == HUMAN:
        assert found.kind is Kind.human, why  # which case it hangs on is no matter here
    else:
        assert found == expected, why


def test_no_taught_word_belongs_to_carriers() -> None:
    """S26. YES is Twilio's START: there it only opts in, which does no harm."""
    assert not CARRIERS_WORDS & set(TAUGHT)
    assert OPT_OUT_WORDS < CARRIERS_WORDS


WORDS = st.sampled_from(
    [
        "1",
        "2",
        "YES",
        "no",
        "4K7C",
        "4K7",
        "6M3D",
        "9C7K",
        "FP",
        "RED",
        "999",
        "DELAY",
        "20",
        "done",
        "but",
        "in",
        "by",
        "can do",
        "40",
        "1500",
        "min",
        "hours",
        "²",
        ".",
    ]
)
BODIES = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=6).map(" ".join))
CODES = st.lists(st.sampled_from(["4K7C", "4K7D", "6M3D", "9XX9", "nonsense"]), max_size=3)
PHONES = st.builds(Phone, live=CODES, ended_lately=CODES, assigned=CODES, known=CODES)


@given(BODIES, PHONES)
def test_any_text_can_be_read(body: str, phone: Phone) -> None:
    assert read(body, phone).kind in Kind


@given(BODIES, PHONES)
def test_a_yes_holds_nothing_but_yes_and_a_code_of_that_phone(body: str, phone: Phone) -> None:
    found = read(body, phone)
    if found.event != "accept" or found.kind is not Kind.answer:
        return
    words = [re.sub(r"^\W+|\W+$", "", word) for word in body.upper().split()]
    rest = {word for word in words if word and word != "FP" and not read_code(word)}
    assert rest
    assert rest <= {"1", "YES"}
    assert found.code in {*phone.live, *phone.ended_lately, *phone.assigned, *phone.known}


NUMBER = re.compile(r"[0-9]{1,3}(M|MIN|MINS|MINUTES|H|HR|HRS|HOUR|HOURS)?|[0-9]{2}[:.]?[0-9]{2}")
PROMISING = {"YES", "1", "I", "CAN", "DO", "IN", "BY", "AT", "M", "MIN", "MINS", "MINUTES", "H", "HR", "HRS"}


@given(BODIES, PHONES)
def test_a_promise_holds_nothing_but_a_yes_and_one_time(body: str, phone: Phone) -> None:
    """S23: nothing else becomes a conditional yes; least of all what holds a no, or any word that is not taught."""
    found = read(body, phone)
    if found.kind is not Kind.conditional:
        return
    words = [re.sub(r"^\W+|\W+$", "", word) for word in body.upper().split()]
    words = [word for word in words if word and word != "FP" and not read_code(word)]
    assert words[0] in ("YES", "1", "I", "CAN")
    others = [word for word in words[1:] if word not in PROMISING | {"HOUR", "HOURS"}]
    assert len(others) == 1
    assert NUMBER.fullmatch(others[0])
    assert (found.minutes > 0) is (found.clock is None)
    assert found.minutes <= 240
    assert found.code in {*phone.live, *phone.ended_lately, *phone.assigned, *phone.known}


@given(BODIES, PHONES)
def test_nothing_is_done_to_an_offer_that_the_phone_never_had(body: str, phone: Phone) -> None:
    found = read(body, phone)
    assert found.code in {"", *phone.live, *phone.ended_lately, *phone.assigned, *phone.known}


@given(st.sampled_from(["1", "YES", "2", "no"]), PHONES)
def test_a_bare_answer_is_taken_for_the_one_open_offer_alone(body: str, phone: Phone) -> None:
    """S23. With none open it may only be the visit that is theirs already, or one that is past having."""
    found = read(body, phone)
    if found.kind is Kind.answer and phone.live:
        assert list(phone.live) == [found.code]
        assert not phone.ended_lately
