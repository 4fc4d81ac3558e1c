"""`$export`: everything of a kind, in lines, made by a worker and fetched when it is ready (FHIR Bulk Data Access)."""

from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from dashboard.fhir.serving import base_of
from hub import audit
from hub.assemble import Hub
from hub.bodies import as_kept
from hub.errors import Conflict, NotFound
from hub.fhir_gate import Exporter, Held, must_open
from hub.gate import hub_of
from records.fhir import exporting
from records.fhir.asked import NotUnderstood, span
from records.fhir.export_model import Export, ExportStage
from records.fhir.kinds import PAGES

router = APIRouter()
NDJSON = "application/fhir+ndjson"
FORMATS = (NDJSON, "application/ndjson", "ndjson")
ASK_AGAIN_S = 2
TAKEN = ("_type", "_since", "_outputFormat")


class TooMany(Conflict):
    """One at a time."""

    status = 429


@router.get("/$export")
def kick_off(request: Request, held: Exporter) -> Response:
    hub = hub_of(request)
    if "respond-async" not in request.headers.get("prefer", ""):
        raise NotUnderstood("Send `Prefer: respond-async`: an export is made while you wait elsewhere.")
    said = {name: as_kept(value) for name, value in request.query_params.items()}
    kinds, since = _kinds(held, said.get("_type", "")), _since(said.get("_since", ""))
    if said.get("_outputFormat", NDJSON) not in FORMATS:
        raise NotUnderstood(f"Lines are written as {NDJSON} alone.")
    strange = sorted(set(said) - set(TAKEN))
    if strange and "handling=lenient" not in request.headers.get("prefer", ""):
        raise NotUnderstood(f"{', '.join(strange)[:100]}: not known here.")
    kept = urlencode({name: value for name, value in said.items() if name in TAKEN})
    asked = f"{base_of(hub)}/$export{'?' if kept else ''}{kept}"
    try:
        with hub.db.write() as session:
            export = exporting.ask(session, held.machine, kinds, since, asked, hub.clock.now())
    except Conflict as error:
        raise TooMany(str(error)) from None
    return Response(
        status_code=202, headers={"Content-Location": f"{base_of(hub)}/$export-status/{export.uid}"}
    )


def _kinds(held: Held, said: str) -> list[str]:
    wanted = [one for one in said.split(",") if one] or [
        kind for kind in sorted(PAGES) if held.opens(kind, "r")
    ]
    if unknown := [one for one in wanted if one not in PAGES]:
        raise NotUnderstood(
            f"Not exported: {', '.join(unknown)[:100]}. There are {', '.join(sorted(PAGES))}."
        )
    for kind in wanted:
        must_open(held, kind, "r")
    if not wanted:
        must_open(held, "Encounter", "r")
    return sorted(set(wanted))


def _since(said: str) -> datetime | None:
    if not said:
        return None
    prefix, first, _ = span(said)
    if prefix != "eq" or "T" not in said:
        raise NotUnderstood("_since is an instant: 2026-03-04T14:02:00Z.")
    return first


@router.get("/$export-status/{uid}")
def status(request: Request, uid: str, held: Exporter) -> Response:
    hub = hub_of(request)
    with hub.db.read() as session:
        export = exporting.one(session, held.machine, uid[:36], hub.clock.now())
        failed = exporting.has_failed(session, export)
    if failed:
        raise GivenUp("This export was given up. Delete it, and ask for a new one.")
    if export.stage is ExportStage.running:
        so_far = sum(export.counts.values())
        headers = {"X-Progress": f"{export.kind}, {so_far} so far", "Retry-After": str(ASK_AGAIN_S)}
        return Response(status_code=202, headers=headers)
    assert export.done_at is not None
    ends = format_datetime(export.done_at + exporting.KEPT_FOR, usegmt=True)
    return JSONResponse(_manifest(hub, export), headers={"Expires": ends})


class GivenUp(NotFound):
    """The standard has an export that failed answered with a server's error."""

    status = 500


def _manifest(hub: Hub, export: Export) -> dict[str, object]:
    files = [
        {
            "type": kind,
            "url": f"{base_of(hub)}/$export-file/{export.uid}/{kind}.ndjson",
            "count": export.counts[kind],
        }
        for kind in export.kinds
        if export.counts.get(kind)
    ]
    return {
        "transactionTime": export.asked_at.isoformat(),
        "request": export.asked,
        "requiresAccessToken": True,
        "output": files,
        "error": [],
    }


@router.get("/$export-file/{uid}/{name}")
def file(request: Request, uid: str, name: str, held: Exporter) -> Response:
    hub = hub_of(request)
    kind = name.removesuffix(".ndjson")
    with hub.db.read() as session:
        export = exporting.one(session, held.machine, uid[:36], hub.clock.now())
        if export.stage is not ExportStage.done or not export.counts.get(kind):
            raise NotFound(exporting.NO_EXPORT)
        must_open(held, kind, "r")
        parts = exporting.part_ids(session, export, kind)
    with hub.db.write() as session:
        about, actor = f"export:{export.key}", held.machine.actor
        audit.note(session, export.place, hub.clock.now(), actor, "export_fetched", about, kind)
    return StreamingResponse(exporting.lines_of(hub, parts), media_type=NDJSON)


@router.delete("/$export-status/{uid}")
def delete(request: Request, uid: str, held: Exporter) -> Response:
    hub = hub_of(request)
    with hub.db.write() as session:
        export = exporting.one(session, held.machine, uid[:36], hub.clock.now())
        exporting.end(session, export, hub.clock.now(), held.machine.actor)
    return Response(status_code=202)
