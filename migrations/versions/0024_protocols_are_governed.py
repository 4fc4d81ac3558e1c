"""Versions of protocols, what was done about them, and what the prover said"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

from hub.columns import Json

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "protocol_version",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("protocol", sa.String(length=60), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("proposed_at", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(length=600), nullable=False),
    )
    op.create_index("protocol_version_text", "protocol_version", ["place", "sha256"], unique=True)
    op.create_table(
        "protocol_act",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("protocol", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("did", sa.String(length=40), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("against", sa.String(length=64), nullable=True),
    )
    op.create_index("protocol_act_place", "protocol_act", ["place", "id"])
    op.create_table(
        "protocol_proof",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column(
            "version_id", sa.Integer(), sa.ForeignKey("protocol_version.id"), unique=True, nullable=False
        ),
        sa.Column("house_sha256", sa.String(length=64), nullable=False),
        sa.Column("against", sa.String(length=64), nullable=True),
        sa.Column("verdict", sa.String(length=40), nullable=False),
        sa.Column("found", Json, nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("protocol_proof")
    op.drop_table("protocol_act")
    op.drop_table("protocol_version")
