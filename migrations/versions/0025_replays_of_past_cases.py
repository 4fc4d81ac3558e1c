"""Past cases run again on another version of their protocol, and the calls that the prover found between the two"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "replay",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("protocol", sa.String(length=60), nullable=False),
        sa.Column("before_sha256", sa.String(length=64), nullable=False),
        sa.Column("after_sha256", sa.String(length=64), nullable=False),
        sa.Column("house_sha256", sa.String(length=64), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by_name", sa.String(length=80), nullable=False),
        sa.Column("top_id", sa.Integer(), nullable=False),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=True),
    )
    op.create_index("replay_versions", "replay", ["place", "before_sha256", "after_sha256"])
    op.create_table(
        "replayed",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("replay_id", sa.Integer(), sa.ForeignKey("replay.id"), nullable=False),
        sa.Column("assessment_id", sa.Integer(), sa.ForeignKey("assessment.id"), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("was", sa.String(length=80), nullable=False),
        sa.Column("was_priority", sa.String(length=40), nullable=False),
        sa.Column("becomes", sa.String(length=80), nullable=False),
        sa.Column("becomes_priority", sa.String(length=40), nullable=False),
        sa.Column("more", sa.Boolean(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
    )
    op.create_index("replayed_cell", "replayed", ["replay_id", "was", "becomes"])
    op.create_table(
        "found_calls",
        sa.Column("before_sha256", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("after_sha256", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("house_sha256", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("prover_sha256", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("calls", JSON, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("found_calls")
    op.drop_table("replayed")
    op.drop_table("replay")
