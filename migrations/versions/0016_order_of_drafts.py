"""Half-filled answers keep their order of what is mixed, on another device too."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade():
    column = sa.Column("seed", sa.String(16), nullable=True)
    op.add_column("umfragen_answer_draft", column)


def downgrade():
    raise NotImplementedError("restore the backup instead")
