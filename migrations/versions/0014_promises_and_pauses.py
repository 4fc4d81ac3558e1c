"""Yeses with a condition, and ladders that stand still for a while"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("said_at", UTCDateTime(), nullable=False),
        sa.Column("there_by", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"]),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("position", "offer", "task"):
        op.create_index(f"promise_{column}", "promise", [f"{column}_id"])
    op.create_table(
        "ladder_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("began_at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("waits_since", UTCDateTime(), nullable=False),
        sa.Column("ladder_began_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ladder_pause_position", "ladder_pause", ["position_id"])
    op.create_index(
        "ladder_pause_one_live",
        "ladder_pause",
        ["position_id"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    op.drop_table("ladder_pause")
    op.drop_table("promise")
