"""Assessments are found by when they began: what is counted of a protocol's use is of a span"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("assessment_opened", "assessment", ["place", "opened_at"])


def downgrade() -> None:
    op.drop_index("assessment_opened", "assessment")
