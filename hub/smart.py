"""SMART scopes (v2): what an access token opens at `/fhir`, by kind of resource, and by which scopes of ours. Pure."""

import re
from collections.abc import Collection, Iterable

from hub.tokens import Scope

CASE_KINDS = ("CarePlan", "Encounter", "Observation", "Patient", "ServiceRequest", "Task")
READ = "rs"
OF_OWN: dict[Scope, dict[str, str]] = {
    Scope.cases_read: dict.fromkeys(CASE_KINDS, READ),
    Scope.referrals_read: {"ServiceRequest": READ},
    Scope.audit_read: {"AuditEvent": READ},
    Scope.export_pseudonyms: dict.fromkeys(CASE_KINDS, READ),
    Scope.export_named: dict.fromkeys(CASE_KINDS, READ),
    Scope.subscriptions_write: {"Subscription": "crds"},
}
"""What a token with such a scope may ask an access token for. A route asks for our own scope too."""
KINDS = tuple(sorted({kind for grants in OF_OWN.values() for kind in grants}))
LETTERS = "cruds"
_ASKED = re.compile(r"system/(\*|[A-Z][A-Za-z]{1,40})\.(read|write|\*|c?r?u?d?s?)")
_VERSION_1 = {"read": READ, "write": "cud", "*": LETTERS}

Grants = dict[str, str]
"""By kind of resource: the letters that it opens."""


def grantable(own: Iterable[Scope]) -> Grants:
    """All that these scopes of ours reach."""
    found: dict[str, set[str]] = {}
    for scope in own:
        for kind, letters in OF_OWN.get(scope, {}).items():
            found.setdefault(kind, set()).update(letters)
    return {kind: _in_order(letters) for kind, letters in sorted(found.items())}


def granted(asked: str, own: Collection[Scope]) -> Grants:
    """What is asked for as far as it is theirs; the standard has less granted rather than all refused. `asked`: scopes
    with blanks between them; none: all that is theirs."""
    most = grantable(own)
    if not asked.split():
        return most
    found: dict[str, set[str]] = {}
    for one in asked.split():
        if (said := _ASKED.fullmatch(one)) is None or not said[2]:
            continue
        wanted = set(_VERSION_1.get(said[2], said[2]))
        for kind, letters in most.items():
            if said[1] in ("*", kind):
                found.setdefault(kind, set()).update(wanted & set(letters))
    return {kind: _in_order(letters) for kind, letters in sorted(found.items()) if letters}


def in_words(grants: Grants) -> str:
    """As a token's answer says it: `system/Patient.rs system/Task.rs`."""
    return " ".join(f"system/{kind}.{letters}" for kind, letters in grants.items())


def _in_order(letters: Collection[str]) -> str:
    return "".join(letter for letter in LETTERS if letter in letters)
