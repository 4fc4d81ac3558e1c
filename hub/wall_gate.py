"""Who may look at the wall: somebody logged in with a role for it, or a screen that was paired for it alone."""

from typing import Any

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from hub import asking
from hub.access import Role
from hub.gate import LogInNeeded, Visitor, allow, hub_of
from hub.wall_screens import Screen, screen_of

WALL_COOKIE = "fp_wall"


def screen_here(connection: HTTPConnection) -> Screen | None:
    """The paired screen that asks, of the place that this hub serves."""
    key = connection.cookies.get(WALL_COOKIE, "")
    if not key:
        return None
    hub = hub_of(connection)
    with hub.db.read() as session:
        screen = screen_of(session, key, hub.clock.machine())
    return screen if screen is not None and screen.place == hub.settings.place else None


def allow_or_screen(*roles: Role) -> Any:
    """The dependency of what a wall shows; only for reading. Gives nobody: what is shown is the same for all."""
    check_visitor = allow(*roles).dependency

    def check(request: Request) -> Visitor | Screen:
        try:
            visitor: Visitor = check_visitor(request, "")
            return visitor
        except LogInNeeded:
            if (screen := screen_here(request)) is None:
                raise
        asking.asked_by(None, ())  # S18: nobody in particular, so nothing that is sealed
        return screen

    check.roles = roles  # type: ignore[attr-defined]
    return Depends(check)
