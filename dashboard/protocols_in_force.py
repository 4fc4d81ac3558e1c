"""Protocols are read again while the dashboard runs. A broken file leaves the last sound one in force, and alarms once,
with file and line, for whoever answers for the protocols."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session

from dispatch import seeking
from dispatch.desk import Desk
from hub.assemble import Hub
from protocols.shelf import READ_EVERY_S, Shelf
from protocols.source import sha256_of
from records import alarms
from triage.bars_out.known import must_be_of_house
from triage.governance import registering, store
from triage.governance.in_force import Rulings

log = logging.getLogger(__name__)
KIND = "protocol"


def put_in_force(app: FastAPI, hub: Hub) -> None:
    """At the start: raises where there is nothing to run on."""
    training = hub.settings.training
    decided = Rulings(hub.db, hub.clock, hub.settings.place, training=training)
    app.state.shelf = Shelf(hub.settings.protocols, draft=training, governed=decided)
    must_be_of_house(hub.services, app.state.shelf.library.house)
    _take(app, hub)


def read_again(app: FastAPI) -> bool:
    """Whether a file has changed since the last look."""
    hub: Hub = app.state.hub
    shelf: Shelf = app.state.shelf
    if not shelf.read_again():
        return False
    _take(app, hub)
    register(app)
    say_what_is_broken(app)
    return True


def register(app: FastAPI) -> None:
    """What the folder holds, as Git brought it, becomes versions of the place beside those of the page."""
    hub: Hub = app.state.hub
    files = list(app.state.shelf.texts().items())
    with hub.db.read() as session:
        known = store.known(session, hub.settings.place)
    new = [(path, text) for path, text in files if sha256_of(text) not in known]
    if not new:
        return
    found = registering.read_folder(new, app.state.library.house)
    with hub.db.write() as session:
        registering.register_folder(session, found, hub.settings.place, hub.clock.now())


def say_what_is_broken(app: FastAPI) -> None:
    """One alarm for each broken file, which ends by itself when the file is sound again."""
    hub: Hub = app.state.hub
    shelf: Shelf = app.state.shelf
    first = {Path(fault.file).name: fault for fault in reversed(shelf.faults)}
    place, now = hub.settings.place, hub.clock.now()
    with hub.db.write() as session:
        for alarm in alarms.live(session, place):
            if alarm.kind == KIND and alarm.subject not in first:
                alarms.end(session, place, KIND, alarm.subject, now)
        for name, fault in first.items():
            where = f"{name}:{fault.line}:{fault.column}"
            words = f"Protocol file broken, {where}: {fault.message}. What was sound before stays in force."
            alarms.ring(session, place, KIND, name, words[:300], now)


@contextlib.asynccontextmanager
async def followed(app: FastAPI) -> AsyncIterator[None]:
    """While the process serves."""
    task = asyncio.create_task(_follow(app))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _follow(app: FastAPI) -> None:
    try:
        await asyncio.to_thread(register, app)
    except Exception:  # they run all the same; the next change of a file registers them
        log.exception("protocols_not_registered")
    if app.state.shelf.faults:
        await asyncio.to_thread(say_what_is_broken, app)
    while True:
        await asyncio.sleep(READ_EVERY_S)
        try:
            await asyncio.to_thread(read_again, app)
        except Exception:  # whatever it is, the protocols in force stay, and the next look comes
            log.exception("protocols_not_read")


def _take(app: FastAPI, hub: Hub) -> None:
    shelf: Shelf = app.state.shelf
    app.state.library = shelf.library
    app.state.welfare_calls = shelf.library.house.welfare_calls
    app.state.desk = desk = Desk(shelf.library, hub.settings.public)
    hub.db.at_once["seek"] = partial(_seek, desk)


def _seek(desk: Desk, session: Session, about: Mapping[str, Any], now: datetime) -> None:
    """What a position asks of dispatch, done here by the transaction that asks (ADR 9)."""
    seeking.seek(session, desk, int(about["position"]), now)
