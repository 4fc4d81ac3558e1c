"""What is written back to record servers is found by its case and by its place"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OF_RECORD = sa.text("kind = 'fhir_write'")


def upgrade() -> None:
    for name, column in (("effect_of_record", "case_id"), ("effect_of_record_place", "place")):
        op.create_index(name, "effect", [column, "id"], sqlite_where=OF_RECORD, postgresql_where=OF_RECORD)


def downgrade() -> None:
    op.drop_index("effect_of_record_place", "effect")
    op.drop_index("effect_of_record", "effect")
