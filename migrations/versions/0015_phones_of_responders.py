"""Several phones of a responder, each with whether texts reach it; an offer that a call says aloud"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
NOT_ARRIVED = sa.text("status IN ('undelivered', 'failed')")


def upgrade() -> None:
    op.create_table(
        "phone_of_responder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("responder_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("mobile", "landline", name="phonekind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum("ok", "opted_out", "unreachable", name="phonestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("why", sa.String(length=120), nullable=True),
        sa.Column("verified_at", UTCDateTime(), nullable=True),
        sa.Column("code", sa.String(length=4), nullable=True),
        sa.Column("code_until", UTCDateTime(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["responder_id"], ["responder.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("phone_of_responder", schema=None) as batch_op:
        batch_op.create_index("phone_number", ["place", "number"], unique=True)
        batch_op.create_index("phone_order", ["responder_id", "nth"], unique=False)
    op.execute(
        "INSERT INTO phone_of_responder "
        "(place, responder_id, number, nth, kind, state, why, verified_at, wrong_codes) "
        "SELECT place, id, phone, 0, 'mobile', CASE WHEN reachable THEN 'ok' ELSE 'opted_out' END, "
        "CASE WHEN reachable THEN NULL ELSE 'texts were refused' END, CURRENT_TIMESTAMP, 0 FROM responder"
    )
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("call_effect_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(
            "message_not_arrived",
            ["place", "id"],
            unique=False,
            sqlite_where=NOT_ARRIVED,
            postgresql_where=NOT_ARRIVED,
        )


def downgrade() -> None:
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("message_not_arrived")
    with op.batch_alter_table("offer", schema=None) as batch_op:
        batch_op.drop_column("call_effect_id")
    op.drop_table("phone_of_responder")
