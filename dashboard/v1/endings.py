"""Every other way in which a case ends, waits or begins again. A machine is no clinician: what takes one is refused."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from pydantic import Field

from dashboard.v1.cases import CaseEnded, ended
from dashboard.v1.operations import Answer, Operations, Work
from hub.bodies import Body, Number, Text
from hub.errors import Refused
from hub.gate import hub_of
from hub.tokens import Scope
from records import refusals, store
from records.model import Call, Case
from records.service import reopen, take
from triage import endings as ways
from triage import held, lowering, referrals
from triage.endings import Ending
from triage.endings_api import Advised, Declined, Died, Held, OnCall, Referred, Same
from triage.endings_api import Told as Because
from triage.summary import summary_of

endings = Operations("Endings")


class Again(Body):
    """`version`: the case's as you read it."""

    why: Annotated[Text, Field(max_length=300)]
    version: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class Urgency(Body):
    priority: Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")]
    why: Annotated[Text, Field(max_length=300)]


class SafetyNet(Answer):
    words: list[str] = Field(description="to be said, and sent back, before advice ends the case")


class Summary(Answer):
    text: str = Field(description="situation, background, assessment, recommendation, decision")


class ServiceAsked(Answer):
    case: int
    hand_over: int
    to: str
    confirm_min: int = Field(description="unconfirmed after so many minutes an alarm rings")


class Waits(Answer):
    case: int
    until: datetime


class Joined(Answer):
    case: int
    joined_to: int
    ref: str


class CaseMoved(Answer):
    case: int
    state: str
    priority: str | None


@endings.reads("/cases/{case_id}/safety-net", Scope.cases_read)
def read_safety_net(work: Work, case_id: Number) -> SafetyNet:
    """What must be said before advice ends a case."""
    case = store.case(work.session, work.place, case_id)
    work.looks_at("case_opened", case_id)
    return SafetyNet(words=list(ways.safety_net(work.session, case, work.library)))


@endings.reads("/cases/{case_id}/summary", Scope.cases_read)
def read_summary(work: Work, case_id: Number) -> Summary:
    """The summary that is read to another service (SBARD), as plain text. This look is written down."""
    case = store.case(work.session, work.place, case_id)
    work.looks_at("case_opened", case_id)
    return Summary(text=summary_of(work.session, work.library, case, work.now).text)


@endings.does("/cases/{case_id}/advice", Scope.cases_act)
def end_with_advice(work: Work, case_id: Number, body: Advised) -> CaseEnded:
    """Advice alone, with each sentence of the safety net said. Refused while anything more urgent was found."""
    return _end(
        work, case_id, body, lambda case, by: ways.advise(work.session, case, body.said, body.words, by)
    )


@endings.does("/cases/{case_id}/declined", Scope.cases_act)
def record_refusal(work: Work, case_id: Number, body: Declined) -> CaseEnded:
    """Help is declined (S21): who, what they understood, the risks, whom to ring. It ends the case only where they can
    decide and no clinician must ring first."""

    def act(case: Case, by: Ending) -> None:
        about = body.model_dump(exclude={"call"})
        said = refusals.Refusal(
            place=case.place, case_id=case.key, at=by.now, by=by.actor.name, ends_case=False, **about
        )
        ways.decline(work.session, case, said, by)

    return _end(work, case_id, body, act)


@endings.does("/cases/{case_id}/died", Scope.cases_act)
def record_death(work: Work, case_id: Number, body: Died) -> CaseEnded:
    """The person has died (S28): whatever is queued stops, and what must be done now becomes tasks."""
    return _end(
        work,
        case_id,
        body,
        lambda case, by: ways.died(work.session, case, body.expected == "yes", body.words, by),
    )


@endings.does("/cases/{case_id}/wrong-number", Scope.cases_act)
def end_as_wrong_number(work: Work, case_id: Number, body: OnCall) -> CaseEnded:
    """It was a wrong number. Refused where anything has begun."""
    return _end(work, case_id, body, lambda case, by: ways.wrong_number(work.session, case, by))


