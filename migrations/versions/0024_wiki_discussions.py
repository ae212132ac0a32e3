"""Pages of the wiki are talked about: its spaces allow threads, posts and votes."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

OPEN = sa.text(
    "INSERT INTO kern_window (scope_id, act)"
    " SELECT id, CAST(:act AS VARCHAR(20)) FROM kern_scope WHERE kind = 'wiki' AND NOT EXISTS"
    " (SELECT 1 FROM kern_window w"
    " WHERE w.scope_id = kern_scope.id AND w.act = CAST(:act AS VARCHAR(20)))"
)


def upgrade():
    for act in ("discuss", "vote", "open_thread"):
        op.get_bind().execute(OPEN, {"act": act})


def downgrade():
    op.execute(
        "DELETE FROM kern_window WHERE scope_id IN (SELECT id FROM kern_scope WHERE kind = 'wiki')"
    )
