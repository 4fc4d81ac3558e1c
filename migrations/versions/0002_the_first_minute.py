"""The first minute"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_minute", JSON, nullable=True))
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.add_column(sa.Column("home_address", sa.String(length=400), nullable=True))
        batch_op.add_column(sa.Column("read_back", JSON, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("case_", schema=None) as batch_op:
        batch_op.drop_column("read_back")
        batch_op.drop_column("home_address")
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.drop_column("first_minute")
