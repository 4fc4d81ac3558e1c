"""A hub with years behind it: closed cases with all their rows, written by the database itself in a few statements."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

CLOSED_DAYS = 700
"""The past is spread over so many days."""
NUMBERS = "WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < :cases) "
AT = "strftime('%Y-%m-%d %H:%M:%f000', :begin, '+' || (n * :step_s) || ' seconds')"
REF = "'3' || printf('%07d', n)"
TABLES = {
    "case_": (
        "place, ref, version, state, word, outcome, clock_start, clock_stop, priority, target_min, breach_at, "
        "moved_at, closed_at, need, need_words, person_name, nhs_number, address, postcode, access_words, talk_words",
        f":place, {REF}, 14, 'closed', 'closed', 'visited', {AT}, {AT}, 'two_hours', 120, {AT}, {AT}, {AT}, 'fall', "
        f"'fell in the kitchen', 'Person ' || n, printf('%010d', n), n || ' Oak Road', 'LS8 2AB', '', ''",
    ),
    "call": (
        "place, opened_at, case_id, state, number, caller_name, caller_relation, handler_id, handler_name, "
        "answered_at, ended_at, by_us",
        f":place, {AT}, n, 'ended', '+447700900123', 'Janet', 'daughter', 1, 'Jay Osei', {AT}, {AT}, 0",
    ),
    "assessment": (
        "place, opened_at, case_id, state, protocol, protocol_version, protocol_sha256, house_sha256, answers, "
        "taken_by, finished_at, disposition, disposition_title, priority, because",
        f":place, {AT}, n, 'finished', 'fall-at-home', '1.0.0', 'a', 'b', '{{}}', 'Jay Osei', {AT}, 'visit', "
        "'A visit', 'two_hours', '[]'",
    ),
    "position": (
        "place, opened_at, case_id, state, assessment_id, kind, title, priority, due_at, stops_clock, held_for_999, "
        "responder_id, responder_name, offered_to, travel_min, accepted_at, done_at",
        f":place, {AT}, n, 'done', n, 'nurse', 'nurse', 'two_hours', {AT}, 1, 0, :first + n % :staff, 'A nurse', '', "
        f"12, {AT}, {AT}",
    ),
    "offer": (
        "place, case_id, position_id, responder_id, code, state, given_back, sent_at, expires_at, ended_at, "
        "travel_min, reasons, effect_id",
        f":place, n, n, :first + n % :staff, {REF} || 'C', 'accepted', 0, {AT}, {AT}, {AT}, 12, '[]', n",
    ),
    "effect": (
        "place, case_id, queue, kind, payload, outlives_case, state, attempts, holder, wake_at, created_at, "
        "settled_at, result",
        f":place, n, 'dispatch', 'sms', '{{}}', 0, 'settled', 1, 'dispatch-1', {AT}, {AT}, {AT}, '{{}}'",
    ),
    "message": (
        "place, direction, phone, body, voice, at, case_id, offer_id, position_id, responder_id, effect_id, sid, "
        "status, sent_at",
        f":place, 'out', '+447700900141', 'FP ' || {REF} || 'C: fall, LS8.', 0, {AT}, n, n, n, :first + n % :staff, n, "
        f"'SM' || n, 'delivered', {AT}",
    ),
    "deadline": (
        "place, case_id, kind, owner, subject, due_at, human, state, attempts",
        f":place, n, 'breach', 'case', n, {AT}, 0, 'void', 0",
    ),
    "timeline": (
        "place, case_id, at, actor, actor_name, owed, row_id, event, from_state, to_state, words",
        f":place, n, {AT}, 'hub', 'First Point', 'position', n, 'finish', 'with_person', 'done', 'Done.'",
    ),
    "event": (
        "place, n, at, topic, subject, facts",
        f":place, n, {AT}, 'case', n, 'null'",
    ),
    "reference": ("place, ref, given_at", f":place, {REF}, {AT}"),
}
"""What a visit leaves behind, a row of each kind at the least; what differs between the kinds does not matter here."""


def lay_down(session: Session, place: str, now: datetime, cases: int, first: int, staff: int) -> None:
    """So many closed cases, each visited by one of `staff` responders, whose numbers begin with `first`."""
    begin = now - timedelta(days=CLOSED_DAYS + 1)
    values = {
        "place": place,
        "cases": cases,
        "first": first,
        "staff": staff,
        "begin": begin.strftime("%Y-%m-%d %H:%M:%S"),
        "step_s": CLOSED_DAYS * 86400 // cases,
    }
    for table, (columns, row) in TABLES.items():
        session.execute(text(f"{NUMBERS} INSERT INTO {table} ({columns}) SELECT {row} FROM one"), values)
    session.execute(text("UPDATE event_counter SET n = :cases WHERE place = :place"), values)
    years = "'|nursing|', NULL, NULL FROM one"
    old = "INSERT INTO shift (place, responder_id, starts_at, ends_at, skills, latitude, longitude) SELECT :place, "
    session.execute(text(f"{NUMBERS} {old} :first + n % :staff, {AT}, {AT}, {years}"), values)
