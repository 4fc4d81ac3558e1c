"""Offers, visits, texts, alarms and who is on shift: what the control room does."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from dashboard.crew import crew_of
from dashboard.v1.operations import Answer, Operations, Work
from dispatch import by_hand, service, store, visits
from hub.bodies import Body, Number, Text
from hub.places import place_of
from hub.tokens import Scope
from records import alarm_taking, alarms, seen
from records.alarms import AlarmState
from records.lifecycles import PositionState
from records.model import Position
from records.store import row

room = Operations("The control room")
MOST = 100


class Step(Body):
    """`at`: when it was, where that is not now; never before the call and never in the future."""

    event: Literal["set_off", "arrive", "begin_care", "finish", "find_no_access", "find_person"]
    at: AwareDatetime | None = None


class Reply(Body):
    body: Annotated[Text, Field(max_length=400)]


class OfferAnswered(Answer):
    offer: int
    state: str
    theirs: bool = Field(description="whether the visit is theirs now")


class PositionMoved(Answer):
    position: int
    case: int
    state: PositionState


class Replied(Answer):
    message: int
    said: str


class AlarmSeen(Answer):
    id: int
    kind: str
    words: str
    state: AlarmState
    case_id: int | None
    raised_at: datetime
    taken_by: str | None
    taken_at: datetime | None


class AlarmsSeen(Answer):
    alarms: list[AlarmSeen]


class ResponderSeen(Answer):
    id: int
    name: str
    profession: str
    state: str
    case_id: int | None
    ref: str
    then: str = Field(description="what comes next of them, by the place's own clock")
    urgent: bool


class RespondersSeen(Answer):
    responders: list[ResponderSeen]


@room.does("/offers/{offer_id}/accept", Scope.offers_write)
def accept_offer(work: Work, offer_id: Number) -> OfferAnswered:
    """Say yes for a responder. The first yes wins; a late one counts while the visit is open. They are told by text."""
    offer = store.offer(work.session, work.place, offer_id)
    theirs = service.accept(work.session, work.desk, offer, work.now, work.actor)
    return OfferAnswered(offer=offer.key, state=offer.state, theirs=theirs)


@room.does("/offers/{offer_id}/decline", Scope.offers_write)
def decline_offer(work: Work, offer_id: Number) -> OfferAnswered:
    """Say no for a responder: the next is asked at once."""
    offer = store.offer(work.session, work.place, offer_id)
    service.decline(work.session, work.desk, offer, work.now, work.actor)
    return OfferAnswered(offer=offer.key, state=offer.state, theirs=False)


@room.does("/positions/{position_id}/steps", Scope.cases_act)
def record_step(work: Work, position_id: Number, body: Step) -> PositionMoved:
    """Record a step of a visit. Care that begins stops the clock (S2)."""
    position = row(work.session, Position, position_id, work.place)
    visits.end_overdue_alarms(work.session, position, work.now)
    visits.step(work.session, position, body.event, work.now, work.actor, body.at)
    return PositionMoved(position=position.key, case=position.case_id, state=position.state)


@room.does("/messages/{message_id}/reply", Scope.cases_act, creates=True)
def reply_to_message(work: Work, message_id: Number, body: Reply) -> Replied:
    """Answer a text by text, in 160 plain characters that say nothing of the person (S24)."""
    place = place_of(work.session, work.place)
    by_hand.reply(work.session, place, message_id, body.body, work.now, work.actor)
    return Replied(message=message_id, said="It is on its way.")


@room.reads("/alarms", Scope.alarms_take)
def list_alarms(work: Work) -> AlarmsSeen:
    """The alarms that ring or are taken: a hundred at most, danger first, then the oldest that nobody has taken."""
    work.looks_at("alarms_listed")
    found = alarms.live(work.session, work.place, MOST, seen.hidden(work.session, work.place))
    return AlarmsSeen(alarms=[AlarmSeen.model_validate(one) for one in found])


@room.does("/alarms/{alarm_id}/take", Scope.alarms_take)
def take_alarm(work: Work, alarm_id: Number) -> AlarmSeen:
    """Take an alarm: exactly one does, and the others are told who."""
    alarm = alarm_taking.take_alarm(work.session, alarm_id, work.now, work.machine)
    return AlarmSeen.model_validate(alarm)


@room.reads("/responders", Scope.cases_read)
def list_responders(work: Work) -> RespondersSeen:
    """Who is on shift just now, and where they are."""
    work.looks_at("responders_listed")
    absent = seen.hidden(work.session, work.place)
    crew = crew_of(work.session, place_of(work.session, work.place), work.now, absent)
    return RespondersSeen(responders=[ResponderSeen.model_validate(one) for one in crew.members])
