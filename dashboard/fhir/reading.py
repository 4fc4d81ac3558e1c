"""Read and search of what a machine may see. Each read is a look at whom it is about, a search is one row of the audit.

A GET names people in its address: no address is written to any log here (`dashboard/__main__.py`, `hub/log.py`), and
whoever stands between can be spared it by `POST …/_search`.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from dashboard.fhir import audit_events
from dashboard.fhir.finding import Found, find
from dashboard.fhir.serving import FIRST, answer, bundle, face_of, small_body, unsealed
from hub.bodies import as_kept
from hub.errors import NotFound
from hub.fhir_gate import AuditReader, CasesReader, Held, must_open
from hub.gate import hub_of
from records.fhir.asked import Asked, NotUnderstood, read
from records.fhir.kinds import Page
from records.fhir.written import Resource
from records.looks import keep_finding, keep_look

router = APIRouter()
Said = Sequence[tuple[str, str]]
MOST_PARAMETERS = 40
TOO_MANY = f"Send {MOST_PARAMETERS} parameters at most."
NO_SUCH = "There is no such resource here."


async def form(request: Request) -> Said:
    """A search by POST: its form and its address, both."""
    sent = await small_body(request)
    try:
        typed = parse_qsl(sent.decode(), keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise NotUnderstood(TOO_MANY) from None
    return [*request.query_params.multi_items(), *typed]


Form = Annotated[Said, Depends(form)]


def search(request: Request, held: Held, kind: str, said: Said, page: Page | None = None) -> Response:
    """One page. Raises `NotUnderstood` and `GrantTooNarrow`."""
    must_open(held, kind, "s")
    hub = hub_of(request)
    strict = "handling=strict" in request.headers.get("prefer", "")
    if len(said) > MOST_PARAMETERS:
        raise NotUnderstood(TOO_MANY)
    kept = [(as_kept(name), as_kept(value)) for name, value in said]
    asked, after = read(kind, kept, strict=strict), FIRST
    if asked.page:
        asked, after = unsealed(hub.db, kind, asked.page)
    with hub.db.read() as session:
        found = find(session, face_of(session, request, held.machine.place), asked, after, page)
    words = f"{kind}: {len(found.resources)} by {' '.join(name for name, _ in asked.filters) or 'nothing'}"
    keep_finding(hub, held.machine, "fhir_searched", f"place:{held.machine.place}", words[:300])
    return answer(bundle(hub, asked, found, begins=after == FIRST, by_post=request.method == "POST"))


def one(request: Request, held: Held, kind: str, number: str, page: Page | None = None) -> Resource:
    """Raises `NotFound` also for what they may not see (S18), and `GrantTooNarrow`."""
    must_open(held, kind, "r")
    asked = Asked(kind, (("_id", (as_kept(number)[:64],)),), 1)
    with hub_of(request).db.read() as session:
        found: Found = find(session, face_of(session, request, held.machine.place), asked, FIRST, page)
    if not found.resources:
        raise NotFound(NO_SUCH)
    return found.resources[0]


def keep_look_at(request: Request, held: Held, resource: Resource) -> None:
    """At the case that it is about, or the person."""
    kind, hub = resource["resourceType"], hub_of(request)
    if kind in ("Patient", "CarePlan"):
        person = resource["id"] if kind == "Patient" else resource["subject"]["reference"].partition("/")[2]
        keep_look(hub, held.machine, "person_opened", f"person:{person}", kind)
        return
    case = resource["id"] if kind == "Encounter" else resource["encounter"]["reference"].partition("/")[2]
    keep_look(hub, held.machine, "case_opened", f"case:{case}", kind)


def _serve(kind: str) -> None:
    def read_one(request: Request, number: str, held: CasesReader) -> Response:
        found = one(request, held, kind, number)
        keep_look_at(request, held, found)
        return answer(found)

    def by_get(request: Request, held: CasesReader) -> Response:
        return search(request, held, kind, request.query_params.multi_items())

    def by_post(request: Request, held: CasesReader, said: Form) -> Response:
        return search(request, held, kind, said)

    _routes(kind, read_one, by_get, by_post)


def _routes(kind: str, read_one: Callable[..., Any], by_get: Any, by_post: Any) -> None:
    """`_search` before what has a number."""
    router.add_api_route(f"/{kind}/_search", by_post, methods=["POST"])
    router.add_api_route(f"/{kind}", by_get, methods=["GET"])
    router.add_api_route(f"/{kind}/{{number}}", read_one, methods=["GET"])


for _kind in ("Patient", "Encounter", "Task", "Observation", "CarePlan"):
    _serve(_kind)


def audit_event(request: Request, number: str, held: AuditReader) -> Response:
    found = one(request, held, "AuditEvent", number, audit_events.page)
    keep_look(hub_of(request), held.machine, "audit_looked_at", f"place:{held.machine.place}")
    return answer(found)


def audit_events_by_get(request: Request, held: AuditReader) -> Response:
    return search(request, held, "AuditEvent", request.query_params.multi_items(), audit_events.page)


def audit_events_by_post(request: Request, held: AuditReader, said: Form) -> Response:
    return search(request, held, "AuditEvent", said, audit_events.page)


_routes("AuditEvent", audit_event, audit_events_by_get, audit_events_by_post)
