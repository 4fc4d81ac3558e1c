"""What is taken out of each table when somebody's words are taken away, and what stays and why.

`tests/service/test_erasure.py` compares this with every column of the model that can hold words or a date: each is
taken away, or named here as not personal.
"""

GONE = frozenset(
    {
        "name_sound", "fact_sealing", "person_name", "identifier", "person_address", "person_number", "carer", "fact",
        "contact_point", "staff_safety", "exclusion", "key_safe", "record_read", "record_ask", "own_code", "own_log_in",
    }
)  # fmt: skip
"""Tables whose rows say nothing once their words are gone: the row goes."""

EMPTIED: dict[str, tuple[str, ...]] = {
    "person": ("born", "died"),
    "person_merge": ("why", "undone_why"),
    "case_link": ("because", "ended_why"),
    "consent": ("person", "with_whom", "how"),
    "case_": (
        "outcome_words", "need_words", "person_name", "nhs_number", "born", "address", "postcode", "access_words",
        "talk_words", "home_address", "read_back", "dependants", "red_flags", "referred_by",
    ),
    "call": ("carrier_sid", "begun_as", "number", "caller_name", "caller_relation", "first_minute"),
    "entry": ("value",),
    "assessment": ("answers", "facts", "because"),
    "answered": ("answer",),
    "answer_note": ("words",),
    "timeline": ("words",),
    "message": ("phone", "body", "sid"),
    "task": ("words",),
    "call_back": ("why", "ways"),
    "hand_over": ("why", "reference"),
    "hold": ("why",),
    "offer": ("reasons", "ended_because"),
    "told": ("phone",),
    "visit_note": ("words",),
    "ladder_pause": ("why",),
    "advice_said": ("words",),
    "refusal": ("refuser_name", "understood", "risks", "ring"),
    "remote_care": ("what", "agreed_with"),
    "lowering": ("why", "answer_words"),
    "concern": ("why", "answers", "because", "answer"),
    "tell_wish": ("number",),
    "sealing": ("why",),
    "sealed_item": ("why",),
    "broken_glass": ("why", "words"),
    "alarm": ("words",),
    "effect": ("payload", "result", "error"),
    "referral": ("request_key", "encounter_key", "person_key", "facts", "rejected_why"),
    "referral_message": ("body_sha256", "request_id", "correlation_id", "sealed", "why", "warnings", "answer", "told"),
    "referral_response": ("sealed", "trouble"),
    "referral_sent": ("request_key", "sealed", "told", "trouble"),
    "correction": ("by_name", "about", "words", "answer"),
    "own_access": ("name", "of_name", "relation", "number", "phrase_hash", "how", "key_word"),
    "shift_handover": ("words", "lines"),
    "event": ("facts",),
    "access_request": ("nhs_number", "asked_by", "behalf", "identity", "extended_why", "refused_why"),
    "access_held": ("why",),
    "erasure": ("scope",),
}  # fmt: skip
"""Columns that are emptied; the row stays as it is counted by: reference, times, disposition, who worked."""

LISTS = frozenset({("assessment", "because"), ("call_back", "ways"), ("offer", "reasons"), ("concern", "because"),
                   ("referral_message", "warnings")})  # fmt: skip
"""Emptied to a list; any other JSON that must be there to an object."""

_STAFF = "who of the hub did it; they answer for what they did"
_PROTOCOL = "which protocol, in which version, and how it ended: counted by reports"
_CODED = "one of a closed list"
_NUMBER = "a number or a random mark of the hub's own"
KEPT: dict[str, str] = {
    **dict.fromkeys(("place", "ref", "code", "next_after", "subject", "uid", "part", "id", "entry", "source"), _NUMBER),
    **dict.fromkeys(
        (
            "by", "by_name", "made_by", "made_by_name", "taken_by", "taken_at", "recorded_by", "actor", "actor_name",
            "handler_name", "responsible_name", "offered_to_name", "responder_name", "offered_to", "reviewed_by_name",
            "asked_by_name", "answered_by_name", "answered_by", "ended_by", "ended_by_name", "undone_by", "added_by",
            "done_by", "checked_by_name", "accepted_by", "to_name", "seen_by", "holder",
        ),
        _STAFF,
    ),
    **dict.fromkeys(
        (
            "protocol", "protocol_version", "protocol_sha256", "house_sha256", "disposition", "disposition_title",
            "question", "was", "was_priority", "becomes", "becomes_priority", "from_priority", "to_priority", "floor",
            "priority",
        ),
        _PROTOCOL,
    ),
    **dict.fromkeys(
        (
            "kind", "owner", "event", "owed", "from_state", "to_state", "status", "read_as", "next_due_what", "need",
            "title", "what", "role", "dialled_by", "who", "topic", "reason", "action", "relation",
        ),
        _CODED,
    ),
}  # fmt: skip
"""By the name of the column, in whatever table."""
KEPT_HERE: dict[tuple[str, str], str] = {
    ("person_merge", "brought"): "numbers of rows",
    ("own_access", "agreed_on"): "numbers of rows",
    ("hand_over", "to"): "which service",
    ("referral", "sender"): "which service",
    ("referral_sent", "service"): "which service",
    ("fhir_notice", "focus"): "a number of the hub's own",
    ("fhir_notice", "mark"): "tells one state of a case from another",
    ("referral", "organisation"): "which service",
    ("referral_message", "sender"): "which service",
    (
        "audit",
        "why",
    ): "the chain is laid over it; it is why somebody of the hub looked, and says what was found by numbers",
    ("audit", "link"): "the chain itself",
    ("access_request", "contents"): "how many rows of which table",
    ("access_request", "trouble"): "what kind of fault",
    ("access_held", "because"): "one of a few sentences of the hub's own",
    ("erasure", "why"): "why it was taken away, which has to be shown; the page asks for no names",
    ("erasure", "refused_why"): "why it was not taken away",
    ("erasure", "counts"): "how many rows of which table",
    ("erasure", "letter"): "which service was told how often, and when",
    ("legal_hold", "why"): "which inquiry or complaint it was",
    ("legal_hold", "ended_why"): "why that has ended",
}
