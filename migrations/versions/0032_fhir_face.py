"""Machines at the FHIR door: their keys and access tokens, exports, and whom they have told of changes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    _door()


def _door() -> None:
    op.create_table(
        "client_key",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("api_token.id"), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("pem", sa.String(length=2000), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.Column("removed_at", UTCDateTime(), nullable=True),
    )
    op.create_index("client_key_token", "client_key", ["token_id"])
    op.create_table(
        "access_token",
        sa.Column("token_hash", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("api_token.id"), nullable=False),
        sa.Column("grants", JSON, nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
    )
    op.create_index("access_token_ends", "access_token", ["ends_at"])
    op.create_table(
        "used_proof",
        sa.Column(
            "token_id",
            sa.Integer(),
            sa.ForeignKey("api_token.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("jti_hash", sa.String(length=64), primary_key=True, nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
    )
    op.create_index("used_proof_ends", "used_proof", ["ends_at"])


def downgrade() -> None:
    for table in ("used_proof", "access_token", "client_key"):
        op.drop_table(table)
