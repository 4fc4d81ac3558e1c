"""`reply_to_answer`: from a responder's yes leaving the carrier to what it is answered with having arrived there."""

import json
import random
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from urllib.parse import urlencode

from sqlmodel import Session, col, select
from twilio.request_validator import RequestValidator

from benchmarks.disposition import ON_SHIFT, PER_S, floor
from benchmarks.figures import Figure, p50, p95
from benchmarks.house import House, a_house, handler
from benchmarks.pace import EachOwn, at_pace
from benchmarks.people import put_on_shift, ready_to_finish
from benchmarks.wire import Line
from dispatch import messages
from dispatch.desk import Desk
from dispatch.model import Offer, Responder
from dispatch.seeking import seek
from protocols.loader import load_library
from records.model import Assessment, Position
from records.service import Due, owe
from tests.stage import until

CASES, WARM_UP = 90, 20
AT_ONCE = 2
"""An hour's case asks two at once, and here both say yes."""
APART = 10
"""The second yes to a case comes so many cases after the first, two seconds later: it finds the visit taken."""
P95_MS = 150.0
PATH, FORM, HUB = "/webhooks/sms", "application/x-www-form-urlencoded", "+441134960000"
CODE = re.compile(r"FP (\w+)\b")
Yes = tuple[str, str]
"""The offer's code, and the phone that says yes to it."""


def measure(cases: int = CASES) -> list[Figure]:
    with a_house() as house:
        hub_ms = _hub(house, cases)
        floor_ms = floor(house, AT_ONCE * cases)
    return [
        Figure("reply_to_answer_p50_ms", p50(hub_ms), p50(floor_ms)),
        Figure("reply_to_answer_p95_ms", p95(hub_ms), p95(floor_ms), P95_MS),
    ]


def _hub(house: House, cases: int) -> list[float]:
    with house.hub.db.write() as session:
        put_on_shift(session, house.settings.place, house.hub.clock.now(), ON_SHIFT)
    carrier = Line(house.provider)
    with house.run():
        pairs = _asked(house, cases)
        codes = [code for pair in pairs for code, _ in pair]
        until(lambda: all(_arrived(carrier, codes).values()), "every offer", 60)
        _delivered(house)
        carrier.get("/forget")
        firsts, seconds = ([pair[nth] for pair in pairs] for nth in range(AT_ONCE))
        sent = dict(at_pace(_replies(house, _in_turn(firsts, seconds)), PER_S))
        wanted = (AT_ONCE + 1) * len(pairs)
        until(lambda: sum(map(len, _arrived(carrier, codes).values())) >= wanted, "every answer", 60)
    arrived = _arrived(carrier, codes)
    return [took for pair in pairs for took in _took(pair, sent, arrived)][WARM_UP:]


def _took(pair: list[Yes], sent: dict[str, float], arrived: dict[str, list[float]]) -> list[float]:
    """The first yes is told "yours", and the other at once that it is taken; whose own yes is answered once more."""
    (first, _), (second, _) = pair
    lost, answered = arrived[second]
    took = (arrived[first][0] - sent[first], lost - sent[first], answered - sent[second])
    return [s * 1000 for s in took]


def _asked(house: House, cases: int) -> list[list[Yes]]:
    """So many cases due within the hour, two responders asked for each."""
    library = load_library(house.settings.protocols, draft=True)
    desk, chance = Desk(library, house.settings.public), random.Random(7)
    pairs = []
    for _ in range(cases):
        assessment, _ref = ready_to_finish(house.hub, library, chance)
        with house.hub.db.write() as session:
            position = _wanted(session, house, assessment)
            seek(session, desk, position, house.hub.clock.now())
            asked = select(Offer.code, Responder.phone).join(
                Responder, col(Responder.id) == Offer.responder_id
            )
            pairs.append(
                [(code, phone) for code, phone in session.exec(asked.where(Offer.position_id == position))]
            )
    return pairs


def _wanted(session: Session, house: House, assessment: int) -> int:
    now, begun = house.hub.clock.now(), session.get_one(Assessment, assessment)
    due_at = now + timedelta(hours=1)
    visit = Position(
        place=begun.place,
        opened_at=now,
        case_id=begun.case_id,
        kind="nurse",
        title="nurse",
        priority="one_hour",
        due_at=due_at,
        stops_clock=True,
    )
    owe(session, visit, now, handler(session).actor, "Nurse wanted.", Due("seek", due_at, human=False))
    return visit.key


def _delivered(house: House) -> None:
    """The receipts of the offers, so that none is said aloud meanwhile."""
    now = house.hub.clock.now()
    with house.hub.db.write() as session:
        for offer in session.exec(select(Offer)).all():
            messages.status_came(session, offer.effect_id or 0, f"SM{offer.code}", "delivered", None, now)


def _in_turn(firsts: list[Yes], seconds: list[Yes]) -> Iterator[Yes]:
    for nth in range(len(firsts) + APART):
        yield from firsts[nth : nth + 1]
        if nth >= APART:
            yield seconds[nth - APART]


def _replies(house: House, turns: Iterable[Yes]) -> list[Callable[[], tuple[str, float]]]:
    """Each signed beforehand, as the carrier does it."""
    address, token = f"{house.settings.public}{PATH}", house.settings.phones_token.get_secret_value()
    signer, lines = RequestValidator(token), EachOwn(lambda: Line(house.settings.port))

    def reply(code: str, phone: str) -> Callable[[], tuple[str, float]]:
        form = {"MessageSid": f"SM{uuid.uuid4().hex}", "From": phone, "To": HUB, "Body": f"1 {code}"}
        signed = {"content-type": FORM, "x-twilio-signature": signer.compute_signature(address, form)}
        body = urlencode(form).encode()

        def leave() -> tuple[str, float]:
            line = lines()
            sent_at = time.monotonic()
            status, said = line.post(PATH, body, signed)
            assert status == 200, said
            return code, sent_at

        return leave

    return [reply(*yes) for yes in turns]


def _arrived(carrier: Line, codes: list[str]) -> dict[str, list[float]]:
    """When the texts about each offer arrived, in order."""
    found: dict[str, list[float]] = {code: [] for code in codes}
    texts: list[tuple[float, str]] = json.loads(carrier.get("/arrived")[1])
    for at, text in texts:
        if (match := CODE.match(text)) and match[1] in found:
            found[match[1]].append(at)
    return found
