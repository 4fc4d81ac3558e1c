"""Where the hub holds anything of a person: every table by name, and by what its rows are found.

By name, since the tables of the rooms above are here too; `tests/service/test_subject_access.py` compares both lists
with the model, so that a new table cannot be forgotten.
"""

from enum import StrEnum
from typing import NamedTuple


class By(StrEnum):
    """What of a person stands in the column."""

    case = "case"
    person = "person"
    nhs_number = "nhs_number"
    number = "number"
    stray = "stray"
    key = "key"
    look = "look"
    event = "event"
    shift = "shift"


class Way(NamedTuple):
    """A row is theirs where `column` holds one of theirs, or the `id` of a row of that table that is theirs."""

    column: str
    of: By | str


def _of_case(*tables: str) -> dict[str, tuple[Way, ...]]:
    return {table: (Way("case_id", By.case),) for table in tables}


def _of_person(*tables: str) -> dict[str, tuple[Way, ...]]:
    return {table: (Way("person_id", By.person),) for table in tables}


def _through(column: str, parent: str, *tables: str) -> dict[str, tuple[Way, ...]]:
    return {table: (Way(column, parent),) for table in tables}


REACH: dict[str, tuple[Way, ...]] = {
    "person": (Way("id", By.person),),
    **_through("name_id", "person_name", "name_sound"),
    **_through("fact_id", "fact", "fact_sealing"),
    **_of_person("person_name", "identifier", "person_address", "person_number", "carer", "fact"),
    "person_merge": (Way("from_id", By.person), Way("into_id", By.person)),
    "case_link": (Way("case_id", By.case), Way("person_id", By.person)),
    "consent": (Way("case_id", By.case), Way("person", By.key)),
    "contact_point": (Way("number", By.number),),
    "staff_safety": (Way("nhs_number", By.nhs_number),),
    "exclusion": (Way("nhs_number", By.nhs_number),),
    "case_": (Way("id", By.case),),
    **_of_case("call", "assessment"),
    **_through("call_id", "call", "entry", "machine_call"),
    **_through("assessment_id", "assessment", "answered", "answer_note"),
    **_of_case(
        "timeline",
        "task",
        "call_back",
        "hand_over",
        "hold",
        "position",
        "offer",
        "promise",
        "told",
        "visit_note",
        "check_in",
        "ladder_pause",
        "advice_said",
        "refusal",
        "remote_care",
        "lowering",
        "concern",
        "tell_wish",
        "key_safe",
        "sealing",
        "sealed_item",
        "broken_glass",
        "alarm",
        "deadline",
        "effect",
        "replayed",
        "referral",
    ),
    "message": (Way("case_id", By.case), Way("phone", By.stray)),
    **_through("offer_id", "offer", "pressed"),
    **_through("referral_id", "referral", "referral_message", "referral_response"),
    **_of_case("referral_sent", "fhir_notice"),
    "record_read": (Way("ask_id", "record_ask"), Way("put_on", By.person), Way("put_for", By.case)),
    "record_ask": (Way("case_id", By.case), Way("person_id", By.person)),
    **_through("access_id", "own_access", "own_code", "own_log_in"),
    **_of_person("correction", "own_access"),
    "shift_handover": (Way("lines", By.shift),),
    "audit": (Way("subject", By.look),),
    "event": (Way("subject", By.event),),
    "access_request": (Way("person_id", By.person), Way("nhs_number", By.nhs_number)),
    "erasure": (Way("person_id", By.person), Way("case_id", By.case)),
    "access_held": (Way("request_id", "access_request"),),
    "legal_hold": (Way("case_id", By.case), Way("person_id", By.person)),
}
"""In the order in which it is handed out, and taken away: a row before the row that it belongs to, where rows go."""

_STAFF = "of people of the hub, not of people it is called about"
_PROTOCOL = "of protocols: texts, versions and who decided about them"
_MACHINE = "how the hub runs"
NOTHING: dict[str, str] = {
    **dict.fromkeys(
        (
            "person_of_hub", "log_in", "wrong_password", "on_call", "responder", "responder_record", "skill_ends",
            "phone_of_responder", "rota_change", "shift", "pause", "trusted_phone", "wall_screen", "sealed_grant",
        ),
        _STAFF,
    ),
    **dict.fromkeys(("protocol_act", "protocol_proof", "protocol_text", "protocol_version"), _PROTOCOL),
    "found_calls": "calls that the prover has made up; nobody rang",
    "replay": "which versions were compared; the cases are rows of `replayed`",
    **dict.fromkeys(("alarm_round", "beat", "event_counter", "area", "place"), _MACHINE),
    **dict.fromkeys(("api_token", "client_key", "access_token", "used_proof", "fhir_export", "fhir_subscription"),
                    "of machines"),
    "fhir_export_part": "copies for a machine, by number or under pseudonyms: for a day, or until an erasure",
    "own_ask": "what somebody typed to open their own page, until a worker has looked, or for minutes",
    "own_try": "hashes of what was tried, for an hour, to slow down guessing",
    "api_once": "what machines were answered, so that asking twice does one thing; gone after a day",
    "reference": "references that were given, without whose they are",
    "referral_sender": "where other services take their answers",
    "retention_run": "counts by kind, and who said yes to them",
}  # fmt: skip
"""Tables that hold nothing of a person who was called about, and why."""

LEFT_OUT: dict[tuple[str, str], str] = {
    ("key_safe", "sealed"): "S19: a code of a door leaves the hub by no file; that one is kept, is said",
    ("case_", "linked_case_id"): "the number of another case, which may be sealed, or about somebody else",
    ("own_access", "phrase_hash"): "proof of who they are, not words",
    ("own_code", "token_hash"): "proof of who they are, not words",
    ("own_code", "code_hash"): "proof of who they are, not words",
    ("own_log_in", "token_hash"): "proof of who they are, not words",
    ("effect", "payload"): "the words stand among the messages; the rest are numbers of people of the hub",
    ("told", "phone"): "a number of a person of the hub",
    ("name_sound", "sound"): "the name again, as a search hears it",
}
"""Columns that nobody is handed, and why."""

SEALED_WORDS = {("referral_message", "sealed"), ("referral_message", "answer"), ("referral", "facts"),
                ("referral_response", "sealed"), ("referral_sent", "sealed"), ("record_read", "held")}  # fmt: skip
"""Kept under the hub's secrets; handed out in plain."""

HELD_FIRST: dict[str, str] = {
    "staff_safety": "said for the safety of staff",
    "exclusion": "about somebody of the hub too",
    "sealing": "about sealing (S18)",
    "sealed_item": "about sealing (S18)",
    "fact_sealing": "about sealing (S18)",
    "access_held": "what was held back before",
    "legal_hold": "why something may not be taken away",
}
"""Rows of these wait for the checker's word, whatever they say."""
IN_ERROR = "entered in error: it may be about somebody else (S14)"
NOT_THEIRS = "it hangs on a case that is not theirs: it may be about somebody else (S14)"
HELD_FACTS: dict[str, str] = {
    "staff_safety": HELD_FIRST["staff_safety"],
    "at_risk": "about harm from somebody",
    "carer": "said by somebody else, perhaps in confidence",
}
"""The same of facts, by their kind or by who said them."""
HELD_LOOKS = ("access_", "hold_", "erasure_")
"""And of looks: what was asked for, held back and held before says what it is that nobody handed out (S18)."""
