"""What may hang on a wall: no name of anybody, no telephone number, no words that somebody typed, nothing sealed (S18).

Facts in, facts out, so that a wall is made of the same fragments as the board, and what it must not show never leaves
the hub for it.
"""

from records.board import Facts

ALARMS = {
    "nobody_accepted": "nobody has accepted",
    "nobody_eligible": "nobody can be asked",
    "danger": "danger word: look at the board now",
    "no_access": "no access",
    "breach": "over time",
    "near": "the time is running out",
    "hand_over": "another service has not confirmed",
    "call_back": "a call-back is late",
    "hold": "held until now: back to work",
    "died": "look at this case before anybody goes",
    "task": "a task is late",
    "inherited": "responsibility has been inherited",
    "nobody_responsible": "no clinician is responsible",
    "held_for_999": "waits for a clinician beside 999",
    "assessment": "questions are not finished",
    "call_parked": "a caller is parked too long",
    "unanswered": "a call is not answered",
    "call_long": "a call is long",
    "ambulance": "a responder asks for 999",
    "overdue_set_off": "has not set off",
    "overdue_arrive": "has not arrived",
    "overdue_scene_check": "no sign from the visit: check",
    "undelivered": "a text did not arrive",
    "unreachable": "a responder gets no texts",
    "shift_handover": "a hand-over list is not accepted",
    "referral_untold": "another service must be rung",
    "glass_broken": "a closed case was opened in an emergency",
    "glass_unreviewed": "an emergency opening is not reviewed",
    "correction_late": "a correction is not answered",
    "access_late": "a request for what is held of somebody is due",
    "audit_broken": "the hub's own audit: ring support",
    "audit_untold": "the hub's own audit: ring support",
}
ELSE = "look at the board"
TASKS = {
    "danger": "danger word",
    "unread_reply": "a text to read",
    "no_access": "no access",
    "lowering": "a lowering to agree",
    "dependants": "who depends on them",
    "care_time": "when care began",
    "finish": "how it ended",
    "after_death": "after a death",
}


def fit_for_wall(topic: str, facts: Facts) -> Facts:
    """Pure: the same facts, without what a visitor in the room must not read."""
    kind = facts.get("kind", "")
    if topic == "case":
        return {**facts, "who": ""}
    if topic == "alarm":
        words = ALARMS.get(kind, ELSE)
        return {**facts, "words": words, "taken_by": "somebody" if facts.get("taken_by") else None}
    if topic == "task":
        return {**facts, "words": TASKS.get(kind, "something to do"), "message": None}
    return {**facts, "number": None}
