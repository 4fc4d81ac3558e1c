"""The first minute"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel import UTCDateTime

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_minute", JSON, nullable=True))
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.add_column(sa.Column("home_address", sa.String(length=400), nullable=True))
        batch_op.add_column(sa.Column("safeguarding", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("read_back", JSON, nullable=True))
    safe = sa.Enum("yes", "no", "not_known", name="safe", native_enum=False, length=40)
    op.create_table(
        "contact_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("text", safe, nullable=False),
        sa.Column("speak", safe, nullable=False),
        sa.Column("message", safe, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.create_index("contact_point_number", ["place", "number"], unique=True)


def downgrade() -> None:
    op.drop_table("contact_point")
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.drop_column("read_back")
        batch_op.drop_column("safeguarding")
        batch_op.drop_column("home_address")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_column("first_minute")