@endings.does("/cases/{case_id}/no-capacity", Scope.cases_act)
def record_no_capacity(work: Work, case_id: Number, body: Because) -> CaseEnded:
    """Nobody can go just now: counted and escalated. The case stays open (S31)."""
    return _end(work, case_id, body, lambda case, by: ways.no_capacity(work.session, case, body.words, by))


@endings.does("/cases/{case_id}/refer", Scope.cases_act, creates=True)
def refer_case(work: Work, case_id: Number, body: Referred) -> ServiceAsked:
    """Ask another of the house's services to take it. It stays open until they confirm (S30)."""
    case, by = _by(work, case_id, body)
    public = hub_of(work.request).settings.public
    asked = referrals.refer(work.session, case, body.service, body.dialled_by, body.why, public, by)
    return ServiceAsked(case=case.key, hand_over=asked.key, to=asked.to, confirm_min=asked.confirm_min)


@endings.does("/cases/{case_id}/duplicate", Scope.cases_act)
def join_case(work: Work, case_id: Number, body: Same) -> Joined:
    """It is about the same need as another open case, and is joined to that."""
    case, by = _by(work, case_id, body)
    target = ways.duplicate(work.session, case, body.ref, by)
    return Joined(case=case.key, joined_to=target.key, ref=target.ref)


@endings.does("/cases/{case_id}/hold", Scope.cases_act)
def hold_case(work: Work, case_id: Number, body: Held) -> Waits:
    """It waits until a time of the place, said as on the screens: "1500", "tomorrow 9". Never past its own time."""
    case, by = _by(work, case_id, body)
    pause: ways.Pause = work.request.app.state.pause
    kept = held.hold(work.session, case, body.until, body.why, pause, by)
    return Waits(case=case.key, until=kept.until)


@endings.does("/cases/{case_id}/go-on", Scope.cases_act)
def end_hold(work: Work, case_id: Number, body: Because) -> CaseMoved:
    """A case that is held goes back to work."""
    case, by = _by(work, case_id, body)
    held.go_on(work.session, case, body.words, by.now, by.actor)
    return _moved(work, case)


@endings.does("/cases/{case_id}/raise", Scope.cases_act)
def raise_case(work: Work, case_id: Number, body: Urgency) -> CaseMoved:
    """Make a case more urgent, with a reason. To lower one takes a clinician, on the screens (S10)."""
    case = store.case(work.session, work.place, case_id)
    lowering.raise_by_hand(
        work.session, work.library, case.key, body.priority, body.why, work.now, work.actor
    )
    return _moved(work, case)


@endings.does("/cases/{case_id}/reopen", Scope.desk_act)
def reopen_case(work: Work, case_id: Number, body: Again) -> CaseMoved:
    """A case that was closed in error is open again, on its old clock (S1)."""
    store.case(work.session, work.place, case_id)
    case = take(work.session, case_id, work.now, body.version)
    reopen(work.session, case, work.library.house.welfare_calls, work.now, work.actor, body.why)
    return _moved(work, case)


def _by(work: Work, case_id: int, body: OnCall) -> tuple[Case, Ending]:
    case = store.case(work.session, work.place, case_id)
    call = store.row(work.session, Call, body.call, work.place) if body.call is not None else None
    if call is not None and call.case_id != case.key:
        raise Refused("That call is about another case. Read the case again and look.")
    stand_down: ways.StandDown = work.request.app.state.stand_down
    return case, Ending(work.library, stand_down, work.now, work.actor, is_clinician=False, call=call)


def _end(work: Work, case_id: int, body: OnCall, act: Callable[[Case, Ending], object]) -> CaseEnded:
    case, by = _by(work, case_id, body)
    act(case, by)
    return ended(work, case)


def _moved(work: Work, case: Case) -> CaseMoved:
    work.session.flush()
    work.session.refresh(case)
    return CaseMoved(case=case.key, state=case.state, priority=case.priority)
