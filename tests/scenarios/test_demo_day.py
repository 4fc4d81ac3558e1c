"""A simulated day in a real hub: nobody is on two visits, nothing is forgotten, nobody gets a text that is not theirs,
and the two-hour figures are what a separate count from the timeline says."""

import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import Session, col, select

from demo_day import report
from demo_day.__main__ import Wanted, play
from demo_day.day import Day
from demo_day.responders import Crew
from dispatch.model import Direction, Message, Offer, Responder
from hub.access import User
from records.contact_points import Safe
from records.model import Case
from records.tell_wishes import TellWish
from tests.crashes import proof
from tests.crashes.ledger import Ledger
from tests.crashes.real_hub import NAMES, RealHub
from tests.stage import until

LOOK_EVERY_S, LOOK_SHARE = 2.0, 10
AMID_A_START = 0.05
REST_S = 120.0
OWN_CODE = re.compile(r"FP ([0-9A-Z]+)")
ASKS = re.compile(r"FP ([0-9A-Z]+).*Reply 1 yes 2 no\. \S", re.DOTALL)


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
    texts = hub.carrier_texts()
    with hub.db.read() as session:
        assert (found := proof.always(session)) == [], "\n".join(found)
        assert (found := proof.never_undone(session, texts, Ledger())) == [], "\n".join(found)
        assert not_theirs(session, crew.got) == []
        assert not_expected(session, texts) == []
        assert report.two_hours(session, "training") == report.two_hours_by_timeline(session, "training")
        assert session.exec(select(Case).where(col(Case.clock_stop).is_not(None))).first(), "care began"


def _beside(hub: RealHub, day: Day, kill_every_s: float, said: list[str]) -> list[Callable[[], None]]:
    def look() -> None:
        """It reads all there is: so the more there is, the seldomer."""
        took_s = 0.0
        while not day.over.wait(max(LOOK_EVERY_S, LOOK_SHARE * took_s)):
            began = time.monotonic()
            with hub.db.read() as session:
                said.extend(proof.always(session))
            took_s = time.monotonic() - began
            if said:
                day.over.set()

    def kill() -> None:
        """Whoever it hits; mostly once all are up again, so that a slow machine has a day and not only starts."""
        chance = random.Random(day.chance.random())
        while not day.over.wait(chance.uniform(0.5, 1.5) * kill_every_s):
            if chance.random() < AMID_A_START or hub.is_up():
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


def not_expected(session: Session, texts: Sequence[dict[str, Any]]) -> list[str]:
    """Texts to anybody but responders, people of the hub on call, who agreed to be told, and who texted first; and a
    second text of the same offer."""
    knows = {
        *session.exec(select(Responder.phone)),
        *session.exec(select(User.phone).where(col(User.phone).is_not(None))),
        *session.exec(select(Message.phone).where(Message.direction == Direction.in_)),
        *session.exec(select(TellWish.number).where(TellWish.agreed == Safe.yes)),
    }
    ours = [text for text in texts if text["direction"] == "outbound-api"]
    asked = Counter(code[1] for text in ours if (code := ASKS.match(text["body"])))
    return [
        *(f"{text['to']}: {text['body']}" for text in ours if text["to"] not in knows),
        *(f"{code} was asked {many} times" for code, many in asked.items() if many > 1),
    ]


def _hub(folder: Path) -> RealHub:
    hub = RealHub(folder)
    hub.phones = httpx.Client(base_url=hub.phones.base_url, auth=hub.phones.auth, timeout=30)
    hub.start()
    return hub


@pytest.mark.soak
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
