"""What carriers tell us: texts that came in, what became of ours, keys pressed, calls that ring. Each is signed, and
each may be told twice.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from sqlmodel import Session
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

from dashboard.frame import the_place
from dispatch import by_voice, inbox, messages, undelivered
from dispatch.by_voice import Said
from dispatch.desk import Desk
from dispatch.inbox import Incoming
from hub import outbox
from hub.errors import NotAllowed, Refused
from hub.gate import everybody, hub_of
from records.lifecycles import CallState
from records.store import call_by_sid
from triage import calls
from triage.rules import phone

router = APIRouter(
    prefix="/webhooks",
    dependencies=[everybody("carriers have no log-in; every request must carry their signature")],
)
MOST_FIELDS = 60
Form = dict[str, str]


async def signed(request: Request) -> Form:
    """The form, if the carrier's signature over our public address and the form holds. Raises `NotAllowed`."""
    form = {
        key: str(value) for key, value in (await request.form(max_fields=MOST_FIELDS, max_files=0)).items()
    }
    hub = hub_of(request)
    place = await run_in_threadpool(the_place, request)
    settings = hub.settings
    token = settings.phones_token if place.training else settings.twilio_auth_token
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"{settings.public}{request.url.path}{query}"
    given = request.headers.get("x-twilio-signature", "")
    if not token.get_secret_value() or not RequestValidator(token.get_secret_value()).validate(
        address, form, given
    ):
        raise NotAllowed("This request does not carry the carrier's signature.")
    return form


Signed = Annotated[Form, Depends(signed)]


def _xml(said: Any) -> Response:
    return Response(str(said), media_type="application/xml")


def _need(form: Form, *names: str) -> list[str]:
    if missing := [name for name in names if not form.get(name)]:
        raise Refused(f"Missing: {', '.join(missing)}.")
    return [form[name] for name in names]


@router.post("/sms")
def text_came(request: Request, form: Signed) -> Response:
    """Kept before it is answered: if this fails, the carrier tells us again."""
    hub, place = hub_of(request), the_place(request)
    sid, sender = _need(form, "MessageSid", "From")
    incoming = Incoming(sid[:40], sender[:20], form.get("Body", ""), form.get("OptOutType", ""))

    def keep(session: Session) -> None:
        inbox.receive(session, _desk(request), place, incoming, hub.clock.now())

    hub.db.write_again(keep)
    return _xml(MessagingResponse())


@router.post("/sms/status")
def text_status(request: Request, effect: int, form: Signed) -> Response:
    """Delivery status of one of our texts; it never goes backwards. One that failed for good moves its offer on."""
    hub = hub_of(request)
    sid, status = _need(form, "MessageSid", "MessageStatus")
    said = form.get("ErrorCode", "")[:6]
    code = int(said) if said.isdecimal() else None

    def note(session: Session) -> None:
        now = hub.clock.now()
        outbox.settle_by_carrier(session, effect, now, sid)
        failed = messages.status_came(session, effect, sid[:40], status, code, now)
        if failed is not None:
            undelivered.not_delivered(session, _desk(request), failed, now)

    hub.db.write_again(note)
    return Response(status_code=204)


@router.post("/voice")
def call_rings(request: Request, form: Signed) -> Response:
    hub, place = hub_of(request), the_place(request)
    (sid,) = _need(form, "CallSid")

    def keep(session: Session) -> None:
        calls.ring(session, place.id, _number(form.get("From", "")), sid[:40], hub.clock.now())

    hub.db.write_again(keep)
    said = VoiceResponse()
    said.say(
        f"Urgent community response for {place.name}. A call handler will be with you.", language="en-GB"
    )
    said.say("If somebody is not breathing or will not wake, hang up and ring 999.", language="en-GB")
    said.enqueue("handlers")
    return _xml(said)


@router.post("/voice/status")
def call_ended(request: Request, form: Signed) -> Response:
    """The caller's line has gone."""
    hub = hub_of(request)
    (sid,) = _need(form, "CallSid")
    if form.get("CallStatus") in ("completed", "busy", "failed", "no-answer", "canceled"):

        def drop(session: Session) -> None:
            call = call_by_sid(session, sid)
            if call is not None and call.state in (CallState.ringing, CallState.on_line):
                calls.drop(session, request.app.state.library, call, hub.clock.now())

        hub.db.write_again(drop)
    return Response(status_code=204)


@router.post("/voice/key")
def key_pressed(request: Request, effect: int, form: Signed) -> Response:
    """Somebody rung by us has pressed a key."""
    hub, desk = hub_of(request), _desk(request)
    digit = form.get("Digits", "")[:1]

    def act(session: Session) -> Said:
        return by_voice.key_pressed(session, desk, effect, digit, hub.clock.now())

    answer = hub.db.write_again(act)
    said = VoiceResponse()
    if answer.again:
        said.gather(num_digits=1, method="POST", timeout=10).say(answer.words, language="en-GB")
    else:
        said.say(answer.words, language="en-GB")
    said.hangup()
    return _xml(said)


@router.post("/voice/ended")
def our_call_ended(request: Request, effect: int, form: Signed) -> Response:
    """What became of a call of ours."""
    hub, desk = hub_of(request), _desk(request)
    sid, status = _need(form, "CallSid", "CallStatus")

    def note(session: Session) -> None:
        now = hub.clock.now()
        outbox.settle_by_carrier(session, effect, now, sid)
        by_voice.call_ended(session, desk, effect, sid[:40], status, now)

    hub.db.write_again(note)
    return Response(status_code=204)


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def _number(said: str) -> str | None:
    """The caller's number as E.164; withheld or odd ones are unknown, and the call rings all the same."""
    try:
        return phone(said) if said else None
    except Refused:
        return None
