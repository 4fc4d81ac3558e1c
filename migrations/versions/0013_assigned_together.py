"""Assigned together: who has left the only one free to a nearer breach; one visit that comes next"""

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations
from sqlmodel import UTCDateTime

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

TAKEN = "state IN ('accepted', 'en_route', 'at_door', 'with_person', 'no_access')"
NOBODY_ASKED = "state = 'open'"


def upgrade() -> None:
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.add_column(sa.Column("yielded_at", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("is_next", sa.Boolean(), server_default=sa.false(), nullable=False))
        _drop_one_per_responder(batch_op)
        _one_per_responder(batch_op, "responder_id", "is_next")
        batch_op.create_index(
            "position_nobody_asked",
            ["place", "due_at"],
            sqlite_where=sa.text(NOBODY_ASKED),
            postgresql_where=sa.text(NOBODY_ASKED),
        )


def downgrade() -> None:
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index(
            "position_nobody_asked",
            sqlite_where=sa.text(NOBODY_ASKED),
            postgresql_where=sa.text(NOBODY_ASKED),
        )
        _drop_one_per_responder(batch_op)
        _one_per_responder(batch_op, "responder_id")
        batch_op.drop_column("is_next")
        batch_op.drop_column("yielded_at")


def _one_per_responder(batch_op: BatchOperations, *columns: str) -> None:
    where = sa.text(TAKEN)
    batch_op.create_index(
        "position_one_per_responder", list(columns), unique=True, sqlite_where=where, postgresql_where=where
    )


def _drop_one_per_responder(batch_op: BatchOperations) -> None:
    where = sa.text(TAKEN)
    batch_op.drop_index("position_one_per_responder", sqlite_where=where, postgresql_where=where)
