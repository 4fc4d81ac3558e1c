"""What every request's body is made of: known fields alone, and text that both databases can keep."""

from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict

from hub import kept_apart


def as_kept(text: str) -> str:
    """Without NUL (PostgreSQL cannot keep it, and nobody can type it), and with half an emoji made readable."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


Number = Annotated[int, Path(ge=1, le=2**31 - 1)]
"""What both databases hold as a row's number."""
Free = Annotated[str, AfterValidator(as_kept)]
"""As it was typed, codes and all: for what says itself how it takes them out."""
Text = Annotated[Free, AfterValidator(kept_apart.take_out)]
"""Whatever people may type. Key-safe codes do not come further than this (S19)."""


class Body(BaseModel):
    """A field that we do not know is refused: a misspelt one must not look as if it had been saved."""

    model_config = ConfigDict(extra="forbid")
