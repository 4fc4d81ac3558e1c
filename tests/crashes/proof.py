"""What must be true of a hub that has been killed: in every snapshot of its database, and once it has come to rest.

Each function returns its findings as sentences; none at all is the proof.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from dispatch.model import Direction, Message, Offer, OfferState
from dispatch.store import ASSIGNED
from hub import audit_proof
from hub.deadlines import Deadline, DeadlineState
from hub.events import Event, EventCounter
from hub.outbox import Effect, EffectState
from records.alarms import Alarm
from records.case_word import case_word
from records.lifecycles import OWING, Owed
from records.model import Assessment, Call, Case, CaseState, HandOver, Position, Timeline
from records.store import TABLES, owed_of_cases
from tests.crashes.ledger import Ledger
from triage.model import Answered, Entry

FINAL = ("delivered", "undelivered", "failed")
Texts = Sequence[dict[str, Any]]


def always(session: Session) -> list[str]:
    """True of any snapshot, in the midst of everything."""
    return [
        *_events(session),
        *_nothing_forgotten(session),
        *_nobody_twice(session),
        *_timeline(session),
        *_effects(session),
    ]


def never_undone(session: Session, texts: Texts, ledger: Ledger) -> list[str]:
    """What no waiting would mend: something lost, something doubled. `texts` were read from the carrier first."""
    return [
        *_audit(session),
        *_typed(session, ledger),
        *_committed(session, ledger),
        *_texted_once(session, texts),
    ]


def at_rest(session: Session, texts: Texts) -> list[str]:
    """What comes true when everybody has been left alone for a while."""
    live = select(Effect).where(col(Effect.state).in_((EffectState.waiting, EffectState.running)))
    found = [f"effect {e.id} {e.kind} is {e.state}: {e.error}" for e in session.exec(live)]
    ours = {message.sid: message for message in session.exec(select(Message)) if message.sid}
    for text in texts:
        sid, mine = text["sid"], ours.get(text["sid"])
        if text["direction"] == "inbound":
            if mine is None:
                found.append(f"the text {text['body']!r} from {text['from']} has not been taken in")
        elif mine is None:
            found.append(f"the hub does not know of its own text {text['body']!r} ({sid})")
        elif text["status"] in FINAL and mine.status != text["status"]:
            found.append(f"{sid} is {text['status']} at the carrier and {mine.status} here")
        elif text["status"] not in FINAL:
            found.append(f"{sid} is still {text['status']}")
    known = {text["sid"] for text in texts}
    out = select(Message).where(Message.direction == Direction.out, ~col(Message.voice))
    found += [
        f"the hub believes in a text that never left: {m.body!r} to {m.phone}"
        for m in session.exec(out)
        if m.sid is not None and m.sid not in known
    ]
    return found


def _events(session: Session) -> list[str]:
    found = []
    for counter in session.exec(select(EventCounter)):
        count, last = session.exec(
            select(func.count(), func.max(Event.n)).where(Event.place == counter.place)
        ).one()
        if not count == (last or 0) == counter.n:
            found.append(f"events of {counter.place}: {count} of them, the last is {last}, given {counter.n}")
    return found


def _audit(session: Session) -> list[str]:
    proof = audit_proof.prove(session)
    return [] if proof.holds else [proof.fault]


def _nothing_forgotten(session: Session) -> list[str]:
    cases = list(session.exec(select(Case)))
    owed = owed_of_cases(session, [case.key for case in cases])
    due = Counter[int | None]()
    subjects = set()
    for deadline in session.exec(select(Deadline).where(Deadline.state == DeadlineState.waiting)):
        due[deadline.case_id] += 1
        subjects.add((deadline.owner, deadline.subject))
    found = []
    for case in cases:
        if case.state is CaseState.open and not owed[case.key]:
            found.append(f"{case.ref} is open and owes nothing")
        if case.state is CaseState.open and not due[case.id]:
            found.append(f"{case.ref} is open and nothing is due on it")
        if case.state is CaseState.closed and (owed[case.key] or due[case.id]):
            found.append(f"{case.ref} is closed and owes {owed[case.key]}")
        if case.state is CaseState.open and case.word != case_word((r.owed, r.state) for r in owed[case.key]):
            found.append(f"{case.ref} is said to be {case.word!r}")
        found += [
            f"{row.owed} {row.id} of {case.ref} is {row.state} without a deadline"
            for row in owed[case.key]
            if (row.owed.value, row.id) not in subjects
        ]
    sent = session.exec(select(Offer).where(Offer.state == OfferState.sent))
    found += [f"offer {o.code} would never expire" for o in sent if ("offer", o.key) not in subjects]
    return found


def _nobody_twice(session: Session) -> list[str]:
    found = []
    out = session.exec(select(Position).where(col(Position.state).in_(ASSIGNED))).all()
    busy = Counter((position.responder_id, position.is_next) for position in out)
    found += [f"responder {who} is on {many} visits" for (who, _), many in busy.items() if many > 1]
    held: dict[int, list[Offer]] = defaultdict(list)
    for offer in session.exec(
        select(Offer).where(Offer.state == OfferState.accepted, ~col(Offer.given_back))
    ):
        held[offer.position_id].append(offer)
    found += [
        f"position {p} is accepted {len(offers)} times" for p, offers in held.items() if len(offers) > 1
    ]
    for position in out:
        if [offer.responder_id for offer in held[position.key]] != [position.responder_id]:
            found.append(f"position {position.id} is {position.state} without an offer that was accepted")
    return found


def _timeline(session: Session) -> list[str]:
    """Each row's story has no gap, and ends where the row is."""
    stories: dict[tuple[str, int], list[Timeline]] = defaultdict(list)
    moved = select(Timeline).where(col(Timeline.to_state).is_not(None)).order_by(col(Timeline.id))
    for line in session.exec(moved):
        stories[line.owed or "", line.row_id or 0].append(line)
    found = []
    for owed, table in TABLES.items():
        kind: Any = table
        for row_id, state in session.exec(select(kind.id, kind.state)):
            story = stories.get((owed.value, row_id), [])
            if not story and owed is Owed.call:
                continue  # it still rings: it has no case yet, so no timeline
            states = [line.to_state for line in story]
            if [line.from_state for line in story[1:]] != states[:-1] or states[-1:] != [str(state)]:
                found.append(f"the timeline of {owed} {row_id} says {states}, the row says {state}")
    return found


