"""How a call, and with it a case, can end other than by a visit. Each way asks for what it must know, refuses in a
sentence where it is not safe, and is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from hub.actors import Actor
from hub.errors import Conflict, Refused
from protocols.loader import Library
from records import advice as advice_said
from records import alarms, deaths, dependants, key_safes, refusals, sealing, seen, store, tell_wishes
from records.lifecycles import AssessmentState, CallBackState, CallState
from records.model import Assessment, Call, CallBack, Case, CaseState, HandOver, Hold, Outcome, Position
from records.refusals import Capacity, Refusal
from records.service import record_outcome, supersede, take, write_line
from triage import calls, contacts
from triage.versions import so_far

StandDown = Callable[[Session, int, datetime, Actor, str], None]
"""Dispatch's own: tells exactly those who were told of the case. Triage and dispatch do not know each other."""

Pause = Callable[[Session, int, datetime, datetime, Actor], None]
"""Dispatch's own too: nobody is asked for the case before that time."""


@dataclass(frozen=True)
class Ending:
    """Who ends which case, on which call if one is on the line, and with whose hands."""

    library: Library
    stand_down: StandDown
    now: datetime
    actor: Actor
    is_clinician: bool
    call: Call | None = None


def wrong_number(session: Session, case: Case, by: Ending) -> None:
    """Nothing owed stays. Raises `Conflict` where somebody has been sent, asked for, or found in danger."""
    case = _taken(session, case, by)
    if why := _has_begun(session, case, by.library):
        raise Conflict(f"This is not a wrong number: {why}. Ring back, or end it another way.")
    for kind in (Assessment, CallBack):
        for row in store.rows_of(session, kind, case.key, live=True):
            supersede(session, row, by.now, by.actor, "It was a wrong number.")
    _end_call(session, by)
    record_outcome(session, case, Outcome.wrong_number, "", by.now, by.actor)


def _has_begun(session: Session, case: Case, library: Library) -> str:
    if store.rows_of(session, Position, case.key):
        return "a visit has been asked for"
    if store.rows_of(session, HandOver, case.key):
        return "it was handed over to another service"
    if any(row.who == "hub_clinician" for row in store.rows_of(session, CallBack, case.key)):
        return "a clinician was to ring them"
    for assessment in store.rows_of(session, Assessment, case.key):
        if so_far(session, library, assessment)[2].flags:
            return "the answers raised a red flag"
        if assessment.state is AssessmentState.finished:
            return "the questions were finished"
    return ""


def safety_net(session: Session, case: Case, library: Library) -> tuple[str, ...]:
    """What must be said with advice: the protocols' own words, and the house's for every call."""
    finished = [
        row for row in store.rows_of(session, Assessment, case.key) if row.state is AssessmentState.finished
    ]
    own = [words for row in finished for words in so_far(session, library, row)[2].advice]
    return tuple(dict.fromkeys((*own, *library.house.safety_net)))


def advise(session: Session, case: Case, said: Sequence[str], words: str, by: Ending) -> None:
    """Advice alone. Raises `Conflict` while anything more urgent was found, `Refused` until all of it has been said."""
    case = _taken(session, case, by)
    _is_enough(session, case, by)
    advice_said.keep(session, case, safety_net(session, case, by.library), said, by.now, by.actor)
    _supersede_call_backs(session, case, by, "Advice was given.")
    _end_call(session, by)
    record_outcome(session, case, Outcome.advice, words, by.now, by.actor)


def _is_enough(session: Session, case: Case, by: Ending) -> None:
    house = by.library.house
    if store.rows_of(session, Assessment, case.key, live=True):
        raise Conflict(
            "The questions are not finished. Finish them, or break them off, and then give advice."
        )
    if case.priority is None and not by.is_clinician:
        raise Conflict(
            "No protocol has been finished, so it is not known that advice is enough. Ask the questions."
        )
    if case.priority is not None and house.priority(case.priority).target_min is not None:
        label = house.priority(case.priority).label
        raise Conflict(
            f"The answers came to {label}, so advice alone is not enough. A clinician may lower it."
        )
    for kind, what in ((Position, "a visit is still wanted"), (HandOver, "another service has been asked")):
        if store.rows_of(session, kind, case.key, live=True):
            raise Conflict(f"Advice alone does not end this: {what}.")
    if _clinician_owes(session, case) and not by.is_clinician:
        raise Conflict("Advice alone does not end this: a clinician is still to ring them.")


def decline(session: Session, case: Case, said: Refusal, by: Ending) -> bool:
    """S21. True where it ends the case; else a clinician rings first, and everything goes on meanwhile."""
    case = _taken(session, case, by)
    said.ends_case = _may_end(session, case, said, by)
    refusals.keep(session, case, said, by.now, by.actor)
    if said.ends_case:
        by.stand_down(session, case.key, by.now, by.actor, "Help was declined.")
        _supersede_call_backs(session, case, by, "Help was declined.")
        for kind in (Assessment, Hold):
            for row in store.rows_of(session, kind, case.key, live=True):
                supersede(session, row, by.now, by.actor, "Help was declined.")
    _end_call(session, by)
    if said.ends_case:
        record_outcome(session, case, Outcome.declined, said.understood, by.now, by.actor)
    return said.ends_case


