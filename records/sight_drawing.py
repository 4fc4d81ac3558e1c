"""Draws the table of who sees a sealed case for people: `docs/access.md` holds it, a test compares."""

from hub.access import Role
from hub.tokens import Scope
from records.sight import MEANS, Relationship, may_see

COLUMNS = (*(role.value for role in Role), Scope.sealed_read.value)


def table() -> str:
    """Relationship × role, in Markdown."""
    head = [name.replace("_", " ") for name in COLUMNS[:-1]] + [f"a token with `{COLUMNS[-1]}`"]
    rows = [_row(relationship) for relationship in Relationship]
    return "\n".join([f"| who … | {' | '.join(head)} |", f"|{'---|' * (len(head) + 1)}", *rows])


def _row(relationship: Relationship) -> str:
    cells = ("yes" if may_see({right}, relationship, sealed=True) else "–" for right in COLUMNS)
    return f"| {MEANS[relationship]} | {' | '.join(cells)} |"
