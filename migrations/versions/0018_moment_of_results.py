"""A survey says since when its results are public, and when they last changed.

What is public now is as old as its newest snapshot.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

MOMENT = (
    "UPDATE umfragen_survey SET {name} = (SELECT max(taken_at) FROM umfragen_snapshot"
    " WHERE umfragen_snapshot.survey_id = umfragen_survey.id) WHERE EXISTS (SELECT 1 FROM"
    " umfragen_published_question WHERE umfragen_published_question.survey_id ="
    " umfragen_survey.id)"
)


def upgrade():
    for name in ("results_at", "results_changed_at"):
        op.add_column("umfragen_survey", sa.Column(name, sa.DateTime(timezone=True)))
        op.execute(MOMENT.format(name=name))


def downgrade():
    op.drop_column("umfragen_survey", "results_changed_at")
    op.drop_column("umfragen_survey", "results_at")
