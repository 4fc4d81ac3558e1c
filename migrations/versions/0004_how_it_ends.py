"""How it ends: refusals and advice in full, and hand-overs that know how long they may take"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("refuser", sa.String(length=40), nullable=False),
        sa.Column("refuser_name", sa.String(length=200), nullable=False),
        sa.Column("capacity", sa.String(length=40), nullable=False),
        sa.Column("understood", sa.String(length=1000), nullable=False),
        sa.Column("risks", sa.String(length=1000), nullable=False),
        sa.Column("ring", sa.String(length=400), nullable=False),
        sa.Column("ends_case", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("refusal_case", "refusal", ["case_id"])
    op.create_table(
        "advice_said",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("advice_said_case", "advice_said", ["case_id"])
    op.add_column("hand_over", sa.Column("confirm_min", sa.Integer(), nullable=False, server_default="5"))
    op.add_column("hand_over", sa.Column("ends_as", sa.String(length=40), nullable=True))


def downgrade() -> None:
    op.drop_column("hand_over", "ends_as")
    op.drop_column("hand_over", "confirm_min")
    op.drop_index("advice_said_case", "advice_said")
    op.drop_table("advice_said")
    op.drop_index("refusal_case", "refusal")
    op.drop_table("refusal")
