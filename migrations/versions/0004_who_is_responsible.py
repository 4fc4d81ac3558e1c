"""Who is clinically responsible for each case"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import UTCDateTime

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None

HOW = sa.Enum("duty", "accepted", "manager", name="responsibleas", native_enum=False, length=40)


def upgrade() -> None:
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.add_column(sa.Column("responsible_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("responsible_name", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("responsible_since", UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column("responsible_as", HOW, nullable=True))
        batch_op.add_column(sa.Column("offered_to_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offered_to_name", sa.String(length=80), nullable=True))
        batch_op.create_index(
            "case_responsible",
            ["place", "responsible_id"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )


def downgrade() -> None:
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.drop_index("case_responsible")
        for column in (
            "offered_to_name",
            "offered_to_id",
            "responsible_as",
            "responsible_since",
            "responsible_name",
            "responsible_id",
        ):
            batch_op.drop_column(column)
