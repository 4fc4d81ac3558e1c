"""S6: the first minute of a call. What was answered, what of it is dangerous, and what the screen shows of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Refused
from protocols.first_minute import ANSWERS, UNKNOWN, FirstQuestion, dangers, next_question
from protocols.model import House
from records.lifecycles import CallState
from records.model import Call, HandOver
from records.service import write_line
from records.store import rows_of
from triage.screen import Choice, Flag, Given

TITLES = {"yes": "Yes", "no": "No", UNKNOWN: "Don’t know"}
MARK = "first-"
"""What tells a question of the first minute from a protocol's of the same name, in the page's addresses."""


@dataclass(frozen=True)
class FirstAsked:
    """The one question of the first minute that stands in the middle."""

    id: str
    ask: str
    say: str
    why: str
    choices: tuple[Choice, ...]
    unknown_means: str
    nth: int
    of: int
    is_again: bool


@dataclass(frozen=True)
class FirstView:
    """`takes_over`: words before all else, and `last` the answer that made it so. `say_now`: 999 has been asked."""

    asked: FirstAsked | None
    answered: tuple[Given, ...]
    takes_over: tuple[Flag, ...]
    say_now: tuple[Flag, ...]
    last: str


def read(text: str, house: House) -> tuple[FirstQuestion, str]:
    """`breathing: no`; nothing after the colon takes the answer back. Raises `Refused`."""
    name, _, answer = (part.strip() for part in text.partition(":"))
    question = next((one for one in house.first_minute if one.id == name), None)
    if question is None or answer not in (*ANSWERS, ""):
        raise Refused("The first minute does not ask that. Load the page again; what you answered is kept.")
    return question, answer


def hear(
    session: Session, call: Call, question: FirstQuestion, answer: str, now: datetime, actor: Actor
) -> None:
    """Give, change or take back an answer; each is a line of what happened."""
    answers = {key: value for key, value in answers_of(call).items() if key != question.id}
    if answer:
        answers[question.id] = answer
    call.first_minute = answers
    words = f"{question.ask} {TITLES[answer]}." if answer else f"{question.ask} The answer was taken back."
    write_line(session, call.case_id or 0, now, actor, "first_minute", f"First minute: {words}")


def answers_of(call: Call) -> dict[str, str]:
    return dict(call.first_minute or {})


def flags(call: Call, house: House) -> tuple[Flag, ...]:
    """What takes over the screen, with the sign's exact words; the certain first."""
    return tuple(
        Flag(house.signs[question.sign].title, house.signs[question.sign].words, certain)
        for question, certain in dangers(house.first_minute, answers_of(call))
    )


def asked_999(session: Session, call: Call) -> bool:
    """A hand-over stands, or was asked for on this call and has failed since: its own screen shows that."""
    return any(
        row.to == "999" and (row.state in ("requested", "confirmed") or row.opened_at >= call.opened_at)
        for row in rows_of(session, HandOver, call.case_id or 0)
    )


def why_999(found: tuple[Flag, ...]) -> str:
    return "; ".join(one.title if one.certain else f"{one.title} (could not be ruled out)" for one in found)


def seen(session: Session, call: Call, house: House, *, is_due: bool, ask: str | None = None) -> FirstView:
    """`is_due`: no protocol has begun that would ask it; `ask`: an answered question, to look at it again."""
    answers = answers_of(call)
    given = [one for one in house.first_minute if one.id in answers]
    wanted = (ask or "").removeprefix(MARK) if (ask or "").startswith(MARK) else ""
    again = next((one for one in given if one.id == wanted), None)
    on_line = call.state is CallState.on_line
    question = again or (next_question(house.first_minute, answers) if is_due and on_line else None)
    found = flags(call, house) if on_line else ()
    is_asked = bool(found) and asked_999(session, call)
    return FirstView(
        asked=_asked(house, question, answers, is_again=again is not None) if question else None,
        answered=tuple(
            Given(MARK + one.id, one.ask, TITLES[answers[one.id]].lower(), unknown=answers[one.id] == UNKNOWN)
            for one in given
        ),
        takes_over=() if is_asked else found,
        say_now=found if is_asked else (),
        last=next((one.id for one in reversed(house.first_minute) if one.is_danger(answers.get(one.id))), ""),
    )


def _asked(house: House, question: FirstQuestion, answers: dict[str, str], *, is_again: bool) -> FirstAsked:
    given = answers.get(question.id)
    unknown = "“Don’t know” counts as the worst answer here." if question.is_danger(UNKNOWN) else ""
    return FirstAsked(
        id=question.id,
        ask=question.ask,
        say=question.say,
        why=question.why,
        choices=tuple(Choice(one[0], one, TITLES[one], given == one) for one in ANSWERS),
        unknown_means=unknown,
        nth=[one.id for one in house.first_minute].index(question.id) + 1,
        of=len(house.first_minute),
        is_again=is_again,
    )
