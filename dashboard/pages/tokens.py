"""Machines and their tokens: an administrator makes one, sees it once, and takes it back."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from dashboard.frame import local, page, the_place
from hub import audit, tokens
from hub.access import Role
from hub.bodies import Number, Text
from hub.errors import Refused
from hub.gate import Visitor, allow, hub_of
from hub.tokens import ApiToken, Scope

router = APIRouter()
Keeper = Annotated[Visitor, allow(Role.administrator)]
DAYS = (30, 90, 365)


@router.get("/tokens")
def all_tokens(request: Request, visitor: Keeper) -> Response:
    return _shown(request, visitor)


@router.post("/tokens")
def make_token(
    request: Request,
    visitor: Keeper,
    name: Annotated[Text, Form(max_length=60)] = "",
    scopes: Annotated[list[Scope] | None, Form(max_length=20)] = None,
    days: Annotated[int, Form(ge=1, le=tokens.LONGEST_DAYS)] = 90,
) -> Response:
    hub, user = hub_of(request), visitor.user
    now = hub.clock.machine()
    try:
        with hub.db.write() as session:
            made, token = tokens.make(session, user.place, name, scopes or (), days, user.actor, now)
            audit.note(session, user.place, hub.clock.now(), user.actor, "token_made", f"token:{made.key}")
    except Refused as why:
        return _shown(request, visitor, problem=str(why), status=422)
    return _shown(request, visitor, made=made, token=token)


@router.post("/tokens/{token_id}/revoke")
def revoke_token(request: Request, token_id: Number, visitor: Keeper) -> Response:
    hub, user = hub_of(request), visitor.user
    with hub.db.write() as session:
        tokens.revoke(session, user.place, token_id, hub.clock.machine())
        audit.note(session, user.place, hub.clock.now(), user.actor, "token_revoked", f"token:{token_id}")
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
    with hub.db.read() as session:
        rows = tokens.listed(session, visitor.user.place)
    now = hub.clock.machine()
    return page(
        request,
        "tokens.html",
        visitor,
        status=status,
        holding=[row for row in rows if row.holds(now)],
        over=[row for row in rows if not row.holds(now)],
        means=[(scope.value, words) for scope, words in tokens.MEANS.items()],
        days=DAYS,
        made=made,
        token=token,
        problem=problem,
        said=lambda at: f"{local(at, place):%d/%m/%Y %H:%M}",
    )
