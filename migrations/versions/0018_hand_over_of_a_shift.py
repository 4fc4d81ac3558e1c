"""The hand-over list of a shift; cases by when they began, for the day's figures and for finding"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("case_began", "case_", ["place", "clock_start"])
    op.create_table(
        "shift_handover",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("lines", JSON, nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(length=80), nullable=True),
        sa.Column("accepted_by", sa.String(length=80), nullable=True),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
    )
    waits = sa.text("state = 'waiting'")
    op.create_index(
        "shift_handover_one_waiting",
        "shift_handover",
        ["place", "role"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index("shift_handover_at", "shift_handover", ["place", "at"])


def downgrade() -> None:
    op.drop_table("shift_handover")
    op.drop_index("case_began", "case_")
