"""Columns of answers hold bits now: the old ones go, the worker makes them anew from the rows."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade():
    _forget()


def downgrade():
    _forget()


def _forget():
    op.execute("DELETE FROM umfragen_column_block")
    op.execute("DELETE FROM umfragen_block")
    op.execute("UPDATE umfragen_response SET block = NULL WHERE block IS NOT NULL")
