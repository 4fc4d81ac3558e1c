"""What takes long of what is held of people: writing it out, and taking it away."""

import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator

from sqlalchemy import text
from sqlmodel import Session, select

from hub import wiping
from hub.actors import HUB
from hub.beats import Alive
from hub.outbox import LIVE, Effect
from migrations import models as every_table
from records import retention
from records.keeping import checking, erasing, export, requests, running, wiped
from records.keeping.export import Line
from records.keeping.model import AccessRequest, RequestState
from workers.bench import Bench

log = logging.getLogger(__name__)
assert every_table.ALL, "the tables of every room, or somebody's words would stay in some"


def prepare(bench: Bench, effect: Effect) -> str:
    """All that is held of somebody into a sealed file, in one snapshot. Of two workers that do it the file of the first
    stands, as its rows are what the checker is asked about."""
    hub, number = bench.hub, int(effect.payload["request"])
    file = requests.file_of(hub.settings.data, number)
    mine = file.with_suffix(f".{os.getpid()}")
    with hub.db.read() as session:
        request = session.get_one(AccessRequest, number)
        if request.state is not RequestState.asked:
            return "not asked for any more"
        whose = requests.whose(session, request)
        found = _each(export.lines(session, whose, hub.db.seal), bench.alive)
        counts, waits = export.keep_sealed(mine, found, hub.db.seal)

    def keep(session: Session) -> bool:
        if not checking.prepared(session, number, counts, waits, hub.clock.now()):
            return False
        if mine.exists():  # not where this is tried again
            mine.replace(file)
        return True

    kept = hub.db.write_again(keep)
    mine.unlink(missing_ok=True)
    return f"{counts.total()} rows" if kept else "not asked for any more"


def _each(lines: Iterable[Line], alive: Alive) -> Iterator[Line]:
    for line in lines:
        alive()
        yield line


def remove(bench: Bench, effect: Effect) -> str:
    file = requests.file_of(bench.hub.settings.data, int(effect.payload["request"]))
    for one in file.parent.glob(f"{file.stem}.*"):  # also of a worker that was killed
        one.unlink(missing_ok=True)
    return "gone"


def erase(bench: Bench, effect: Effect) -> str:
    """Out of every table; after the last that waits out of the file too, where that is done in a moment."""
    hub = bench.hub
    done = erasing.go_on(hub.db, int(effect.payload["erasure"]), hub.clock.now(), bench.alive)
    _out_of_file(bench, effect)
    return "words gone" if done else "not done"


def _out_of_file(bench: Bench, effect: Effect) -> None:
    """Where it is not done, the page says so, and `python -m records wipe` does it."""
    hub, place = bench.hub, bench.hub.settings.place
    with hub.db.read() as session:
        others = select(Effect.id).where(text(LIVE), Effect.kind == "erase", Effect.id != effect.id)
        waits = session.exec(others.limit(1)).first() is not None
        if waits or not wiped.is_owed(session, place):
            return
    size, now = wiping.size_of(hub.db), hub.clock.now()
    if size is None or size > wiping.AT_ONCE_BELOW:
        return
    try:
        if wiping.wipe(hub.db):
            hub.db.write_again(lambda session: wiped.keep(session, place, now, HUB))
    except sqlite3.Error:
        log.warning("not_wiped", exc_info=True)


def owe_count(bench: Bench) -> bool:
    """A round of the ticker: each month's dry run."""
    hub = bench.hub
    with hub.db.read() as session:
        if running.is_counted(session, hub.settings.place, hub.clock.now()):
            return False
    with hub.db.write() as session:
        return running.owe_count(session, hub.settings.place, hub.clock.now())


def count(bench: Bench, _: Effect) -> str:
    hub, now = bench.hub, bench.hub.clock.now()
    with hub.db.read() as session:
        days = retention.periods(hub.settings.retention)
        found = running.count(session, hub.settings.place, now, days, bench.alive)
    hub.db.write_again(lambda session: running.keep_count(session, hub.settings.place, now, found))
    return f"{sum(one.rows for one in found)} rows"


def go_on(bench: Bench, effect: Effect) -> str:
    hub = bench.hub
    days = retention.periods(hub.settings.retention)
    done = running.go_on(hub.db, int(effect.payload["run"]), days, hub.clock.now(), bench.alive)
    return "done" if done else "not done"
