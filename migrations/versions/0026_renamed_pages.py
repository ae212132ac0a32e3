"""A renamed page is found by its former titles, and pages whose links could not follow are named."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("wiki_renaming") as batch_op:
        batch_op.add_column(sa.Column("old_key", sa.String(200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("failed", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("wiki_renaming") as batch_op:
        batch_op.alter_column("old_key", existing_type=sa.String(200), server_default=None)
        batch_op.alter_column("failed", existing_type=sa.JSON(), server_default=None)
    op.create_index(op.f("ix_wiki_renaming_old_key"), "wiki_renaming", ["old_key"])
    renaming = sa.table(
        "wiki_renaming", sa.column("id"), sa.column("old_title"), sa.column("old_key")
    )
    rows = op.get_bind().execute(sa.select(renaming.c.id, renaming.c.old_title)).all()
    for id_, title in rows:
        key = _folded(title)[:200]
        op.execute(sa.update(renaming).where(renaming.c.id == id_).values(old_key=key))


def _folded(title):
    """As titles were compared when this was written."""
    return re.sub(r"[\s_]+", " ", unicodedata.normalize("NFC", title)).strip().casefold()


def downgrade():
    op.drop_index(op.f("ix_wiki_renaming_old_key"), "wiki_renaming")
    with op.batch_alter_table("wiki_renaming") as batch_op:
        batch_op.drop_column("failed")
        batch_op.drop_column("old_key")
