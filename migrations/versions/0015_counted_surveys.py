"""A scope knows how many surveys it has, so that pages of projects without any do not ask."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COUNT = """
UPDATE kern_scope SET surveys_count = (
  SELECT count(*) FROM umfragen_survey
  WHERE umfragen_survey.scope_id = kern_scope.id
  AND umfragen_survey.state IN ('scheduled', 'open', 'paused', 'closed', 'archived')
)
"""


def upgrade():
    column = sa.Column("surveys_count", sa.Integer(), server_default="0", nullable=False)
    op.add_column("kern_scope", column)
    op.execute(COUNT)


def downgrade():
    raise NotImplementedError("restore the backup instead")
