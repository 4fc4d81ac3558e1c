"""Draws the table of who sees a sealed case for people: `docs/access.md` holds it, a test compares."""

from hub.access import Role
from hub.tokens import Scope
from records.sight import MEANS, Relationship, may_see

OF_TOKENS = (Scope.calls_write.value, Scope.sealed_read.value)
COLUMNS = (*(role.value for role in Role), *OF_TOKENS)


def table() -> str:
    """Relationship × role, in Markdown."""
    head = [role.value.replace("_", " ") for role in Role] + [f"a token with `{one}`" for one in OF_TOKENS]
    rows = [_row(relationship) for relationship in Relationship]
    return "\n".join([f"| who … | {' | '.join(head)} |", f"|{'---|' * (len(head) + 1)}", *rows])


def _row(relationship: Relationship) -> str:
    cells = ("yes" if may_see({right}, relationship, sealed=True) else "–" for right in COLUMNS)
    return f"| {MEANS[relationship]} | {' | '.join(cells)} |"