def _effects(session: Session) -> list[str]:
    parked = session.exec(select(Effect).where(Effect.state == EffectState.parked))
    found = [f"effect {e.id} {e.kind} was given up: {e.error}" for e in parked]
    faults = session.exec(select(Alarm).where(col(Alarm.kind).in_(("deadline_fault", "forgotten", "parked"))))
    return found + [f"an alarm rang: {alarm.kind} {alarm.subject}: {alarm.words}" for alarm in faults]


def _typed(session: Session, ledger: Ledger) -> list[str]:
    kept = {e.id: (e.call_id, e.field.value, e.value) for e in session.exec(select(Entry))}
    said = {
        a.entry: (a.assessment_id, a.question, a.answer) for a in session.exec(select(Answered)) if a.entry
    }
    found = [
        f"typed {words} is kept as {kept.get(i)}"
        for i, words in ledger.entries.items()
        if kept.get(i) != words
    ]
    found += [
        f"answer {words} is kept as {said.get(i)}"
        for i, words in ledger.answers.items()
        if said.get(i) != words
    ]
    calls = {call.key: call.case_id for call in session.exec(select(Call))}
    return found + [
        f"call {call} of case {case} is {calls.get(call)}"
        for call, case in ledger.calls.items()
        if calls.get(call) != case
    ]


def _committed(session: Session, ledger: Ledger) -> list[str]:
    """What was finished is being done: its positions once each, with offers or a deadline that will make them."""
    found = []
    asked = {offer.position_id for offer in session.exec(select(Offer))}
    waiting = {
        d.subject
        for d in session.exec(
            select(Deadline).where(Deadline.owner == "position", Deadline.state == DeadlineState.waiting)
        )
    }
    positions: dict[int | None, list[Position]] = defaultdict(list)
    for position in session.exec(select(Position)):
        positions[position.assessment_id].append(position)
    for key, kinds in ledger.commits.items():
        if session.get_one(Assessment, key).state != "finished":
            found.append(f"assessment {key} was finished and is not")
        if sorted(p.kind for p in positions[key]) != kinds:
            found.append(f"assessment {key} has {[p.kind for p in positions[key]]}, not {kinds}")
        for position in positions[key]:
            done = str(position.state) not in OWING[Owed.position]
            if not (done or position.key in asked or position.key in waiting):
                found.append(f"nobody was ever asked for position {position.id}")
    for key, case in ledger.ambulances.items():
        asked_999 = session.exec(select(HandOver).where(HandOver.case_id == case)).all()
        if len(asked_999) != 1:
            found.append(f"assessment {key} has {len(asked_999)} hand-overs")
    for case, outcome in ledger.outcomes.items():
        if session.get_one(Case, case).outcome != outcome:
            found.append(f"case {case} ended as {outcome}, and that was forgotten")
    return found


def _texted_once(session: Session, texts: Texts) -> list[str]:
    """At the carrier there is at most one text for each effect; each has a number of its own."""
    meant = Counter[tuple[str, str]]()
    sids = Counter[str]()
    for effect in session.exec(select(Effect).where(Effect.kind == "sms")):
        meant[effect.payload["to"], effect.payload["text"]] += 1
        if effect.result and effect.result.get("sid"):
            sids[effect.result["sid"]] += 1
    left = Counter((t["to"], t["body"]) for t in texts if t["direction"] == "outbound-api")
    found = [
        f"{to} got {many} times what was meant {meant[to, body]} times: {body!r}"
        for (to, body), many in left.items()
        if many > meant[to, body]
    ]
    came = Counter(m.sid for m in session.exec(select(Message).where(Message.direction == Direction.in_)))
    found += [f"the text {sid} was taken in {many} times" for sid, many in came.items() if many > 1]
    return found + [f"{many} effects say that they are {sid}" for sid, many in sids.items() if many > 1]
