"""What a coordinator does about who goes: asks, withdraws, gives to another, pauses a ladder, writes to them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from dashboard.v1.operations import Answer, Operations, Work
from dashboard.v1.visit_acts import Because
from dispatch import by_hand, ladder, offering_by_hand, pausing, promise_answers, store, telling
from hub.bodies import Body, Number, Text
from hub.places import place_of
from hub.tokens import Scope
from records.model import Position, Task
from records.store import row

offering = Operations("Who goes")
Id = Annotated[int, Field(ge=1, le=2**31 - 1)]


class OfferTo(Body):
    """`to`: the responder's number. `again`: knowing that they have said no, or gave it back. `as_next`: after the
    visit that they are on."""

    to: Id
    again: bool = False
    as_next: bool = False


class Reassign(Body):
    to: Id
    again: bool = False
    why: Annotated[Text, Field(max_length=300)]


class Pause(Body):
    minutes: Annotated[int, Field(ge=1, le=30)]
    why: Annotated[Text, Field(max_length=300)]


class TextTo(Body):
    to: Id
    body: Annotated[Text, Field(max_length=400)]


class Asked(Answer):
    position: int
    asked: list[str] = Field(description="who is asked, by their short names")


class Withdrawn(Answer):
    offer: int
    told: bool = Field(description="whether its text had left, so that they are told")


class Paused(Answer):
    position: int
    until: datetime


class LadderMoved(Answer):
    position: int
    said: str


class PromiseAnswered(Answer):
    task: int
    accepted: bool


class Texted(Answer):
    case: int
    texts: int
    to: str


@offering.does("/positions/{position_id}/offers", Scope.desk_act, creates=True)
def offer_to_one(work: Work, position_id: Number, body: OfferTo) -> Asked:
    """Offer a visit to one responder by hand. What speaks against them is said and nothing is sent (S22)."""
    position = row(work.session, Position, position_id, work.place)
    who = offering_by_hand.offer_to(
        work.session,
        work.desk,
        position,
        body.to,
        work.now,
        work.actor,
        again=body.again,
        as_next=body.as_next,
    )
    return Asked(position=position.key, asked=[who.short_name])


@offering.does("/positions/{position_id}/offers/all", Scope.desk_act, creates=True)
def offer_to_all(work: Work, position_id: Number) -> Asked:
    """Offer a visit to everybody who could go, in their order; the first yes has it."""
    position = row(work.session, Position, position_id, work.place)
    asked = offering_by_hand.offer_to_all(work.session, work.desk, position, work.now, work.actor)
    return Asked(position=position.key, asked=[who.short_name for who in asked])


@offering.does("/positions/{position_id}/reassign", Scope.desk_act)
def reassign_visit(work: Work, position_id: Number, body: Reassign) -> Asked:
    """Give a visit to another: who has it is stood down and told, and the other is asked."""
    position = row(work.session, Position, position_id, work.place)
    who = offering_by_hand.reassign(
        work.session, work.desk, position, body.to, body.why, work.now, work.actor, again=body.again
    )
    return Asked(position=position.key, asked=[who.short_name])


@offering.does("/offers/{offer_id}/withdraw", Scope.desk_act)
def withdraw_offer(work: Work, offer_id: Number, body: Because) -> Withdrawn:
    """Take back an offer that nobody has answered."""
    offer = store.offer(work.session, work.place, offer_id)
    told = offering_by_hand.withdraw(work.session, work.desk, offer, body.why, work.now, work.actor)
    return Withdrawn(offer=offer.key, told=told)


@offering.does("/positions/{position_id}/pause", Scope.desk_act)
def pause_ladder(work: Work, position_id: Number, body: Pause) -> Paused:
    """The ladder of a visit stands still, with a reason and an end: 30 minutes in all. The case's own times run on."""
    position = row(work.session, Position, position_id, work.place)
    pause = pausing.begin(work.session, work.desk, position, body.minutes, body.why, work.now, work.actor)
    return Paused(position=position.key, until=pause.until)


@offering.does("/positions/{position_id}/go-on", Scope.desk_act)
def end_pause(work: Work, position_id: Number) -> LadderMoved:
    """A paused ladder goes on now."""
    position = row(work.session, Position, position_id, work.place)
    pausing.go_on(work.session, work.desk, position, work.now, work.actor)
    return LadderMoved(position=position.key, said="The ladder goes on.")


@offering.does("/positions/{position_id}/next-step", Scope.desk_act, creates=True)
def take_next_step(work: Work, position_id: Number) -> LadderMoved:
    """Do the next step of the ladder now, without waiting for its time."""
    position = row(work.session, Position, position_id, work.place)
    done = ladder.next_step_now(work.session, work.desk, position, work.now, work.actor)
    return LadderMoved(position=position.key, said=done)


@offering.does("/tasks/{task_id}/promise/accept", Scope.desk_act)
def accept_promise(work: Work, task_id: Number) -> PromiseAnswered:
    """Accept that they come by the time that they have texted. `accepted` is false where it was too late."""
    task = row(work.session, Task, task_id, work.place)
    accepted = promise_answers.accept(work.session, work.desk, task, work.now, work.actor)
    return PromiseAnswered(task=task.key, accepted=accepted)


@offering.does("/tasks/{task_id}/promise/refuse", Scope.desk_act)
def refuse_promise(work: Work, task_id: Number) -> PromiseAnswered:
    """Not then: they are told, and the hub goes on looking."""
    task = row(work.session, Task, task_id, work.place)
    promise_answers.refuse(work.session, work.desk, task, work.now, work.actor)
    return PromiseAnswered(task=task.key, accepted=False)


@offering.does("/cases/{case_id}/messages", Scope.cases_act, creates=True)
def write_to_responder(work: Work, case_id: Number, body: TextTo) -> Texted:
    """Text a responder who has been asked for this case: 160 plain characters, nothing of the person (S24)."""
    place = place_of(work.session, work.place)
    who = by_hand.write_to(work.session, place, case_id, body.to, body.body, work.now, work.actor)
    return Texted(case=case_id, texts=1, to=who.short_name)


@offering.does("/cases/{case_id}/tell", Scope.cases_act, creates=True)
def tell_person(work: Work, case_id: Number) -> Texted:
    """Text the person who is coming and when, where they agreed and their phone is safe (S17)."""
    place = place_of(work.session, work.place)
    texts = telling.tell_by_hand(work.session, place, case_id, work.now, work.actor)
    return Texted(case=case_id, texts=texts, to="the person")
