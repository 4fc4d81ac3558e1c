"""`growth`: what a million closed cases and a thousand on shift add to the time in which a position finds somebody."""

import os
import random
import shutil
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import text, update
from sqlmodel import Session, col, select

from benchmarks import past
from benchmarks.figures import Figure, p50
from benchmarks.people import put_on_shift, ready_to_finish
from dashboard import demo
from dispatch import seeking
from dispatch.desk import Desk
from dispatch.model import OFFER_LIVE, Offer, OfferState, Responder
from hub.actors import HUB
from hub.assemble import Hub, assemble
from hub.settings import Settings
from migrations import upgrade
from protocols.loader import Library, load_library
from records.model import Assessment, Position
from triage import service

BAR = 1.25
CLOSED, QUICK = 1_000_000, 200_000
MANY, FEW = 1000, 40
TIMES, WARM_UP = 120, 20
PLACE = "training"


def measure() -> list[Figure]:
    closed = QUICK if os.environ.get("FP_BENCH_QUICK") else CLOSED
    folder = Path(tempfile.mkdtemp(prefix="fp-bench-"))
    library = load_library(Path("protocols"), draft=True)
    try:
        young = _hub(folder / "young", FEW)
        old = _hub(folder / "old", MANY, closed)
        # In turn, so that a noisy minute of the machine is the same for both.
        turns = [(_time_to_offer(young, library, n), _time_to_offer(old, library, n)) for n in range(TIMES)]
    finally:
        shutil.rmtree(folder)
    empty, full = (p50([turn[n] for turn in turns[WARM_UP:]]) for n in (0, 1))
    return [Figure("growth", full / empty, 1.0, BAR), Figure("time_to_offer_ms", full, empty)]


def _hub(folder: Path, on_shift: int, closed: int = 0) -> Hub:
    folder.mkdir()
    hub = assemble(
        Settings(
            data=folder,
            redis_url=f"unix://{folder}/nobody",
            secret_key=SecretStr("s" * 32),
            phones_token=SecretStr("t"),
        )
    )
    hub.db.after_commit.clear()  # after the commit nothing is measured
    upgrade(hub.settings.database)
    now = hub.clock.now()
    with hub.db.write() as session:
        demo.lay_out(session, PLACE, now)
        put_on_shift(session, PLACE, now, on_shift)
    if closed:
        with hub.db.write() as session:
            first = session.exec(select(Responder.id).where(Responder.name == "Nurse Number0")).one()
            past.lay_down(session, PLACE, now, closed, first or 0, on_shift)
    return hub


def _time_to_offer(hub: Hub, library: Library, nth: int) -> float:
    """A call becomes a position, and then, measured: one transaction that ranks, offers, and writes the text."""
    position = _position(hub, library, random.Random(nth))
    desk = Desk(library, hub.settings.public)
    began = time.perf_counter()
    with hub.db.write() as session:
        seeking.seek(session, desk, position, hub.clock.now())
    took_ms = (time.perf_counter() - began) * 1000
    with hub.db.write() as session:
        over = update(Offer).where(text(OFFER_LIVE)).values(state=OfferState.expired)
        made = session.execute(over.returning(col(Offer.id))).all()
    assert len(made) == 1, "nobody was offered the case"
    return took_ms


def _position(hub: Hub, library: Library, chance: random.Random) -> int:
    assessment, _ = ready_to_finish(hub, library, chance)
    with hub.db.write() as session:
        found = session.get_one(Assessment, assessment)
        service.dispose(session, library, found, hub.clock.now(), HUB)
        return _newest(session, found.case_id)


def _newest(session: Session, case_id: int) -> int:
    return session.exec(select(col(Position.id)).where(Position.case_id == case_id)).one() or 0
