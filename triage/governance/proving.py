"""A proof is asked for, made by a process of its own, and kept. None that did not end is a proof."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from hub import deadlines, outbox
from hub.deadlines import Deadline
from hub.outbox import Effect, Queue
from protocols.loader import Library
from triage.governance import store
from triage.governance.model import Proof, Verdict, Version
from triage.governance.running import texts_of
from triage.store import text_of

LATE = timedelta(minutes=10)
"""A proof that is not there by then was lost with its process: it is asked for anew, by hand. [LOCAL]"""


def ask(session: Session, version: Version, library: Library, now: datetime, by: str) -> Proof:
    """With the house in force, compared with the version in force. Asked again while it is being made it is one."""
    proof = store.proof_of(session, version)
    before = texts_of(library).get((version.kind, version.protocol))
    against = before.sha256 if before is not None and before.sha256 != version.sha256 else None
    if proof is None:
        proof = Proof(
            version_id=version.key,
            house_sha256=library.house.sha256,
            against=against,
            verdict=Verdict.making,
            found={},
            asked_at=now,
            asked_by=by,
        )
    elif proof.verdict is Verdict.making:
        return proof
    proof.house_sha256, proof.against = library.house.sha256, against
    proof.verdict, proof.found, proof.asked_at, proof.asked_by = Verdict.making, {}, now, by
    proof.made_at = None
    session.add(proof)
    session.flush()
    effect = Effect(
        place=version.place,
        queue=Queue.records,
        kind="prove",
        payload={"version": version.key, "asked_at": now.isoformat()},
        created_at=now,
        valid_until=now + LATE,
    )
    outbox.append(session, effect)
    due = Deadline(
        place=version.place,
        kind="proof_late",
        owner="protocol_proof",
        subject=version.key,
        due_at=now + LATE,
        human=False,
    )
    deadlines.set_deadline(session, due)
    return proof


def task(session: Session, version_id: int, library: Library) -> dict[str, Any] | None:
    """What `protocols.proof.told` is given; None where nobody waits for it any more."""
    version = session.get(Version, version_id)
    if version is None:
        return None
    proof = store.proof_of(session, version)
    text = text_of(session, version.sha256)
    if proof is None or text is None or proof.verdict is not Verdict.making:
        return None
    others: dict[str, dict[str, str]] = {"triage": {}, "escalation": {}}
    for (kind, name), one in texts_of(library).items():
        if kind in others:
            others[kind][name] = one.text
    before = text_of(session, proof.against) if proof.against and version.kind == "triage" else None
    return {
        "kind": version.kind,
        "protocol": version.protocol,
        "text": text.text,
        "house": library.house.text,
        "others": others,
        "before": before.text if before else None,
    }


def made(session: Session, version_id: int, found: dict[str, Any] | None, now: datetime) -> None:
    """`found`: what the process told; None where it came to no end."""
    proof = store.proof_of(session, session.get_one(Version, version_id))
    if proof is None or proof.verdict is not Verdict.making:
        return
    proof.verdict = Verdict(found["verdict"]) if found else Verdict.failed
    proof.found, proof.made_at = found or {}, now
    session.add(proof)
    deadlines.clear(session, "proof_late", version_id)


def late(session: Session, version_id: int, now: datetime) -> None:
    made(session, version_id, None, now)


def holds(proof: Proof | None, library: Library) -> bool:
    """Whether it is proved with the house that is in force."""
    return (
        proof is not None and proof.verdict is Verdict.proved and proof.house_sha256 == library.house.sha256
    )
