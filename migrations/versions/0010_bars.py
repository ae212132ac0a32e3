"""Whether it is worth asking for a bar of this person."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade():
    column = sa.Column("has_bar", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("kern_party", column)


def downgrade():
    raise NotImplementedError("restore the backup instead")
