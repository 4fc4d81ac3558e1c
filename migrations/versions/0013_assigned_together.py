"""Assigned together: who has left the only one free to a nearer breach"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NOBODY_ASKED = "state = 'open'"


def upgrade() -> None:
    where = sa.text(NOBODY_ASKED)
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.add_column(sa.Column("yielded_at", UTCDateTime(), nullable=True))
        batch_op.create_index(
            "position_nobody_asked", ["place", "due_at"], sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    where = sa.text(NOBODY_ASKED)
    with op.batch_alter_table("position", schema=None) as batch_op:
        batch_op.drop_index("position_nobody_asked", sqlite_where=where, postgresql_where=where)
        batch_op.drop_column("yielded_at")
