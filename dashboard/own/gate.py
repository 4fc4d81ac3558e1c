"""Who is on their own page: a cookie of its own, that opens nothing of the hub's, as theirs open nothing here."""

import hmac
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from hub import asking, kept_apart
from hub.access import csrf_of
from hub.assemble import Hub
from hub.errors import FirstPointError, NotFound
from hub.gate import SAFE, WrongForm, given_proof, hub_of
from records.looks import keep_look
from records.own import log_ins
from records.own.model import OwnAccess
from records.own.showing import Item, Viewer, may_show, viewer_of
from records.people.model import Person

PATH = "/own"
HOME = f"{PATH}/home"
COOKIE = "fp_own"
OPENED, DOWNLOADED = "own_page_opened", "own_page_downloaded"


class OwnLogInNeeded(FirstPointError):
    """Nobody is on their own page, or their log-in has ended."""

    status = 401


@dataclass(frozen=True)
class Theirs:
    """Somebody on their own page, or on that of whom they are trusted by."""

    access: OwnAccess
    person: Person
    csrf: str
    cookie: str

    @property
    def viewer(self) -> Viewer:
        return viewer_of(self.access)

    def may(self, item: str) -> bool:
        return may_show(self.viewer, Item(item))


def theirs(item: Item | None = None) -> Any:
    """The dependency of a page of their own. Raises `OwnLogInNeeded`; `NotFound` where they may not see it."""

    def check(request: Request, given: Annotated[str, Depends(given_proof)]) -> Theirs:
        hub = hub_of(request)
        asking.asked_by(None, ())  # without this everything would be read
        found = _who(request, hub)
        kept_apart.said_by(found.access.actor)
        if request.method not in SAFE and not hmac.compare_digest(given, found.csrf):
            raise WrongForm("This page is too old to be sent. Open it again.")
        if item is not None and not may_show(found.viewer, item):
            raise NotFound("There is no page here.")
        keep_look(hub, OnPage(found.access), OPENED, f"person:{found.person.key}")
        return found

    check.own = True  # type: ignore[attr-defined]
    return Depends(check)


def stranger(why: str) -> Any:
    """The dependency of the few pages before the log-in; `why` is for the reader and the test that walks them."""

    def check() -> None:
        asking.asked_by(None, ())

    check.why = why  # type: ignore[attr-defined]
    return Depends(check)


class OnPage:
    """Whoever is on the page, as the audit wants them: nobody's `id` of the hub."""

    id: int | None = None

    def __init__(self, access: OwnAccess) -> None:
        self.place, self.name, self.actor = access.place, access.name, access.actor


def _who(request: Request, hub: Hub) -> Theirs:
    cookie, now = request.cookies.get(COOKIE, ""), hub.clock.machine()
    with hub.db.read() as session:
        found = log_ins.who_is(session, cookie, now) if cookie else None
        person = log_ins.head_of(session, found[0]) if found else None
    if found is None or person is None or person.place != hub.settings.place:
        raise OwnLogInNeeded("Log in first.")
    access, log_in = found
    if (now - log_in.seen_at).total_seconds() > 60:
        with hub.db.write() as session:
            log_ins.seen(session, cookie, now)
    return Theirs(access, person, csrf_of(cookie, hub.settings.secret_key.get_secret_value()), cookie)
