"""What of a case may leave for a shared record that others, and the person themselves, can read. Pure."""

import hashlib
from enum import StrEnum

from records.model import Case


class Leaving(StrEnum):
    """`nothing`: as if there were no case. `bare`: that care was asked for and given, in codes. `coded`: answers too.
    `whole`: the handler's words too."""

    nothing = "nothing"
    bare = "bare"
    coded = "coded"
    whole = "whole"


def what_may_leave(case: Case) -> Leaving:
    """S18: of a sealed case nothing, and no trace of that. S17: where safeguarding is marked nothing that somebody said
    leaves, coded or not; where nobody has said whether it is, no free words (unknown is never no).

    Telephone numbers (S17), addresses, ways in and codes of doors (S15, S19), dependants and risks to staff never
    leave, whatever this says: nothing that builds a resource reads them.
    """
    if case.sealed:
        return Leaving.nothing
    if case.safeguarding:
        return Leaving.bare
    return Leaving.coded if case.safeguarding is None else Leaving.whole


def may_name(case: Case, written_to: str | None) -> bool:
    """S14: whether it is written to the record of this NHS number: once two identifiers were read back; and then for as
    long as the number is the same. `written_to`: the mark of whoever it was written to before."""
    return bool(case.nhs_number) and (bool(case.read_back) or mark(case.nhs_number or "") == written_to)


def mark(nhs_number: str) -> str:
    """Tells one person's record from another's without saying the number."""
    return hashlib.sha256(f"nhs:{nhs_number}".encode()).hexdigest()[:24]
