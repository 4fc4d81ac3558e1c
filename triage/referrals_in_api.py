"""What people do about referrals that came in: reject one, read what could not be taken in, say where answers go."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from hub import audit
from hub.access import Role
from hub.bodies import Body, Number, Text
from hub.gate import Visitor, allow, hub_of
from triage.bars import responding, store, tending

router = APIRouter()
Desk = Annotated[Visitor, allow(Role.handler, Role.hub_clinician, Role.coordinator, Role.manager)]
Senior = Annotated[Visitor, allow(Role.hub_clinician, Role.coordinator, Role.manager)]
Keeper = Annotated[Visitor, allow(Role.administrator, Role.manager)]


class Why(Body):
    why: Annotated[Text, Field(max_length=300)] = ""


class Told(Body):
    told: Annotated[Text, Field(max_length=200)] = ""


class Endpoint(Body):
    endpoint: Annotated[str, Field(max_length=300, pattern=r"^https?://[!-~]+$")]


class Done(BaseModel):
    done: str


@router.post("/referrals/{referral_id}/reject")
def reject(request: Request, referral_id: Number, body: Why, visitor: Senior) -> Done:
    """The sender reads `why`; the case stays open until they have confirmed (S32)."""
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        referral = store.one(session, user.place, referral_id)
        responding.reject(session, referral, body.why, hub.settings.public, hub.clock.now(), user.actor)
    return Done(done="Rejected. The case stays open until they have confirmed that they know.")


@router.post("/referral-messages/{message_id}/seen")
def seen(request: Request, message_id: Number, body: Told, visitor: Desk) -> Done:
    """Somebody has read what could not be taken in, and says who was told."""
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        message = store.message(session, user.place, message_id)
        tending.see(session, message, body.told, hub.clock.now(), user.actor)
        audit.note(
            session,
            user.place,
            hub.clock.now(),
            user.actor,
            "referral_seen",
            f"referral_message:{message_id}",
        )
    return Done(done="Written down.")


@router.post("/referrals/{referral_id}/endpoint")
def endpoint(request: Request, referral_id: Number, body: Endpoint, visitor: Keeper) -> Done:
    """Where this sender takes answers from now on, of all its referrals."""
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        referral = store.one(session, user.place, referral_id)
        tending.answer_at(session, referral, body.endpoint, hub.clock.now(), user.actor)
        audit.note(
            session, user.place, hub.clock.now(), user.actor, "referral_endpoint", f"referral:{referral_id}"
        )
    return Done(done="From now on they are answered there.")
