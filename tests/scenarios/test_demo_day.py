"""A simulated day in a real hub: nobody is on two visits, nothing is forgotten, nobody gets a text that is not theirs,
and the two-hour figures are what a separate count from the timeline says."""

import os
import random
import re
import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlmodel import Session, col, select

from demo_day import report
from demo_day.__main__ import Wanted, play
from demo_day.day import Day
from demo_day.responders import Crew
from dispatch.model import Offer, Responder
from records.model import Case
from tests.crashes import proof
from tests.crashes.real_hub import NAMES, RealHub
from tests.stage import until

LOOK_EVERY_S = 2.0
REST_S = 120.0
OWN_CODE = re.compile(r"FP ([0-9A-Z]+)")


def play_out(hub: RealHub, wanted: Wanted, kill_every_s: float = 0.0) -> None:
    """The day to its end, looked at all the while; then everything that must hold once it has come to rest."""
    day = Day(hub.clock, wanted.speed, random.Random(wanted.seed))
    crew = Crew(hub.phones, day)
    said: list[str] = []
    hands = [threading.Thread(target=act, daemon=True) for act in _beside(hub, day, kill_every_s, said)]
    for hand in hands:
        hand.start()
    play(hub.url, hub.phones, hub.db, day, wanted, said.append, crew)
    for hand in hands:
        hand.join(60)
    assert said == []
    assert day.counted["calls"] >= wanted.cases
    until(lambda: not _at_rest(hub), "the hub to come to rest", REST_S)
    with hub.db.read() as session:
        assert (found := proof.always(session)) == [], "\n".join(found)
        assert not_theirs(session, crew.got) == []
        assert report.two_hours(session, "training") == report.two_hours_by_timeline(session, "training")
        assert session.exec(select(Case).where(col(Case.clock_stop).is_not(None))).first(), "care began"


def _beside(hub: RealHub, day: Day, kill_every_s: float, said: list[str]) -> list[Callable[[], None]]:
    def look() -> None:
        while not day.over.wait(LOOK_EVERY_S):
            with hub.db.read() as session:
                said.extend(proof.always(session))

    def kill() -> None:
        chance = random.Random(day.chance.random())
        while not day.over.wait(chance.uniform(0.5, 1.5) * kill_every_s):
            hub.kill(chance.choice(NAMES))

    return [look, kill] if kill_every_s else [look]


def _at_rest(hub: RealHub) -> list[str]:
    texts = hub.carrier_texts()
    with hub.db.read() as session:
        return proof.at_rest(session, texts)


def not_theirs(session: Session, got: list[str]) -> list[str]:
    """Texts to responders that name an offer of somebody else, or none."""
    offers = select(Responder.phone, Offer.code).join(Offer, Offer.responder_id == Responder.id)  # type: ignore[arg-type]
    theirs = {(phone, code) for phone, code in session.exec(offers)}
    phones = {phone for phone, _ in theirs}
    found = []
    for line in got:
        number, _, text = line.partition(" ")
        code = OWN_CODE.match(text)
        if number in phones and code and (number, code[1]) not in theirs:
            found.append(line)
    return found


def _hub(folder: Path) -> RealHub:
    hub = RealHub(folder)
    hub.phones = httpx.Client(base_url=hub.phones.base_url, auth=hub.phones.auth, timeout=30)
    hub.start()
    return hub


def test_a_day_in_a_minute(tmp_path: Path) -> None:
    hub = _hub(tmp_path)
    try:
        play_out(hub, Wanted(speed=120, cases=8, per_hour=200, responders=20, seed=4))
    finally:
        hub.close()


@pytest.mark.soak
def test_a_thousand_cases_and_random_kills(tmp_path: Path) -> None:
    """`FP_DEMO_CASES` asks for more or fewer."""
    cases = int(os.environ.get("FP_DEMO_CASES", "1000"))
    hub = _hub(tmp_path)
    try:
        play_out(hub, Wanted(speed=60, cases=cases, per_hour=120, responders=100, seed=4), kill_every_s=6.0)
    finally:
        hub.close()
