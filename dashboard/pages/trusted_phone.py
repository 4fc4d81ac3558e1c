"""The PIN of a remembered phone: asked for where a link in a text leads to the log-in, chosen once a shift, and taken
away by its owner, or by the control room when the phone is lost.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from dashboard.door import from_our_page, give, give_log_in, local_path
from dashboard.frame import local, page, the_place
from dispatch import store
from hub import audit, trusted_phones
from hub.access import LogIn, Role
from hub.actors import Actor
from hub.errors import NotFound, Refused
from hub.gate import Visitor, WrongForm, allow, everybody, hub_of
from hub.trusted_phones import Forgotten, TrustedPhone

router = APIRouter()
Goer = Annotated[Visitor, allow(Role.responder)]
Senior = Annotated[Visitor, allow(Role.coordinator, Role.manager)]
PhoneId = Annotated[int, Form(ge=1, le=2**31 - 1)]
COOKIE = "fp_phone"
BEFORE_THE_SHIFT = timedelta(hours=1)
"""A phone can be remembered so long before the shift begins. [LOCAL]"""
UNKNOWN = "This phone is not remembered. Log in with your name and password."


def ask(request: Request, target: str) -> tuple[Response | None, str]:
    """The page that asks for the PIN, where this phone is remembered; else why it is not any more."""
    hub = hub_of(request)
    with hub.db.read() as session:
        phone = _of_cookie(request, session)
        if phone is None:
            return None, ""
        if not trusted_phones.is_remembered(phone, hub.clock.machine()):
            return None, trusted_phones.why_not(phone)
    return page(request, "pin.html", next=target), ""


@router.post(
    "/phone/pin", dependencies=[everybody("nobody is logged in yet; the sender's origin is checked")]
)
def log_in_by_pin(
    request: Request,
    pin: Annotated[str, Form(max_length=20)] = "",
    next: Annotated[str, Form(max_length=500)] = "",  # noqa: A002 - the form calls it so
) -> Response:
    hub, target = hub_of(request), local_path(next)
    if not from_our_page(request.headers, hub.settings.public):
        raise WrongForm("This PIN did not come from our own page. Open the link in the text and try there.")
    now = hub.clock.machine()
    with hub.db.write() as session:
        phone = _of_cookie(request, session)
        may_try = phone is not None and trusted_phones.count_try(session, phone, now)
    if phone is None or not may_try:
        why_not = trusted_phones.why_not(phone) if phone else UNKNOWN
        return page(request, "log_in.html", status=401, next=target, why_not=why_not)
    right = trusted_phones.fits(phone, pin)  # argon2 takes its time: nothing slow belongs inside a write
    with hub.db.write() as session:
        phone = session.get_one(TrustedPhone, phone.key)
        who = Actor(f"user:{phone.user_id}", "")
        token = trusted_phones.let_in(session, phone, now) if right else ""
        left = 0 if right else trusted_phones.was_wrong(session, phone, now)
        did = "logged in by PIN" if token else "wrong PIN"
        audit.note(session, phone.place, hub.clock.now(), who, did, f"trusted_phone:{phone.key}")
    if token:
        response: Response = RedirectResponse(target or "/mine", 303)
        give_log_in(response, hub, token)
        return response
    if left:
        tries = "1 more try" if left == 1 else f"{left} more tries"
        problem = f"That PIN is not right. {tries}; then it takes your password."
        return page(request, "pin.html", status=401, next=target, problem=problem)
    return page(request, "log_in.html", status=401, next=target, why_not=trusted_phones.why_not(phone))


@router.get("/my-phones")
def mine(request: Request, visitor: Goer, next: str = "", problem: str = "", status: int = 200) -> Response:  # noqa: A002 - the address calls it so
    hub, now = hub_of(request), hub_of(request).clock.machine()
    with hub.db.read() as session:
        phones = trusted_phones.of_person(session, visitor.user.id or 0, now)
        shift_ends = _shift_lasts(request, session, visitor)
    return page(
        request,
        "my_phones.html",
        visitor,
        status,
        phones=[(phone, _said(request, phone)) for phone in phones],
        here=visitor.log_in.phone_id,
        may_trust=visitor.log_in.only is None and shift_ends is not None,
        on_shift=shift_ends is not None,
        next=local_path(next),
        problem=problem,
    )


@router.post("/my-phones/trust")
def trust(
    request: Request,
    visitor: Goer,
    pin: Annotated[str, Form(max_length=20)] = "",
    next: Annotated[str, Form(max_length=500)] = "",  # noqa: A002 - the form calls it so
) -> Response:
    """Remember this phone until the shift ends. Whoever came in by a PIN cannot make a new one."""
    hub, now = hub_of(request), hub_of(request).clock.machine()
    try:
        if visitor.log_in.only is not None:
            raise Refused("Log out, and in with your password, to choose another PIN.")
        pin_hash = trusted_phones.hash_pin(pin)
        with hub.db.write() as session:
            lasts = _shift_lasts(request, session, visitor)
            if lasts is None:
                raise Refused("You are not on shift: a phone is remembered from an hour before it begins.")
            log_in = session.get_one(LogIn, visitor.log_in.token_hash)
            kind = _kind(request.headers.get("user-agent", ""))
            token, phone = trusted_phones.trust(session, log_in, kind, pin_hash, lasts, now)
            _note(request, session, visitor, "phone remembered", phone)
    except Refused as refused:
        return mine(request, visitor, next, str(refused), refused.status)
    response = RedirectResponse(local_path(next) or "/mine", 303)
    give(response, hub, COOKIE, token, phone.ends_at - now)
    return response


@router.post("/my-phones/forget")
def forget(request: Request, visitor: Goer, phone: PhoneId) -> Response:
    with hub_of(request).db.write() as session:
        row = session.get(TrustedPhone, phone)
        if row is None or row.user_id != visitor.user.id:
            raise NotFound("There is no such phone of yours.")
        _forget(request, session, visitor, row, Forgotten.by_themselves)
    return RedirectResponse("/my-phones", 303)  # to the log-in, where it was this one


@router.get("/remembered-phones")
def of_all(request: Request, visitor: Senior) -> Response:
    """Every phone of the place that opens with a PIN just now."""
    hub = hub_of(request)
    with hub.db.read() as session:
        found = trusted_phones.of_place(session, visitor.user.place, hub.clock.machine())
    phones = [(phone, user.name, _said(request, phone)) for phone, user in found]
    return page(request, "remembered_phones.html", visitor, phones=phones)


@router.post("/remembered-phones/forget")
def lost(request: Request, visitor: Senior, phone: PhoneId) -> Response:
    """A phone is lost: it opens nothing from now on, also where somebody is logged in on it."""
    with hub_of(request).db.write() as session:
        row = session.get(TrustedPhone, phone)
        if row is None or row.place != visitor.user.place:
            raise NotFound("There is no such phone here.")
        _forget(request, session, visitor, row, Forgotten.lost)
    return RedirectResponse("/remembered-phones", 303)


def logged_out(request: Request, session: Session, visitor: Visitor) -> None:
    """The phone of this log-in is forgotten with it."""
    phone = _of_cookie(request, session)
    if phone is not None and phone.user_id == visitor.user.id:
        _forget(request, session, visitor, phone, Forgotten.logged_out)


def _of_cookie(request: Request, session: Session) -> TrustedPhone | None:
    token = request.cookies.get(COOKIE, "")
    return trusted_phones.phone_of(session, token) if token else None


def _shift_lasts(request: Request, session: Session, visitor: Visitor) -> timedelta | None:
    now = hub_of(request).clock.now()
    who = store.responder_of_user(session, visitor.user.id)
    ends_at = store.shift_ends_at(session, who.key, now, BEFORE_THE_SHIFT) if who else None
    return ends_at - now if ends_at else None


def _forget(
    request: Request, session: Session, visitor: Visitor, phone: TrustedPhone, because: Forgotten
) -> None:
    trusted_phones.forget(session, phone, because, hub_of(request).clock.machine())
    _note(request, session, visitor, f"phone forgotten: {because}", phone)


def _note(request: Request, session: Session, visitor: Visitor, did: str, phone: TrustedPhone) -> None:
    now = hub_of(request).clock.now()
    audit.note(session, phone.place, now, visitor.user.actor, did, f"trusted_phone:{phone.key}")


def _said(request: Request, phone: TrustedPhone) -> dict[str, str]:
    """Its times in those of the place; they run by machine time, which a training place does not move."""
    since, until = (local(at, the_place(request)) for at in (phone.trusted_at, phone.ends_at))
    return {"since": f"{since:%a %H:%M}", "until": f"{until:%a %H:%M}"}


def _kind(agent: str) -> str:
    """What a list may call it."""
    for word, said in (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android phone")):
        if word in agent:
            return said
    return "computer"
