"""Whether this process lives, and whether it can serve: for the supervisor and for load balancers."""

from fastapi import APIRouter, Request
from sqlalchemy import text

from hub.gate import everybody, hub_of

router = APIRouter(dependencies=[everybody("supervisors and load balancers have no log-in; nothing is told")])


@router.get("/health/live")
@router.get("/health")
def live() -> dict[str, str]:
    return {"status": "live"}


@router.get("/health/ready")
@router.get("/ready")
def ready(request: Request) -> dict[str, str]:
    """Ready when the database answers. A dead Redis does not make the hub unready: it only makes it slower."""
    with hub_of(request).db.read() as session:
        session.execute(text("SELECT 1"))
    return {"status": "ready"}
