"""Who may call a route of `/fhir`: a machine whose own token has the scope, by that token or by an access token that
opens the kind of resource too."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from hub import asking, kept_apart, oauth
from hub.errors import NotAllowed
from hub.gate import SEEN_EVERY, TokenNeeded, TokenTooNarrow, bearer, hub_of
from hub.smart import Grants
from hub.tokens import Machine, Scope, used


@dataclass(frozen=True)
class Held:
    """Who asks, and what of FHIR the token that they came with opens."""

    machine: Machine
    grants: Grants

    def opens(self, kind: str, letter: str) -> bool:
        return letter in self.grants.get(kind, "")


class GrantTooNarrow(NotAllowed):
    """The access token does not reach so far."""

    def __init__(self, kind: str, letter: str) -> None:
        wanted = f"system/{kind}.{letter}"
        super().__init__(
            f"This access token may not do this: it needs the scope {wanted}. Ask /oauth2/token for one."
        )
        self.challenge = f'Bearer error="insufficient_scope", scope="{wanted}"'


def must_open(held: Held, kind: str, letter: str) -> None:
    """Raises `GrantTooNarrow`."""
    if not held.opens(kind, letter):
        raise GrantTooNarrow(kind, letter)


def may_fhir(*scopes: Scope) -> Any:
    """The dependency of a route: a machine that has one of `scopes`. Which kind it is about the route itself asks
    (`must_open`)."""

    def check(request: Request) -> Held:
        hub = hub_of(request)
        now = hub.clock.machine()
        with hub.db.read() as session:
            found = oauth.opened_by(session, bearer(request), now)
        if found is None:
            raise TokenNeeded("Send a token that holds: `Authorization: Bearer …`, from /oauth2/token.")
        machine, grants = found
        if machine.last_used_at is None or now - machine.last_used_at > SEEN_EVERY:
            with hub.db.write() as session:
                used(session, machine.token, now)
        kept_apart.said_by(machine.actor)
        asking.asked_by(None, machine.scopes, machine.token, hub.clock.now())
        if machine.scopes.isdisjoint(scopes):
            raise TokenTooNarrow(scopes[0])
        return Held(machine, grants)

    check.scopes = scopes  # type: ignore[attr-defined]
    return Depends(check)


CasesReader = Annotated[Held, may_fhir(Scope.cases_read)]
RequestsReader = Annotated[Held, may_fhir(Scope.cases_read, Scope.referrals_read)]
AuditReader = Annotated[Held, may_fhir(Scope.audit_read)]
Exporter = Annotated[Held, may_fhir(Scope.export_pseudonyms, Scope.export_named)]
Subscriber = Annotated[Held, may_fhir(Scope.subscriptions_write)]
