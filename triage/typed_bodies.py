"""What the call screen sends of its fields. A code among it is cut out here, where its field is known (S19)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, ValidationInfo, field_validator

from hub import kept_apart
from hub.bodies import Body, Free
from triage.model import CaptureField


def _this_century(at: datetime) -> datetime:
    if not 2000 <= at.year < 2100:
        raise ValueError("this clock is wrong by decades")
    return at


EntryId = Annotated[str, Field(min_length=8, max_length=36, pattern=r"^[0-9A-Za-z-]+$")]
SeenId = Annotated[str, Field(max_length=36, pattern=r"^[0-9A-Za-z-]*$")]
"""The entry that the page saw there; empty where it saw none."""


class EntryBody(Body):
    id: EntryId
    field: CaptureField
    value: Annotated[Free, Field(max_length=2000)]
    typed_at: Annotated[AwareDatetime, AfterValidator(_this_century)] | None = None
    after: SeenId | None = None

    @field_validator("value")
    @classmethod
    def _without_codes(cls, value: str, info: ValidationInfo) -> str:
        field = info.data.get("field")
        is_way_in = field is CaptureField.access_words
        entry, source = info.data.get("id", ""), str(field)
        return kept_apart.take_out(value, entry=entry, source=source, is_way_in=is_way_in)


class TypedBody(Body):
    entries: Annotated[list[EntryBody], Field(min_length=1, max_length=200)]


def held_codes(entries: Sequence[EntryBody]) -> dict[str, str]:
    """The words of each field that held a code, without it: what the page is to show there."""
    waiting = kept_apart.waiting()
    held = {heard.entry for heard in waiting.heard} if waiting else set()
    return {one.field.value: one.value for one in entries if one.id in held}
