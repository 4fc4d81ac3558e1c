"""Who may call a route, and the proof that a form came from our own page. Every route names its roles, or the scope
that a machine's token needs, or says why it has neither; a test walks all of them.
"""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from hub import asking, kept_apart
from hub.access import LogIn, Role, User, csrf_of, end_log_in, require, who_is
from hub.assemble import Hub
from hub.errors import FirstPointError, NotAllowed
from hub.tokens import Machine, Scope, machine_of, used

COOKIE = "fp_log_in"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SEEN_EVERY = timedelta(minutes=1)
"""How often a log-in's last use is written down: reading a page does not wait for a write each time."""


class LogInNeeded(FirstPointError):
    """Nobody is logged in, or the log-in has ended."""

    status = 401


class WrongForm(FirstPointError):
    """The form did not come from a page of this log-in."""

    status = 403


class TokenNeeded(FirstPointError):
    """No token came with the request, or none that holds."""

    status = 401
    challenge = 'Bearer realm="First Point"'


class TokenTooNarrow(NotAllowed):
    """The token holds and does not reach so far."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(
            f"This token may not do this: it needs the scope {scope}. Ask an administrator for one."
        )
        self.challenge = f'Bearer error="insufficient_scope", scope="{scope}"'


@dataclass(frozen=True)
class Visitor:
    """Somebody logged in: who they are, the proof their forms carry, and how they came in."""

    user: User
    csrf: str
    log_in: LogIn


def hub_of(connection: HTTPConnection) -> Hub:
    hub: Hub = connection.app.state.hub
    return hub


def visitor_of(connection: HTTPConnection) -> Visitor:
    """Raises `LogInNeeded`."""
    hub = hub_of(connection)
    token = connection.cookies.get(COOKIE, "")
    now = hub.clock.machine()
    with hub.db.read() as session:
        found = who_is(session, token, now) if token else None
    if found is None:
        raise LogInNeeded("Log in first. What you typed is kept on this page.")
    user, log_in = found
    if now - log_in.seen_at > SEEN_EVERY:
        _seen(hub, log_in)
    return Visitor(user, csrf_of(token, hub.settings.secret_key.get_secret_value()), log_in)


def _seen(hub: Hub, log_in: LogIn) -> None:
    with hub.db.write() as session:
        fresh = session.get(LogIn, log_in.token_hash)
        if fresh is not None:
            fresh.seen_at = hub.clock.machine()
            session.add(fresh)


def allow(*roles: Role) -> Any:
    """The dependency that a route names: somebody with one of `roles` (none given: anybody logged in)."""

    def check(request: Request, given: Annotated[str, Depends(given_proof)]) -> Visitor:
        visitor = visitor_of(request)
        kept_apart.said_by(visitor.user.actor)
        asking.asked_by(visitor.user.id, visitor.user.roles, at=hub_of(request).clock.now())
        if roles:
            require(visitor.user, *roles)
        if request.method not in SAFE and not hmac.compare_digest(given, visitor.csrf):
            raise WrongForm("This page is too old to be sent. Load it again; what you typed is kept.")
        return visitor

    check.roles = roles or tuple(Role)  # type: ignore[attr-defined]
    return Depends(check)


def caller_of(connection: HTTPConnection) -> Machine:
    """The machine whose token came with the request. Raises `TokenNeeded`."""
    hub, now = hub_of(connection), hub_of(connection).clock.machine()
    token = bearer(connection)
    with hub.db.read() as session:
        machine = machine_of(session, token, now) if token else None
    if machine is None:
        raise TokenNeeded("Send a token that holds: `Authorization: Bearer fp_…`. An administrator makes it.")
    if machine.last_used_at is None or now - machine.last_used_at > SEEN_EVERY:
        with hub.db.write() as session:
            used(session, machine.token, now)
    return machine


def bearer(connection: HTTPConnection) -> str:
    """The token as sent; empty where none was."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def may(scope: Scope) -> Any:
    """The dependency of a route for machines: a token with `scope`. No cookie opens it, so no form has to be proved."""

    def check(request: Request) -> Machine:
        machine = caller_of(request)
        kept_apart.said_by(machine.actor)
        asking.asked_by(None, machine.scopes, machine.token, hub_of(request).clock.now())
        if scope not in machine.scopes:
            raise TokenTooNarrow(scope)
        return machine

    check.scopes = (scope,)  # type: ignore[attr-defined]
    return Depends(check)


def everybody(why: str) -> Any:
    """The dependency of the few routes that need no log-in; `why` is for the reader and the test that walks them."""

    def check() -> None:
        return None

    check.why = why  # type: ignore[attr-defined]
    return Depends(check)


async def given_proof(request: Request) -> str:
    """The proof as sent: a header from our own scripts, a hidden field from a plain form."""
    if request.method in SAFE:
        return ""
    if (header := request.headers.get("x-csrf-token")) is not None:
        return header
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return str((await request.form()).get("csrf", ""))
    return ""


def log_out(connection: HTTPConnection) -> None:
    hub = hub_of(connection)
    with hub.db.write() as session:
        end_log_in(session, connection.cookies.get(COOKIE, ""))
