"""A responder's visit where there is no connection: what a remembered phone may keep, and the worker that opens it.

The hub alone says what may be kept and for how long, on each page anew; `docs/access.md` says what that is.
"""

import hashlib
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboard import shell
from dashboard.frame import page
from hub.access import IDLE_ENDS_AFTER, Role
from hub.gate import Visitor, allow

router = APIRouter()
GOER = allow(Role.responder)
KEEP = "FP-Keep"


def let_keep(response: Response, visitor: Visitor, machine: datetime) -> None:
    """A remembered phone may keep this page for as long as its log-in would last if nobody used it again. Machine time.
    The second word tells one log-in from another, and is of no other use."""
    lasts = min(visitor.log_in.ends_at - machine, IDLE_ENDS_AFTER)
    log_in = hashlib.sha256(f"kept:{visitor.csrf}".encode()).hexdigest()[:16]
    response.headers[KEEP] = f"{int(lasts.total_seconds())} {log_in}"


@router.get(shell.VISIT.page, dependencies=[GOER])
def away(request: Request) -> Response:
    """The same for everybody: it names nobody and carries no proof."""
    return page(request, "visit_away.html")


@router.get("/visit-worker.js", dependencies=[GOER])
def worker() -> Response:
    return Response(shell.worker(shell.VISIT), media_type="text/javascript")
