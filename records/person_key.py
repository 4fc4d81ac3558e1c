"""Whom a case is about, as one key: the one place that says so, until a person has a row of their own."""

from records.model import Case


def person_key(case: Case) -> str:
    """The NHS number where it is known; else the case itself, so that nothing is said of somebody else."""
    return f"nhs:{case.nhs_number}" if case.nhs_number else f"case:{case.key}"
