"""Sealed cases: who sealed one, when and why; and the mark on the case, for speed"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_", sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    is_sealed = sa.text("sealed")
    op.create_index(
        "case_sealed", "case_", ["place", "id"], sqlite_where=is_sealed, postgresql_where=is_sealed
    )
    op.create_table(
        "sealing",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_name", sa.String(length=80), nullable=True),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "sealing_one_live",
        "sealing",
        ["case_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index("sealing_case", "sealing", ["case_id"])


def downgrade() -> None:
    op.drop_table("sealing")
    op.drop_index("case_sealed", "case_")
    op.drop_column("case_", "sealed")
