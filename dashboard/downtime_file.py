"""The downtime list, left on disk for the hour in which the hub is dead, for whoever may open the data folder.

In plain: a key that had to be asked of a dead hub would make it useless, and the database lies in the same folder. So
it is mode 0600 in a folder of mode 0700, there is one of it, and each new one takes the place of the last. Sealed cases
(S18) are in a file of their own, for whoever must send somebody.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from sqlmodel import Session

from dashboard.downtime import Downtime, downtime_of
from dashboard.frame import fragment, local
from dashboard.pages.call import said_clock
from hub import asking
from hub.assemble import Hub
from hub.places import Place, place_of

log = logging.getLogger(__name__)
EVERY_S = 300
"""[LOCAL]"""
FOLDER, LIST, SEALED = "downtime", "downtime.html", "sealed-cases.html"


@contextlib.asynccontextmanager
async def written(app: FastAPI) -> AsyncIterator[None]:
    """While the process serves: one at the start, and then one every five minutes."""
    task = asyncio.create_task(_again_and_again(app))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _again_and_again(app: FastAPI) -> None:
    while True:
        try:
            await asyncio.to_thread(write, app)
        except Exception:
            log.error("downtime_list_not_written", exc_info=True)  # the board is more than its paper
        await asyncio.sleep(EVERY_S)


def write(app: FastAPI) -> Path:
    """Write what is true now; returns where the list is. Raises `OSError` where the folder cannot be written."""
    hub: Hub = app.state.hub
    now = hub.clock.now()
    with hub.db.read() as session:
        place = place_of(session, hub.settings.place)
        with asking.asks(None, ()):
            for_all = downtime_of(session, app, place, now)
        sealed = _sealed_alone(session, app, place, now)
    folder = hub.settings.data.absolute() / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _put(folder / LIST, _page(for_all, place, now, sealed=False))
    if sealed.cases:
        _put(folder / SEALED, _page(sealed, place, now, sealed=True))
    else:
        (folder / SEALED).unlink(missing_ok=True)
    return folder / LIST


def _sealed_alone(session: Session, app: FastAPI, place: Place, now: datetime) -> Downtime:
    whole = downtime_of(session, app, place, now)
    return replace(whole, cases=[one for one in whole.cases if one["sealed"]], more=0)


def _page(down: Downtime, place: Place, now: datetime, *, sealed: bool) -> str:
    clock = said_clock(place, now)
    return fragment(
        "downtime_file.html",
        down=down,
        place=place,
        now=local(now, place),
        sealed=sealed,
        every=EVERY_S // 60,
        clock=clock,
        said=lambda iso: clock(datetime.fromisoformat(iso)) if iso else "",
    )


def _put(path: Path, text: str) -> None:
    """Whole or not at all, and for nobody else's eyes."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
