"""The head of the audit's chain is told outside the database at intervals: a line in a file, a line of syslog, and a
signed webhook, each by configuration. Before it is told, the last one told is looked for: where the chain no longer has
it, somebody has cut rows off or laid it anew, and an alarm says so at once.
"""

import hashlib
import hmac
import json
import logging
import logging.handlers
import urllib.request

from sqlmodel import Session

from hub import audit, audit_heads, audit_proof, outbox
from hub.assemble import Hub
from hub.audit_heads import Head
from hub.outbox import Effect, Queue
from records import alarms
from workers.bench import Bench

log = logging.getLogger(__name__)
BROKEN, UNTOLD = "audit_broken", "audit_untold"
OF = "chain"
WEBHOOK_TIMEOUT_S = 5.0
"""Well under the lease of an effect."""
WORDS = {
    BROKEN: "The hub's own audit is not what was published of it. Ring the privacy lead, and whoever looks after the "
    "database; `python -m hub verify-audit` names the row.",
    UNTOLD: "The file in which the audit's heads are published cannot be used. Ring whoever looks after the machine: "
    "what is kept from now on nobody could prove.",
}


def publish(bench: Bench) -> Head | None:
    """Tell the head, unless it is the one that was told last. Raises `OSError` where the file cannot be written, and an
    alarm rings: the next round tries again."""
    try:
        head = _publish(bench.hub)
    except OSError:
        _alarm(bench.hub, UNTOLD, rings=True)
        raise
    _alarm(bench.hub, UNTOLD, rings=False)
    return head


def _publish(hub: Hub) -> Head | None:
    file, before = hub.settings.heads, audit_heads.last(hub.settings.heads)
    with hub.db.read() as session:
        newest = audit.head(session)
        stands = before is None or audit_proof.link_at(session, before.nth) == before.link
    _alarm(hub, BROKEN, rings=not stands)
    if not stands:
        return None  # what would be told now would be taken for the truth
    if newest is None or newest.nth is None or newest.link is None:
        return None
    if before is not None and before.nth == newest.nth:
        return None
    head = Head(newest.nth, hub.clock.now(), newest.link, hub.settings.place)
    audit_heads.append(file, head)
    _to_syslog(hub.settings.audit_syslog, head)
    if hub.settings.audit_webhook:
        with hub.db.write() as session:
            _owe_webhook(session, head)
    return head


def _alarm(hub: Hub, kind: str, *, rings: bool) -> None:
    """Rings once, and is over when a backup was put back, or the file can be written again."""
    place = hub.settings.place
    with hub.db.read() as session:
        if alarms.is_live(session, place, kind, OF) is rings:
            return
    log.error(kind if rings else f"{kind}_no_more")
    with hub.db.write() as session:
        if rings:
            alarms.ring(session, place, kind, OF, WORDS[kind], hub.clock.now())
        else:
            alarms.end(session, place, kind, OF, hub.clock.now())


def _to_syslog(address: str, head: Head) -> None:
    """Best effort: syslog says of no line whether it came."""
    if not address:
        return
    where: str | tuple[str, int] = address
    if not address.startswith("/"):
        host, _, port = address.rpartition(":")
        where = (host or address, int(port) if host else 514)
    try:
        handler = logging.handlers.SysLogHandler(where, logging.handlers.SysLogHandler.LOG_AUTH)
        handler.ident = "first-point: "
        handler.handle(_line(head))
        handler.close()
    except (OSError, ValueError):
        log.warning("syslog_away")


def _line(head: Head) -> logging.LogRecord:
    words = f"audit head nth={head.nth} at={head.at.isoformat()} link={head.link} place={head.place}"
    return logging.LogRecord("audit_head", logging.INFO, __file__, 0, words, None, None)


def _owe_webhook(session: Session, head: Head) -> None:
    effect = Effect(
        place=head.place,
        queue=Queue.reports,
        kind="audit_head",
        payload={"nth": head.nth, "at": head.at.isoformat(), "link": head.link, "place": head.place},
        created_at=head.at,
    )
    outbox.append(session, effect)


def tell(bench: Bench, effect: Effect) -> str:
    """The webhook itself, by a worker. What it raises is tried again later, and parked in the end (the relay)."""
    settings = bench.hub.settings
    if not settings.audit_webhook:
        return "no webhook is configured any more"
    body = json.dumps(effect.payload, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "FP-Signature": f"sha256={signature(settings.audit_webhook_secret.get_secret_value(), body)}",
    }
    request = urllib.request.Request(settings.audit_webhook, body, headers)  # noqa: S310 - the address is configured
    with urllib.request.urlopen(request, timeout=WEBHOOK_TIMEOUT_S) as answer:  # noqa: S310
        return f"HTTP {answer.status}"


def signature(secret: str, body: bytes) -> str:
    """What the receiver computes over the body as it came, and compares."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
