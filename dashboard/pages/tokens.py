"""Machines and their tokens: an administrator makes one, sees it once, and takes it back. Whether it sees sealed cases
is a manager's to say."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub import audit, client_keys, sealed_grants, tokens
from hub.access import Role
from hub.bodies import Free, Number, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from hub.oauth import client_id
from hub.oauth_model import ClientKey
from hub.smart import grantable
from hub.tokens import ApiToken, Scope

router = APIRouter()
Maker = Annotated[Visitor, allow(Role.administrator)]
Keeper = Annotated[Visitor, allow(Role.administrator, Role.manager)]
Manager = Annotated[Visitor, allow(Role.manager)]
DAYS = (30, 90, 365)
SEALED = Scope.sealed_read


@router.get("/tokens")
def all_tokens(request: Request, visitor: Keeper) -> Response:
    return _shown(request, visitor)


@router.post("/tokens")
def make_token(
    request: Request,
    visitor: Maker,
    name: Annotated[Text, Form(max_length=60)] = "",
    scopes: Annotated[list[Scope] | None, Form(max_length=20)] = None,
    days: Annotated[int, Form(ge=1, le=tokens.LONGEST_DAYS)] = 90,
) -> Response:
    hub, user = hub_of(request), visitor.user
    now = hub.clock.machine()
    try:
        with hub.db.write() as session:
            wanted = set(scopes or ())
            made, token = tokens.make(session, user.place, name, wanted - {SEALED}, days, user.actor, now)
            if SEALED in wanted:
                sealed_grants.ask(session, made, user.actor, now)
            audit.note(session, user.place, hub.clock.now(), user.actor, "token_made", f"token:{made.key}")
    except Refused as why:
        return _shown(request, visitor, problem=str(why), status=422)
    return _shown(request, visitor, made=made, token=token)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(request: Request, token_id: Number, visitor: Maker) -> Response:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        tokens.revoke(session, user.place, token_id, hub.clock.machine())
        audit.note(session, user.place, hub.clock.now(), user.actor, "token_revoked", f"token:{token_id}")
    return RedirectResponse("/tokens", 303)


@router.post("/tokens/{token_id}/keys")
def add_key(
    request: Request, token_id: Number, visitor: Maker, key: Annotated[Free, Form(max_length=6000)] = ""
) -> Response:
    """The public key with which it proves who it is at /oauth2/token."""
    hub, user = hub_of(request), visitor.user
    try:
        with hub.db.write() as session:
            made = client_keys.add(session, user.place, token_id, key, user.actor, hub.clock.machine())
            why = f"SHA-256 {made.mark}"
            audit.note(
                session, user.place, hub.clock.now(), user.actor, "client_key_added", f"token:{token_id}", why
            )
    except Refused as why_not:
        return _shown(request, visitor, problem=str(why_not), status=422)
    return RedirectResponse(f"/tokens#machine-{token_id}", 303)


@router.post("/tokens/keys/{key_id}/remove")
def remove_key(request: Request, key_id: Number, visitor: Maker) -> Response:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        gone = client_keys.remove(session, user.place, key_id, hub.clock.machine())
        about, why = f"token:{gone.token_id}", f"SHA-256 {gone.mark}"
        audit.note(session, user.place, hub.clock.now(), user.actor, "client_key_removed", about, why)
    return RedirectResponse("/tokens", 303)


@router.post("/tokens/{token_id}/sealed")
def say_whether_sealed(
    request: Request, token_id: Number, visitor: Manager, granted: Annotated[bool, Form()]
) -> Response:
    hub, user = hub_of(request), visitor.user
    now, done = hub.clock.machine(), "sealed_read_granted" if granted else "sealed_read_refused"
    try:
        with hub.db.write() as session:
            sealed_grants.answer(session, user.place, token_id, user.actor, now, granted=granted)
            audit.note(session, user.place, hub.clock.now(), user.actor, done, f"token:{token_id}")
    except Refused as why:
        return _shown(request, visitor, problem=str(why), status=422)
    return RedirectResponse("/tokens", 303)


def _shown(
    request: Request,
    visitor: Visitor,
    made: ApiToken | None = None,
    token: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.machine()
    with hub.db.read() as session:
        rows = tokens.listed(session, visitor.user.place)
        waits = sealed_grants.waiting(session, visitor.user.place, now)
        at_fhir = [row for row in rows if row.holds(now) and grantable(Scope(one) for one in row.scopes)]
        keys = client_keys.living(session, [row.key for row in at_fhir])
    return page(
        request,
        "tokens.html",
        visitor,
        status=status,
        holding=[row for row in rows if row.holds(now)],
        waits=waits,
        makes=visitor.user.has(Role.administrator),
        manages=visitor.user.has(Role.manager),
        over=[row for row in rows if not row.holds(now)],
        at_fhir=[(row, client_id(row.key), _of(keys, row)) for row in at_fhir],
        means=[(scope.value, words) for scope, words in tokens.MEANS.items()],
        days=DAYS,
        made=made,
        token=token,
        problem=problem,
        said=lambda at: f"{local(at, place):%d/%m/%Y %H:%M}",
    )


def _of(keys: list[ClientKey], row: ApiToken) -> list[ClientKey]:
    return [key for key in keys if key.token_id == row.id]
