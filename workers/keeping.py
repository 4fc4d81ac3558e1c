"""What takes long of what is held of people: writing it out, and taking it away."""

import logging
import sqlite3

from hub import wiping
from hub.outbox import Effect
from records import retention
from records.keeping import erasing, export, requests, running
from records.keeping.model import AccessRequest, RequestState
from workers.bench import Bench

log = logging.getLogger(__name__)


def prepare(bench: Bench, effect: Effect) -> str:
    """All that is held of somebody into a sealed file, in one snapshot. Done twice it is the same file."""
    hub, number = bench.hub, int(effect.payload["request"])
    file = requests.file_of(hub.settings.data, number)
    with hub.db.read() as session:
        request = session.get_one(AccessRequest, number)
        if request.state is not RequestState.asked:
            return "not asked for any more"
        whose = requests.whose(session, request)
        counts, waits = export.keep_sealed(file, export.lines(session, whose, hub.db.seal), hub.db.seal)
    hub.db.write_again(lambda session: requests.prepared(session, number, counts, waits, hub.clock.now()))
    return f"{counts.total()} rows"


def remove(bench: Bench, effect: Effect) -> str:
    requests.file_of(bench.hub.settings.data, int(effect.payload["request"])).unlink(missing_ok=True)
    return "gone"


def erase(bench: Bench, effect: Effect) -> str:
    """Out of every table; then out of the file too, where that is done in a moment."""
    hub = bench.hub
    if not erasing.go_on(hub.db, int(effect.payload["erasure"]), hub.clock.now()):
        return "not done"
    size = wiping.size_of(hub.db)
    if size is None or size > wiping.AT_ONCE_BELOW:
        return "words gone; the file is to be written anew in a quiet hour"
    try:
        return "words gone" if wiping.wipe(hub.db) else "words gone; a reader holds on to the log"
    except sqlite3.Error:
        log.warning("not_wiped", exc_info=True)  # the words are gone; `python -m records wipe` does the file
        return "words gone; the file could not be written anew"


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
        found = running.count(session, hub.settings.place, now, retention.periods(hub.settings.retention))
    hub.db.write_again(lambda session: running.keep_count(session, hub.settings.place, now, found))
    return f"{sum(one.rows for one in found)} rows"


def go_on(bench: Bench, effect: Effect) -> str:
    hub = bench.hub
    days = retention.periods(hub.settings.retention)
    done = running.go_on(hub.db, int(effect.payload["run"]), days, hub.clock.now())
    return "done" if done else "not done"
