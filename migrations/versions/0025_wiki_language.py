"""A page's language may be "de-x-leicht", which has eleven characters."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _widen(old: int, new: int):
    with op.batch_alter_table("wiki_page") as batch_op:
        batch_op.alter_column(
            "language",
            existing_type=sa.String(old),
            type_=sa.String(new),
            existing_nullable=False,
        )


def upgrade():
    _widen(10, 20)


def downgrade():
    op.execute("UPDATE wiki_page SET language = 'de' WHERE language = 'de-x-leicht'")
    _widen(20, 10)
