"""What the routes of the face share: how an answer looks, and the links of a page."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from dashboard.fhir.finding import Cursor, Found
from hub.assemble import Hub
from hub.db import Database
from hub.errors import Refused
from hub.places import place_of
from protocols.news2 import known_total
from records.fhir.asked import Asked, NotUnderstood
from records.fhir.kinds import Face
from records.fhir.written import Resource

FHIR_JSON = "application/fhir+json"
FIRST: Cursor = (0, 0)
MOST_BYTES = 64 * 1024


def base_of(hub: Hub) -> str:
    return f"{hub.settings.public}/fhir"


def answer(body: Resource, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(body, status, headers, FHIR_JSON)


async def small_body(request: Request) -> bytes:
    """For what is never large. Raises `TooLarge`."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > MOST_BYTES:
            raise TooLarge("This is too large to be meant.")
    return bytes(found)


class TooLarge(Refused):
    """More than anybody has to say there."""

    status = 413


def face_of(session: Session, request: Request, place: str) -> Face:
    hub: Hub = request.app.state.hub
    plausible = request.app.state.library.house.plausible
    return Face(
        place_of(session, place),
        hub.settings.public,
        lambda answers: known_total(answers, plausible),
        hub.clock.now(),
    )


def bundle(hub: Hub, asked: Asked, found: Found, *, begins: bool, by_post: bool) -> Resource:
    """`total` only where all of it is on this page: it is never counted otherwise. `begins`: this is the first page."""
    base = base_of(hub)
    entries: list[Resource] = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in found.resources
    ]
    if asked.ignored:
        entries.append({"resource": _ignored(asked.ignored), "search": {"mode": "outcome"}})
    links = [{"relation": "self", "url": _self(base, asked, by_post=by_post)}]
    if found.after is not None:
        links.append(
            {
                "relation": "next",
                "url": f"{base}/{asked.kind}?_page={_sealed(hub.db, asked, found.after)}",
            }
        )
    made: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    if found.after is None and begins:
        made["total"] = len(found.resources)
    return {**made, "entry": entries} if entries else made


def _self(base: str, asked: Asked, *, by_post: bool) -> str:
    if by_post:
        return f"{base}/{asked.kind}/_search"
    said = [(name, ",".join(one.replace(",", "\\,") for one in values)) for name, values in asked.filters]
    return f"{base}/{asked.kind}?{urlencode([*said, ('_count', asked.count)])}"


def _ignored(names: tuple[str, ...]) -> Resource:
    words = f"Left out, because they are not known here: {', '.join(names)}."
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "warning", "code": "not-supported", "diagnostics": words}],
    }


def _sealed(db: Database, asked: Asked, after: Cursor) -> str:
    """What was asked for, so that no number of anybody stands in the address of the next page."""
    return db.seal.shut(json.dumps([asked.kind, asked.filters, asked.count, after]))


def unsealed(db: Database, kind: str, page: str) -> tuple[Asked, Cursor]:
    """Raises `NotUnderstood`."""
    said = db.seal.open(page) if page.isascii() else None
    of, filters, count, after = json.loads(said) if said is not None else ("", [], 0, FIRST)
    if of != kind:
        raise NotUnderstood("This link to a next page is no longer good. Ask again from the beginning.")
    return Asked(kind, tuple((name, tuple(values)) for name, values in filters), count), (after[0], after[1])
