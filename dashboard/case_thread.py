"""Every text and call of a case, in and out, with what became of it."""

from typing import Any

from sqlmodel import Session

from dispatch import by_hand, sealed_texts
from dispatch import store as dispatch
from dispatch.model import Message
from hub.access import User
from hub.outbox import Effect
from records.model import Case

MESSAGES = 40
READ_AS = {"human": "needs a human", "opt_out": "opted out", "conditional": "a yes with a condition"}


def thread_of(session: Session, case: Case) -> list[dict[str, Any]]:
    messages = sealed_texts.of_case(session, case, MESSAGES)
    with_names = dispatch.texts_by_id(session, [message.id for message in messages])
    users = {message.user_id: session.get(User, message.user_id) for message in messages if message.user_id}
    shown = []
    for message in messages:
        responder = with_names[message.key][1]
        user = users.get(message.user_id or 0)
        name = responder.short_name if responder else user.name if user else message.phone
        waits = message.status == "waiting" and _is_by_hand(session, message)
        shown.append({"row": message, "name": name, "status": _status(message), "waits": waits})
    return shown


def _is_by_hand(session: Session, message: Message) -> bool:
    effect = session.get(Effect, message.effect_id or 0)
    return effect is not None and by_hand.is_by_hand(effect)


def _status(message: Message) -> str:
    if message.direction == "in":
        read_as = message.read_as or ""
        return READ_AS.get(read_as, f"understood as {read_as.partition(':')[2].replace('_', ' ') or read_as}")
    said = {"waiting": "on its way out", "accepted": "with the carrier", "queued": "with the carrier"}
    status = said.get(message.status, message.status)
    return f"{status} (carrier's error {message.error_code})" if message.error_code else status
