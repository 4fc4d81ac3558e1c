"""Draws the table of who may see a case for people: `docs/access.md` holds it, a test compares."""

from hub.access import Role
from hub.tokens import Scope
from records.sight import MEANS, TABLE, Kind, Relationship

OF_TOKENS = (Scope.calls_write.value, Scope.sealed_read.value)
COLUMNS = (*(role.value for role in Role), *OF_TOKENS)
TITLES = {
    Kind.at_work: "Open, or closed less than three days ago",
    Kind.past: "Closed for longer",
    Kind.objected: "Closed for longer, and the person has said no to being looked up",
    Kind.sealed: "Sealed, open or closed (S18)",
}


def table() -> str:
    """Relationship × role for each kind of case, in Markdown."""
    return "\n\n".join(f"### {TITLES[kind]}\n{_table_of(kind)}" for kind in Kind)


def _table_of(kind: Kind) -> str:
    head = [role.value.replace("_", " ") for role in Role] + [f"a token with `{one}`" for one in OF_TOKENS]
    rows = [_row(kind, relationship) for relationship in Relationship]
    return "\n".join([f"| who … | {' | '.join(head)} |", f"|{'---|' * (len(head) + 1)}", *rows])


def _row(kind: Kind, relationship: Relationship) -> str:
    cells = ("yes" if right in TABLE[kind][relationship] else "–" for right in COLUMNS)
    return f"| {MEANS[relationship]} | {' | '.join(cells)} |"
