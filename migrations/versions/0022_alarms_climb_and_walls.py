"""Alarms that nobody takes are told in rounds; screens on walls have a key of their own"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarm_round",
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("place"),
    )
    op.create_table(
        "wall_screen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("key_hash", sa.String(length=64), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("paired_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code_hash"),
        sa.UniqueConstraint("key_hash"),
    )
    op.create_index("wall_screen_place", "wall_screen", ["place", "id"])


def downgrade() -> None:
    op.drop_index("wall_screen_place", table_name="wall_screen")
    op.drop_table("wall_screen")
    op.drop_table("alarm_round")
