"""Phones remembered for a shift; what a responder pressed; check-ins from the scene"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trusted_phone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("trusted_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("forgotten_at", UTCDateTime(), nullable=True),
        sa.Column("forgotten_because", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["person_of_hub.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("trusted_phone_token", "trusted_phone", ["token_hash"], unique=True)
    live = sa.text("forgotten_at IS NULL")
    op.create_index(
        "trusted_phone_live",
        "trusted_phone",
        ["place", "user_id"],
        unique=False,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"]),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    unanswered = sa.text("ended_at IS NULL")
    for name, column, unique in (
        ("check_in_one_open", "position_id", True),
        ("check_in_open", "case_id", False),
    ):
        op.create_index(
            name,
            "check_in",
            [column],
            unique=unique,
            sqlite_where=unanswered,
            postgresql_where=unanswered,
        )
    op.create_table(
        "pressed",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("heard_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.ForeignKeyConstraint(["responder_id"], ["responder.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("log_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("only", sa.String(length=40), nullable=True))
        batch_op.create_index("log_in_phone", ["phone_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("log_in", schema=None) as batch_op:
        batch_op.drop_index("log_in_phone")
        batch_op.drop_column("only")
        batch_op.drop_column("phone_id")
    op.drop_table("pressed")
    op.drop_table("check_in")
    op.drop_table("trusted_phone")
