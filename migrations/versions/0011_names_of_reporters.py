"""Whoever reports something may give a name."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("kern_case_note", sa.Column("name", sa.String(length=120), nullable=True))


def downgrade():
    raise NotImplementedError("restore the backup instead")
