"""Single items are sealed; a second person says whether a machine sees sealed cases; which machine opened which call"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealed_item",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("by_name", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("ended_by_name", sa.String(length=80), nullable=True),
    )
    stands = sa.text("ended_at IS NULL")
    op.create_index(
        "sealed_item_one_live",
        "sealed_item",
        ["kind", "item_id"],
        unique=True,
        sqlite_where=stands,
        postgresql_where=stands,
    )
    op.create_index("sealed_item_case", "sealed_item", ["case_id"])
    op.create_table(
        "sealed_grant",
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("api_token.id"), primary_key=True, nullable=False),
        sa.Column("asked_by", sa.String(length=40), nullable=False),
        sa.Column("asked_by_name", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("answered_by_name", sa.String(length=80), nullable=True),
        sa.Column("answered_at", UTCDateTime(), nullable=True),
    )
    op.create_table(
        "machine_call",
        sa.Column("call_id", sa.Integer(), sa.ForeignKey("call.id"), primary_key=True, nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("api_token.id"), nullable=False),
    )
    op.create_index("ix_machine_call_token_id", "machine_call", ["token_id"])


def downgrade() -> None:
    op.drop_table("machine_call")
    op.drop_table("sealed_grant")
    op.drop_table("sealed_item")
