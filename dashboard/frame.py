"""Pages from templates: one environment, and what every page knows."""

from datetime import datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader

from hub.gate import Visitor, hub_of
from hub.places import Place, place_of

HERE = Path(__file__).parent
environment = Environment(
    loader=ChoiceLoader(
        [
            FileSystemLoader([HERE / "templates", HERE.parent / "phones" / "templates"]),
            PackageLoader("nhsuk_frontend_jinja"),
        ]
    ),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=ChainableUndefined,  # what the NHS.UK components expect
)


def page(
    request: Request, template: str, visitor: Visitor | None = None, status: int = 200, **facts: Any
) -> HTMLResponse:
    """The whole page; `place`, `path`, `now` (local), `user` and `csrf` are there for every template."""
    place = the_place(request)
    html = environment.get_template(template).render(
        place=place,
        path=request.url.path,
        status=status,
        now=local(hub_of(request).clock.now(), place),
        user=visitor.user if visitor else None,
        csrf=visitor.csrf if visitor else "",
        **facts,
    )
    return HTMLResponse(html, status)


def fragment(template: str, **facts: Any) -> str:
    """A piece of a page, as the page itself was made of."""
    return environment.get_template(template).render(**facts)


def the_place(request: Request) -> Place:
    """The place that this hub serves; read once."""
    state = request.app.state
    if getattr(state, "place", None) is None:
        hub = hub_of(request)
        with hub.db.read() as session:
            state.place = place_of(session, hub.settings.place)
    found: Place = state.place
    return found


def local(at: datetime, place: Place) -> datetime:
    return at.astimezone(place.local())
