"""Machines at the FHIR door: their keys and access tokens, exports, and whom they have told of changes"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    _door()
    _exports()
    _subscriptions()


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


def _exports() -> None:
    op.create_table(
        "fhir_export",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("api_token.id"), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("since", UTCDateTime(), nullable=True),
        sa.Column("asked", sa.String(length=400), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("effect_id", sa.Integer(), nullable=True),
        sa.Column("done_at", UTCDateTime(), nullable=True),
    )
    op.create_index("fhir_export_uid", "fhir_export", ["uid"], unique=True)
    op.create_index("fhir_export_place", "fhir_export", ["place", "id"])
    running = sa.text("stage = 'running'")
    op.create_index(
        "fhir_export_one_live",
        "fhir_export",
        ["token_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_table(
        "fhir_export_part",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("export_id", sa.Integer(), sa.ForeignKey("fhir_export.id"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_index("fhir_export_part_once", "fhir_export_part", ["export_id", "kind", "first"], unique=True)


def _subscriptions() -> None:
    op.create_table(
        "fhir_subscription",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("token_id", sa.Integer(), sa.ForeignKey("api_token.id"), nullable=False),
        sa.Column("by_name", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("criteria", sa.String(length=300), nullable=False),
        sa.Column("endpoint", sa.String(length=300), nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("told_at", UTCDateTime(), nullable=True),
        sa.Column("failing_since", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.Column("effect_id", sa.Integer(), nullable=True),
    )
    op.create_index("fhir_subscription_uid", "fhir_subscription", ["uid"], unique=True)
    op.create_index("fhir_subscription_place", "fhir_subscription", ["place", "id"])
    op.create_index("fhir_subscription_token", "fhir_subscription", ["token_id"])
    live = sa.text("stage IN ('requested', 'active')")
    op.create_index(
        "fhir_subscription_live", "fhir_subscription", ["id"], sqlite_where=live, postgresql_where=live
    )
    op.create_table(
        "fhir_notice",
        sa.Column(
            "subscription_id",
            sa.Integer(),
            sa.ForeignKey("fhir_subscription.id"),
            primary_key=True,
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("focus", sa.String(length=80), primary_key=True, nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
    )
    waits = sa.text("waits")
    op.create_index(
        "fhir_notice_waits",
        "fhir_notice",
        ["subscription_id", "n"],
        sqlite_where=waits,
        postgresql_where=waits,
    )
    op.create_index("fhir_notice_at", "fhir_notice", ["at"])


def downgrade() -> None:
    for table in ("fhir_notice", "fhir_subscription"):
        op.drop_table(table)
    for table in ("fhir_export_part", "fhir_export"):
        op.drop_table(table)
    for table in ("used_proof", "access_token", "client_key"):
        op.drop_table(table)
