"""S19: the wall that every free text comes through. Codes are cut out before any room sees the words; whoever writes
about a case in the same request keeps them for it (`records.key_safes`), and a write that would drop one is refused.
"""

from contextvars import ContextVar
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Receive, Scope, Send

from hub.actors import HUB, Actor
from hub.door_codes import Code, cut
from hub.errors import Refused


@dataclass
class Apart:
    """One text that held codes. `entry` and `source` name it where it can be typed on: what comes later in the same
    place takes the place of what was there."""

    codes: tuple[Code, ...]
    had_marks: bool
    entry: str = ""
    source: str = ""


@dataclass
class Listener:
    """What one request has brought that must not be written down in plain."""

    heard: list[Apart] = field(default_factory=list)
    by: Actor = HUB


_listener: ContextVar[Listener | None] = ContextVar("kept_apart", default=None)


def take_out(text: str, *, entry: str = "", source: str = "", is_way_in: bool = False) -> str:
    """The words without their codes; the codes wait to be kept."""
    found = cut(text, is_way_in=is_way_in)
    if found.codes:
        listener = _listener.get()
        if listener is None:
            raise RuntimeError("a code was cut out where nobody listens: it would be lost")
        listener.heard.append(Apart(found.codes, found.had_marks, entry, source))
    return found.words


def waiting() -> Listener | None:
    """What is still to be kept; None where nothing is."""
    listener = _listener.get()
    return listener if listener is not None and listener.heard else None


def said_by(actor: Actor) -> None:
    if (listener := _listener.get()) is not None:
        listener.by = actor


def must_be_kept(is_kept: bool) -> None:
    """Before a commit. Raises `Refused`: words must not be saved while their code is dropped."""
    if not is_kept and waiting() is not None:
        raise Refused(
            "A key-safe code cannot be kept here. Nothing was saved: type it on a call about them, under “How to "
            "get in”."
        )


def is_over() -> None:
    """After a commit that kept them."""
    if (listener := waiting()) is not None:
        listener.heard.clear()


class Listening:
    """Plain ASGI: each request has a listener of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _listener.set(Listener())
        try:
            await self.app(scope, receive, send)
        finally:
            _listener.reset(token)
