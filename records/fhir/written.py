"""What is written back of one case, as values: what every builder reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from records.fhir.leaving import Leaving
from records.model import Assessment, Case, Position

Resource = dict[str, Any]
NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"


@dataclass(frozen=True)
class Written:
    """One write. `base`: the hub's public address, which our identifiers begin with. `times`: which telling of the case
    this is; a new one begins after what went out was entered in error (S14). `news2`: the total, only where complete.
    `named`: to the record of the case's NHS number (S14)."""

    base: str
    by: str
    ods: str | None
    case: Case
    leaving: Leaving
    named: bool
    number: int
    milestones: tuple[str, ...]
    at: datetime
    now: datetime
    assessment: Assessment | None = None
    positions: tuple[Position, ...] = ()
    news2: int | None = None
    times: int = 1
    versions: Mapping[str, str] = field(default_factory=dict)

    def identifier(self, kind: str, row: object) -> Resource:
        """Ours. A reference is used again after 90 days, so the row's number is in it too."""
        value = f"{self.case.ref}-{row}" + (f".{self.times}" if self.times > 1 else "")
        return {"system": f"{self.base}/id/{kind}", "value": value}

    def urn(self, kind: str, row: object) -> str:
        """The resource's own name within its bundle."""
        return f"{self.base}/id/{kind}/{self.identifier(kind, row)['value']}"


def instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
