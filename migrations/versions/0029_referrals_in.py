"""Referrals by the Booking and Referral Standard: each message as it came, what it became, and what was answered"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.add_column("case_", sa.Column("referred_by", sa.String(length=80), nullable=True))
    _referrals()
    _messages()
    op.create_table(
        "referral_response",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("referral_id", sa.Integer(), sa.ForeignKey("referral.id"), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("confirmed_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=200), nullable=False),
    )
    op.create_index("referral_response_once", "referral_response", ["referral_id", "kind"], unique=True)
    op.create_index("referral_response_uid", "referral_response", ["uid"], unique=True)
    op.create_table(
        "referral_sender",
        sa.Column("place", sa.String(length=40), primary_key=True, nullable=False),
        sa.Column("sender", sa.String(length=60), primary_key=True, nullable=False),
        sa.Column("endpoint", sa.String(length=300), nullable=False),
        sa.Column("set_by", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
    )


def _referrals() -> None:
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("is_validation", sa.Boolean(), nullable=False),
        sa.Column("request_key", sa.String(length=200), nullable=False),
        sa.Column("encounter_key", sa.String(length=200), nullable=False),
        sa.Column("person_key", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=True),
        sa.Column("ends_at", UTCDateTime(), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("came_at", UTCDateTime(), nullable=False),
        sa.Column("cancelled_at", UTCDateTime(), nullable=True),
        sa.Column("rejected_at", UTCDateTime(), nullable=True),
        sa.Column("rejected_why", sa.String(length=300), nullable=False),
    )
    op.create_index("referral_uid", "referral", ["uid"], unique=True)
    op.create_index("referral_case", "referral", ["case_id"])
    op.create_index("referral_newest", "referral", ["place", "id"])
    op.create_index("referral_request", "referral", ["sender", "request_key"])
    op.create_index("referral_encounter", "referral", ["sender", "encounter_key"])


def _messages() -> None:
    op.create_table(
        "referral_message",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("request_id", sa.String(length=100), nullable=False),
        sa.Column("correlation_id", sa.String(length=100), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("event", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=False),
        sa.Column("became", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=300), nullable=False),
        sa.Column("warnings", JSON, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("referral_id", sa.Integer(), sa.ForeignKey("referral.id"), nullable=True),
        sa.Column("seen_at", UTCDateTime(), nullable=True),
        sa.Column("seen_by", sa.String(length=80), nullable=True),
        sa.Column("told", sa.String(length=200), nullable=False),
    )
    op.create_index("referral_message_newest", "referral_message", ["place", "id"])
    op.create_index("referral_message_request", "referral_message", ["sender", "request_id"])
    op.create_index("referral_message_body", "referral_message", ["sender", "body_sha256"])
    op.create_index("referral_message_of", "referral_message", ["referral_id", "id"])
    op.create_index(
        "referral_message_to_read",
        "referral_message",
        ["place"],
        sqlite_where=sa.text("became = 'to_read' AND seen_at IS NULL"),
        postgresql_where=sa.text("became = 'to_read' AND seen_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("referral_sender")
    op.drop_table("referral_response")
    op.drop_table("referral_message")
    op.drop_table("referral")
    op.drop_column("case_", "referred_by")
