"""What the hub holds of them, one thing a page: visits, who they are, health; and who has looked."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session

from dashboard.own import looked
from dashboard.own.frame import own_page
from dashboard.own.gate import HOME, Theirs, stranger, theirs
from dispatch import store as dispatch
from dispatch.telling import AGREED, first_name
from hub.gate import hub_of
from records.model import Case, CaseState, Outcome, Position
from records.own import held
from records.own.held import Held
from records.own.showing import Item
from records.store import rows_of

router = APIRouter()
TILES = ("visits", "plans", "health", "about", "looked", "consent", "corrections", "delegates", "download")
ITEM_OF = {"about": Item.who_they_are}
"""Which item of the table a tile of the first page is, where it is called otherwise there."""


@dataclass(frozen=True)
class Came:
    first: str
    job: str
    at: datetime | None


@dataclass(frozen=True)
class Visit:
    """One case in plain words. `came`: who has been there; `coming`: who is on the way."""

    began: datetime
    need: str
    decided: str
    came: tuple[Came, ...]
    coming: tuple[Came, ...]
    outcome: Outcome | None
    is_open: bool


@router.get("/", dependencies=[stranger("leads on")])
def front() -> Response:
    return RedirectResponse(HOME, 303)


@router.get("/home")
def home(request: Request, me: Annotated[Theirs, theirs()]) -> Response:
    tiles = [one for one in TILES if me.may(ITEM_OF.get(one) or Item(one))]
    return own_page(request, "home.html", me, found=what_is_held(request, me), tiles=tiles)


@router.get("/visits")
def visits(request: Request, me: Annotated[Theirs, theirs(Item.visits)]) -> Response:
    found = what_is_held(request, me)
    with hub_of(request).db.read() as session:
        shown = visits_of(session, found)
    return own_page(request, "visits.html", me, visits=shown)


@router.get("/about")
def about(request: Request, me: Annotated[Theirs, theirs(Item.who_they_are)]) -> Response:
    return own_page(request, "about.html", me, found=what_is_held(request, me))


@router.get("/health")
def health(request: Request, me: Annotated[Theirs, theirs(Item.health)]) -> Response:
    return own_page(request, "health.html", me, found=what_is_held(request, me))


@router.get("/looked")
def who_looked(request: Request, me: Annotated[Theirs, theirs(Item.looked)]) -> Response:
    with hub_of(request).db.read() as session:
        lines = looked.lines(session, me.person, me.access)
    return own_page(request, "looked.html", me, lines=lines)


def what_is_held(request: Request, me: Theirs) -> Held:
    hub = hub_of(request)
    with hub.db.read() as session:
        found = held.held(session, me.person, me.viewer, hub.clock.now())
    name = found.name or me.access.of_name
    return replace(found, name=name if me.may(Item.who_they_are) else "")


def visits_of(session: Session, found: Held) -> list[Visit]:
    """The newest first."""
    return [_visit(session, case, found.decided.get(case.key, "")) for case in found.cases]


def _visit(session: Session, case: Case, decided: str) -> Visit:
    positions = rows_of(session, Position, case.key)
    return Visit(
        began=case.clock_start,
        need=case.need or "other",
        decided=decided,
        came=tuple(_who(session, one, one.care_began_at) for one in positions if one.care_began_at),
        coming=tuple(_who(session, one, None) for one in positions if one.state in AGREED),
        outcome=case.outcome,
        is_open=case.state is CaseState.open,
    )


def _who(session: Session, position: Position, at: datetime | None) -> Came:
    """By first name and profession, as the text says who comes."""
    if position.responder_id is None:
        return Came("", position.kind, at)
    who = dispatch.responder(session, position.responder_id)
    return Came(first_name(who.name), who.profession, at)
