"""Whom a case is about, as one key: the one place that says so."""

from collections.abc import Iterable

from records.model import Case


def person_key(case: Case) -> str:
    """The NHS number where it is known; else the case itself, so that nothing is said of somebody else."""
    return of_number(case.nhs_number) if case.nhs_number else _own(case)


def of_number(nhs_number: str) -> str:
    return f"nhs:{nhs_number}"


def person_keys(case: Case) -> list[str]:
    """Under which something may have been said: in this case also before the number was known."""
    return list(dict.fromkeys((person_key(case), _own(case))))


def every_key(cases: Iterable[Case], nhs_numbers: Iterable[str]) -> set[str]:
    """Under which something may have been said of somebody: of any of these cases, or under their numbers."""
    return {key for case in cases for key in person_keys(case)} | {of_number(one) for one in nhs_numbers}


def _own(case: Case) -> str:
    return f"case:{case.key}"
