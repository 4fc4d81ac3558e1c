"""Every message that the hub writes by itself: when it goes out, and of what kinds its parts are.

The kinds are a closed list, and none of them can hold anything confidential (S24). A template that is not here, or a
parameter of another kind, is a fault that `tests/house/test_templates.py` finds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from dispatch import gsm, texts
from protocols.loader import Library


class Kind(StrEnum):
    """What may stand in a message."""

    code = "reference and letter"
    codes = "several of those"
    ref = "reference"
    need = "coarse need, from the house's list"
    label = "priority"
    position = "who is wanted, from the house's list"
    outward = "outward postcode"
    clock = "time, with its day if not today"
    minutes = "minutes"
    link = "link that asks for a log-in"
    own_link = "link to a person's own page, that asks for a code"
    number = "the hub's own number"
    ours = "words of our own, from a list"
    pin = "digits to read back, or to type"
    together = "whether two go together"
    who = "first name of who of ours is coming"
    time = "time of the same day"
    role = "what who is coming is, with its article"


@dataclass(frozen=True)
class Template:
    """`ours`: for each parameter of words of our own, all that it can be."""

    name: str
    when: str
    kinds: dict[str, Kind]
    voice: bool = False
    ours: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def act(self) -> Callable[..., str]:
        found: Callable[..., str] = getattr(texts, self.name)
        return found


NOT_MESSAGES = ("clock", "by_when")
"""What else is in `texts`: pieces that messages are made of."""
_CASE = {"ref": Kind.ref, "label": Kind.label, "outward": Kind.outward, "due": Kind.clock, "link": Kind.link}
_STEPS = tuple(texts.STEP_NOTED.values())
TEMPLATES = (
    Template(
        "offer",
        "Somebody is asked whether they can go.",
        {
            "code": Kind.code,
            "label": Kind.label,
            "need": Kind.need,
            "outward": Kind.outward,
            "be_there_by": Kind.clock,
            "travel_min": Kind.minutes,
            "title": Kind.position,
            "link": Kind.link,
            "together": Kind.together,
            "after": Kind.code,
        },
    ),
    Template(
        "offer_aloud",
        "The text of an offer has no receipt, or could not be delivered.",
        {
            "code": Kind.code,
            "label": Kind.label,
            "outward": Kind.outward,
            "be_there_by": Kind.clock,
            "title": Kind.position,
            "after": Kind.code,
        },
        voice=True,
    ),
    Template("yours", "They said yes first.", {"code": Kind.code, "link": Kind.link}),
    Template(
        "yours_by",
        "A coordinator accepted their yes with a time.",
        {"code": Kind.code, "by": Kind.clock, "link": Kind.link},
    ),
    Template(
        "yours_wait",
        "They said yes first, and two go together; with the time they said, if they did.",
        {"code": Kind.code, "link": Kind.link, "by": Kind.clock},
    ),
    Template(
        "yours_next",
        "They said yes to it as their next, while they are on a visit; with the time they said, if they did.",
        {"code": Kind.code, "after": Kind.code, "link": Kind.link, "by": Kind.clock},
    ),
    Template("yours_now", "The visit before it is over.", {"code": Kind.code}),
    Template(
        "next_again",
        "The visit before it is not over after all: its DONE was a mistake.",
        {"code": Kind.code, "after": Kind.code},
    ),
    Template("already_taken", "Somebody else said yes first.", {"code": Kind.code}),
    Template("declined", "They said no.", {"code": Kind.code}),
    Template(
        "too_late",
        "Their yes cannot count.",
        {"code": Kind.code, "why": Kind.ours},
        ours={
            "why": (
                "your shift has ended",
                "already taken",
                "you are still on another visit: reply DONE to that first, or ring us about the visit",
                "you are on a break: reply ON first",
                "this one cannot be yours; ring us about it",
                "you have a next visit already: hand that back before, or ring us about the visit",
            )
        },
    ),
    Template("coordinator_decides", "A yes with a condition came in.", {"code": Kind.code}),
    Template("not_needed_then", "The coordinator said no to that condition.", {"code": Kind.code}),
    Template("stood_down", "What they were told of is not needed any more.", {"code": Kind.code}),
    Template(
        "withdrawn",
        "They took another visit, so this offer goes back.",
        {"code": Kind.code, "instead_of": Kind.code},
    ),
    Template(
        "worse",
        "The visit that is theirs has become more urgent.",
        {"code": Kind.code, "label": Kind.label, "be_there_by": Kind.clock, "link": Kind.link},
    ),
    Template(
        "noted",
        "A step, a delay or 999 came by text.",
        {"code": Kind.code, "what": Kind.ours, "then": Kind.ours},
        ours={
            "what": (
                *(what for what, _ in _STEPS),
                "delay of 240 min noted",
                "ring 999 now if you have not",
                "thank you",
            ),
            "then": (
                *(then for _, then in _STEPS),
                "Reply ARRIVED at the door.",
                "Then text us the ambulance reference.",
                "We ask again in 45 min.",
            ),
        },
    ),
    Template("handed_back", "They gave the visit back.", {"code": Kind.code}),
    Template(
        "nudge",
        "A step of a visit is overdue.",
        {"code": Kind.code, "question": Kind.ours, "at": Kind.clock},
        ours={
            "question": (
                "have you set off? Reply ENROUTE or BACK.",
                "are you there? Reply ARRIVED or DELAY 20.",
                "the second person is found. Meet first, go in together. Reply ENROUTE",
                "the second person is found. Meet first, go in together",
                "the second person is NOT coming. Do NOT go in alone: wait, we text you when another is found",
                "the second person is NOT coming. You are alone: leave if it is not safe. Ring us",
                "do NOT go in alone: the second person has not accepted yet. Ring us",
            )
        },
    ),
    Template(
        "all_well",
        "A check of whoever has been at the scene for long.",
        {"code": Kind.code, "at": Kind.clock},
    ),
    Template(
        "all_well_aloud",
        "Nobody answered that check: the manager is rung.",
        {"ref": Kind.ref, "minutes": Kind.minutes},
        voice=True,
    ),
    Template(
        "about_duty",
        "ON, OFF or BREAK came by text.",
        {"said": Kind.ours, "at": Kind.clock},
        ours={
            "said": (
                "you are on until 19:00",
                "break until 15:20; it ends by itself. ON ends it now",
                "off for the rest of this shift, until 19:00. Reply ON to be back",
                "you are on 4K77XCC: reply DONE or BACK first",
                "say for how long, up to 120 min: BREAK 20",
                "no shift of yours is planned now. The control room has been told and answers",
                "your shift begins at 15:00; hours and rest do not let it begin sooner",
                "you are on no shift just now. To be put on one ring +44 113 496 0000",
            )
        },
    ),
    Template("could_not_read", "What they texted goes to a human.", {"code": Kind.code}),
    Template("could_not_read_on_visit", "The same, while they are on a visit.", {"code": Kind.code}),
    Template("which_one", "An answer that could mean several offers.", {"codes": Kind.codes}),
    Template("nothing_open", "An answer when nothing is open to them.", {"public_number": Kind.number}),
    Template("read_back", "A number is being verified.", {"code": Kind.pin}),
    Template("read_back_aloud", "A landline is being verified.", {"code": Kind.pin}, voice=True),
    Template(
        "nobody_has_accepted",
        "The ladder tells whoever is on call.",
        {**_CASE, "minutes": Kind.minutes},
    ),
    Template(
        "said_aloud",
        "The ladder rings whoever is on call.",
        {"ref": Kind.ref, "minutes": Kind.minutes, "label": Kind.label},
        voice=True,
    ),
    Template(
        "nobody_eligible",
        "Nobody can be asked; whoever is on call is told.",
        {**_CASE, "title": Kind.position},
    ),
    Template(
        "alarm_untaken",
        "Nobody has taken an alarm of danger.",
        {"ref": Kind.ref, "minutes": Kind.minutes, "link": Kind.link},
    ),
    Template(
        "alarms_untaken",
        "Nobody has taken other alarms; the manager on call is told of all at once.",
        {"count": Kind.minutes, "minutes": Kind.minutes, "link": Kind.link},
    ),
    Template(
        "alarm_said_aloud",
        "Still nobody has: the manager is rung.",
        {"ref": Kind.ref, "minutes": Kind.minutes},
        voice=True,
    ),
    Template(
        "person_told",
        "To the person or who rang, if they agreed: somebody is coming (S17).",
        {
            "who": Kind.who,
            "role": Kind.role,
            "from_": Kind.clock,
            "to": Kind.time,
            "public_number": Kind.number,
        },
    ),
    Template(
        "person_told_new_time",
        "To them: the time has moved by ten minutes or more.",
        {"who": Kind.who, "from_": Kind.clock, "to": Kind.time, "public_number": Kind.number},
    ),
    Template(
        "person_told_somebody_else",
        "To them: whoever was coming cannot.",
        {"who": Kind.who, "public_number": Kind.number},
    ),
    Template(
        "person_told_not_coming",
        "To them: the visit is not needed any more.",
        {"who": Kind.who, "public_number": Kind.number},
    ),
    Template("own_code", "Somebody asks to see their own page.", {"link": Kind.own_link, "code": Kind.pin}),
    Template("own_logged_in", "They logged in.", {"at": Kind.time, "public_number": Kind.number}),
    Template("own_opened", "Their page can be opened in a new way.", {"public_number": Kind.number}),
    Template("own_answered", "A correction they asked for is answered.", {"public_number": Kind.number}),
)
OVER_ONE_PART: dict[str, str] = {
    "offer": "with the longest of everything, to somebody as their next: which visit is before it must be said"
}
"""Messages that may need more than one part, and why."""


def longest(template: Template, library: Library) -> str:
    """The message with the longest that each of its parts can be."""
    return _filled(template, _longest(library), longest=True)


def sample(template: Template, library: Library) -> str:
    """The message as it mostly is."""
    return _filled(template, _sample(library), longest=False)


def _filled(template: Template, values: dict[Kind, Any], *, longest: bool) -> str:
    given = {
        name: _ours(template, name, longest=longest) if kind is Kind.ours else values[kind]
        for name, kind in template.kinds.items()
    }
    return template.act(**given)


def _ours(template: Template, name: str, *, longest: bool) -> str:
    words = template.ours[name]
    return max(words, key=gsm.length) if longest else words[0]


def _longest(library: Library) -> dict[Kind, Any]:
    house = library.house
    offered = [one for one in house.positions.values() if one.offered]
    return {
        Kind.code: "4K77XCC",
        Kind.codes: ["4K77XCC"] * 9,
        Kind.ref: "4K77X6",
        Kind.need: max(house.needs.values(), key=len),
        Kind.label: max((house.priority(priority).label for priority in library.escalation), key=len),
        Kind.position: max((one.title for one in offered), key=len),
        Kind.outward: "LS17",
        Kind.clock: "Thu 23:59",
        Kind.minutes: 2880,
        Kind.link: "ucr.leeds.example.nhs.uk/o/4K7",
        Kind.own_link: "https://ucr.leeds.example.nhs.uk/own/in/AAAAAAAAAAAAAAAA",
        Kind.number: "+44 113 496 0000",
        Kind.pin: "888888",
        Kind.together: True,
        Kind.who: "Maximiliana",
        Kind.time: "23:59",
        Kind.role: "an urgent care carer",
    }


def _sample(library: Library) -> dict[Kind, Any]:
    house = library.house
    offered = [one for one in house.positions.values() if one.offered]
    return {
        Kind.code: "4K7C",
        Kind.codes: ["4K7C", "5M2A"],
        Kind.ref: "4K7",
        Kind.need: next(iter(house.needs.values())),
        Kind.label: house.priority("two_hours").label,
        Kind.position: offered[0].title,
        Kind.outward: "LS8",
        Kind.clock: "16:00",
        Kind.minutes: 14,
        Kind.link: "ucr.example.nhs.uk/o/4K7C",
        Kind.own_link: "https://ucr.example.nhs.uk/own/in/Qx3-0bTfZk9_wA1e",
        Kind.number: "0113 496 0000",
        Kind.pin: "4831",
        Kind.together: False,
        Kind.who: "Ana",
        Kind.time: "16:20",
        Kind.role: "a nurse",
    }
