"""What other services are sent for a hand-over; two indexes of messages that nothing reads are gone"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_sent",
        sa.Column("id", sa.Integer(), primary_key=True, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), sa.ForeignKey("case_.id"), nullable=False),
        sa.Column("hand_over_id", sa.Integer(), sa.ForeignKey("hand_over.id"), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("request_key", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("told", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("left_at", UTCDateTime(), nullable=True),
        sa.Column("tried_at", UTCDateTime(), nullable=True),
        sa.Column("received_at", UTCDateTime(), nullable=True),
        sa.Column("refused_at", UTCDateTime(), nullable=True),
        sa.Column("given_up_at", UTCDateTime(), nullable=True),
        sa.Column("trouble", sa.String(length=300), nullable=False),
    )
    op.create_index("referral_sent_uid", "referral_sent", ["uid"], unique=True)
    op.create_index("referral_sent_hand_over", "referral_sent", ["hand_over_id", "id"])
    op.create_index("referral_sent_case", "referral_sent", ["case_id", "id"])
    op.create_index("referral_sent_request", "referral_sent", ["request_key", "id"])
    op.add_column("referral_message", sa.Column("sent_id", sa.Integer(), nullable=True))
    op.drop_index("referral_message_newest", "referral_message")
    op.drop_index("referral_message_request", "referral_message")


def downgrade() -> None:
    op.create_index("referral_message_request", "referral_message", ["sender", "request_id"])
    op.create_index("referral_message_newest", "referral_message", ["place", "id"])
    op.drop_column("referral_message", "sent_id")
    op.drop_table("referral_sent")
