"""Who has asked to see their own page is looked up here, after everybody has had the same answer in the same time."""

from datetime import datetime

from sqlmodel import Session

from dispatch import own_texts, texts
from hub.outbox import Effect
from records.own import log_ins
from workers.bench import Bench


def look(session: Session, bench: Bench, effect: Effect, now: datetime) -> None:
    hub = bench.hub
    send_codes(session, int(effect.payload["ask"]), hub.settings.public, now, hub.clock.machine())


def send_codes(session: Session, ask_id: int, public: str, now: datetime, machine: datetime) -> None:
    """To whoever may have one; for all others nothing happens."""
    asked = log_ins.taken(session, ask_id)
    if asked is None:
        return
    for access in log_ins.found(session, asked):
        made = log_ins.make_code(session, access, machine)
        if made is not None:
            token, code = made
            words = texts.own_code(f"{public}/own/in/{token}", code)
            own_texts.text(session, access, words, now, log_ins.CODE_LASTS, kept_as=texts.own_code("…", "…"))
