"""A survey remembers that a state of its figures was asked for, until the worker has taken it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("umfragen_survey", sa.Column("snapshot_asked", sa.String(40)))


def downgrade():
    op.drop_column("umfragen_survey", "snapshot_asked")