def _may_end(session: Session, case: Case, said: Refusal, by: Ending) -> bool:
    """The person's own word, if they can decide. In danger of life, or while a clinician owes them a call, the word is
    a clinician's to take."""
    if said.capacity is not Capacity.yes:
        return False
    return by.is_clinician or not (_in_danger(session, case, by.library) or _clinician_owes(session, case))


def _in_danger(session: Session, case: Case, library: Library) -> bool:
    house = library.house
    if case.priority is not None and house.rank[case.priority] <= house.rank[house.clinician]:
        return True
    live = store.rows_of(session, Assessment, case.key, live=True)
    return any(so_far(session, library, row)[2].rank == 0 for row in live)


def died(session: Session, case: Case, expected: bool, words: str, by: Ending) -> None:
    """S28: from call and panel alike. Who is on the way is told to stand down, in words that say nothing of it."""
    if not words.strip():
        raise Refused("Say who told us, and when it was. Nothing was changed.")
    case = _taken(session, case, by)
    by.stand_down(session, case.key, by.now, by.actor, "Not needed any more.")
    house = by.library.house
    deaths.record(session, case, words.strip(), house.after_death(expected), by.now, by.actor)
    deaths.warn_of_other_cases(session, case, by.now)


def duplicate(session: Session, case: Case, ref: str, by: Ending) -> Case:
    """It is about another open case: joined to that one's reference. Returns that case."""
    target = store.case_by_ref(session, case.place, ref.strip().upper().removeprefix("FP").strip())
    if target is None or not seen.sees(session, target):
        raise Refused(
            f"There is no case {ref.strip().upper()} here. Look at its reference and type it again."
        )
    if target.key == case.key:
        raise Refused("That is this very case. Type the reference of the other one.")
    if by.call is not None and by.call.state is CallState.on_line:
        return contacts.join(session, by.call, target.key, by.now, by.actor)
    for case_id in sorted(
        (case.key, target.key)
    ):  # the same order for all, so that no two can wait for each other
        take(session, case_id, by.now)
    _must_be_open(case)
    if target.state is CaseState.closed:
        raise Conflict(f"{target.ref} is closed. Open it again first, or go on with this one.")
    _loses_nothing(session, case, target, by.library)
    by.stand_down(session, case.key, by.now, by.actor, f"The same as {target.ref}.")
    for kind in (Assessment, CallBack, Hold):
        for row in store.rows_of(session, kind, case.key, live=True):
            supersede(session, row, by.now, by.actor, f"The same as {target.ref}.")
    dependants.join(session, case, target, by.now, by.actor)
    case.linked_case_id = target.key
    sealing.seal_with(session, case, target, by.now, by.actor)
    key_safes.go_along(session, case, target)
    tell_wishes.go_along(session, case, target, by.now, by.actor)
    write_line(
        session, target.key, by.now, by.actor, "joined", f"{case.ref} was the same need: joined to this."
    )
    record_outcome(session, case, Outcome.duplicate, f"Joined to {target.ref}.", by.now, by.actor)
    return target


def _loses_nothing(session: Session, case: Case, target: Case, library: Library) -> None:
    rank = library.house.rank
    lowest = len(rank)
    if rank.get(case.priority or "", lowest) < rank.get(target.priority or "", lowest):
        raise Conflict(
            f"This case is more urgent than {target.ref}. Join that one to this: the urgent one goes on."
        )
    if store.rows_of(session, HandOver, case.key, live=True):
        raise Conflict("Another service has been asked for this case. Type their reference or refusal first.")
    if _clinician_owes(session, case) and not _clinician_owes(session, target):
        raise Conflict(
            f"A clinician is to ring about this case and not about {target.ref}. Join that one to this."
        )


def no_capacity(session: Session, case: Case, words: str, by: Ending) -> None:
    """S31: nobody can go. That ends nothing: it is counted and escalated, and the case stays open."""
    case = _taken(session, case, by)
    said = f"No capacity: {words.strip()}" if words.strip() else "No capacity: nobody can go just now."
    write_line(session, case.key, by.now, by.actor, "no_capacity", said)
    alarms.ring(
        session, case.place, "no_capacity", case.key, f"{case.ref}: {said} It stays open.", by.now, case
    )


def _taken(session: Session, case: Case, by: Ending) -> Case:
    taken = take(session, case.key, by.now)
    _must_be_open(taken)
    return taken


def _must_be_open(case: Case) -> None:
    if case.state is CaseState.closed:
        raise Conflict("This case is closed already. Reopen it first if that was wrong.")


def _clinician_owes(session: Session, case: Case) -> bool:
    live = store.rows_of(session, CallBack, case.key, live=True)
    return any(row.who == "hub_clinician" for row in live)


def _supersede_call_backs(session: Session, case: Case, by: Ending, because: str) -> None:
    for row in store.rows_of(session, CallBack, case.key, live=True):
        if row.state in (CallBackState.due, CallBackState.failed):
            supersede(session, row, by.now, by.actor, because)
            alarms.end(session, row.place, "call_back", row.key, by.now)


def _end_call(session: Session, by: Ending) -> None:
    if by.call is not None and by.call.state is CallState.on_line:
        calls.end(session, by.call, by.now, by.actor)
