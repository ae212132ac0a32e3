"""Pages of the wiki that show something that changed are found without looking at all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade():
    stale = sa.text("depends = ''")
    op.create_index(
        "ix_wiki_page_stale", "wiki_page", ["id"], sqlite_where=stale, postgresql_where=stale
    )


def downgrade():
    raise NotImplementedError("restore the backup instead")
