"""Gathers what a hand-over's summary is made of from the rows of a case. Reads only."""

from datetime import datetime

from sqlmodel import Session

from hub.places import place_of
from protocols.loader import Library
from records import dependants
from records.homes import Home
from records.model import Case, HandOver, Position
from records.people import in_words
from records.people.fact_model import FactKind
from records.store import rows_of
from triage import capture, store, view
from triage.sbard import Known, Sbard, sbard

SAID = frozenset(FactKind) - {FactKind.at_risk, FactKind.depends}
"""What is read aloud to another service of the person's record; marks of risk are for our own staff (S18)."""


def summary_of(session: Session, library: Library, case: Case, now: datetime) -> Sbard:
    place = place_of(session, case.place)
    call = store.last_call(session, case.key)
    assessment = store.taking(session, case.key)
    seen = view.view_of(session, library, assessment, case) if assessment else None
    asked = [row for row in rows_of(session, HandOver, case.key) if row.state in ("requested", "timed_out")]
    coming = [row for row in rows_of(session, Position, case.key, live=True) if row.responder_name]
    known = in_words.known_in(session, case, now, SAID)
    talk = known.pop(FactKind.communication, ())
    began_at = (call.answered_at or call.opened_at) if call else None
    return sbard(
        Known(
            hub=f"First Point {place.name}",
            ref=case.ref,
            now=now.astimezone(place.local()),
            person=case.person_name,
            born=case.born,
            nhs_number=case.nhs_number or "",
            where=Home(case.address, case.postcode).words,
            need=case.need_words or case.need or "",
            talk="; ".join(dict.fromkeys(one for one in (case.talk_words, *talk) if one)),
            record=tuple(f"{in_words.TITLES[kind]}: {'; '.join(lines)}" for kind, lines in known.items()),
            depends=dependants.in_words(case),
            depends_open=dependants.still_open(case),
            caller=call.caller_name if call else "",
            relation=call.caller_relation if call else "",
            number=capture.national(call.number) if call else "",
            began_at=began_at.astimezone(place.local()) if began_at else None,
            flags=tuple(
                flag.title if flag.certain else f"{flag.title} (could not be ruled out)"
                for flag in seen.flags
            )
            if seen
            else (),
            because=seen.because if seen else (),
            protocol=f"{seen.protocol}, version {seen.version}" if seen else "",
            provisional=seen.provisional if seen else False,
            disposition=seen.disposition if seen else "",
            label=seen.label if seen else "",
            answers=seen.answered if seen else (),
            coming=tuple(f"{row.title}: {row.responder_name} has said yes." for row in coming),
            asked=tuple(f"We ask {row.to}: {row.why}" for row in asked),
        )
    )
