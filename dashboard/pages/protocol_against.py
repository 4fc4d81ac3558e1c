"""Two versions of a protocol: what changes for whom, which calls go elsewhere, how past cases would have ended."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from dashboard.calls_compared import compared
from dashboard.frame import fragment, page, the_place
from dashboard.pages.call import said_clock
from hub import audit
from hub.access import Role
from hub.bodies import Body
from hub.gate import Visitor, allow, hub_of
from hub.places import Place
from protocols.differences import PARTS, differences
from protocols.proof.kept import prover_sha256
from triage import replay_store, replays
from triage.api import library_of
from triage.replay_model import FoundCalls, Replay
from triage.replays import Pair

router = APIRouter()
Reader = Annotated[Visitor, allow(Role.governance, Role.hub_clinician, Role.manager)]
HERE = "/protocols/{sha256}/against/{other_sha256}"
Chosen = Annotated[str, Query(max_length=80)]


class Asked(Body):
    days: int


@router.get(HERE)
def against(
    request: Request, sha256: str, other_sha256: str, visitor: Reader, was: Chosen = "", becomes: Chosen = ""
) -> Response:
    """`sha256` is the newer, `other_sha256` the one before. `was` and `becomes` open one cell of the replay."""
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    with hub.db.read() as session:
        both = replays.pair(session, library_of(request), other_sha256, sha256)
        facts = _facts(session, place, both)
        replay: Replay | None = facts["replay"]
        opened = replays.in_cell(session, replay, was, becomes) if replay and was else []
    if opened:
        refs = ", ".join(case.ref for _, _, case in opened)
        with hub.db.write() as session:  # a look at whose cases these are is kept
            audit.note(
                session,
                place.id,
                now,
                visitor.user.actor,
                "looked at a replay",
                f"place:{place.id}",
                refs[:300],
            )
    return page(
        request,
        "protocol_against.html",
        visitor,
        parts=_sentences(both),
        opened=opened,
        was=was,
        becomes=becomes,
        most_shown=replays.MOST_SHOWN,
        clock=said_clock(place, now),
        **facts,
    )


@router.get(f"{HERE}/progress")
def progress(request: Request, sha256: str, other_sha256: str, _: Reader) -> JSONResponse:
    """The replay as it stands, for the page that waits."""
    with hub_of(request).db.read() as session:
        both = replays.pair(session, library_of(request), other_sha256, sha256)
        facts = _facts(session, the_place(request), both)
    running = facts["replay"] is not None and facts["replay"].ended_at is None
    return JSONResponse({"html": fragment("_replay.html", **facts), "running": running})


@router.post(f"{HERE}/calls")
def calls(request: Request, sha256: str, other_sha256: str, _: Reader) -> JSONResponse:
    """What the prover finds; kept, so that it is asked once."""
    hub = hub_of(request)
    with hub.db.read() as session:
        both = replays.pair(session, library_of(request), other_sha256, sha256)
        kept = _kept(session, both)
    if kept is None:
        before, after, house, prover = _key(both)
        found = FoundCalls(
            before_sha256=before,
            after_sha256=after,
            house_sha256=house,
            prover_sha256=prover,
            calls=compared(both),
            at=hub.clock.now(),
        )
        with hub.db.write() as session:
            kept = session.merge(found)
    return JSONResponse({"html": fragment("_calls_compared.html", kept=kept)})


@router.post(f"{HERE}/replay")
def replay(request: Request, sha256: str, other_sha256: str, body: Asked, visitor: Reader) -> JSONResponse:
    hub, place = hub_of(request), the_place(request)
    now = hub.clock.now()
    with hub.db.write() as session:
        both = replays.pair(session, library_of(request), other_sha256, sha256)
        begun = replays.begin(session, place.id, both, body.days, visitor.user, now)
        audit.note(session, place.id, now, visitor.user.actor, "replayed cases", f"replay:{begun.key}")
    return JSONResponse({"replay": begun.key})


def _facts(session: Session, place: Place, both: Pair) -> dict[str, Any]:
    newest = replay_store.newest(session, place.id, both.before.sha256, both.after.sha256, both.house.sha256)
    cells = replays.cells(session, newest, both) if newest else []
    return {
        "before": both.before,
        "after": both.after,
        "here": f"/protocols/{both.after.sha256}/against/{both.before.sha256}",
        "kept": _kept(session, both),
        "replay": newest,
        "cells": cells,
        "rows": list(dict.fromkeys(cell.was for cell in cells)),
        "columns": sorted({cell.becomes for cell in cells}, key=lambda one: (one.rank, one.title)),
        "by_places": {(cell.was, cell.becomes): cell for cell in cells},
        "new_questions": [
            question for name, question in both.after.by_id.items() if name not in both.before.by_id
        ],
        "periods": replays.PERIODS,
        "most": replays.MOST,
    }


def _sentences(both: Pair) -> list[tuple[str, list[Any]]]:
    found = differences(both.before, both.after, both.house)
    titled = [(title, [one for one in found if one.part == part]) for part, title in PARTS.items()]
    return [(title, each) for title, each in titled if each]


def _key(both: Pair) -> tuple[str, str, str, str]:
    return both.before.sha256, both.after.sha256, both.house.sha256, prover_sha256()


def _kept(session: Session, both: Pair) -> FoundCalls | None:
    return replay_store.found_calls(session, *_key(both))
