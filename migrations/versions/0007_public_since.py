"""Since when threads and posts have been public: feeds tell of them in that order."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INDEXES = (
    ("beteiligung_thread", ("public_at", "id")),
    ("beteiligung_post", ("public_at", "id")),
    ("beteiligung_post", ("scope_id", "public_at")),
    ("beteiligung_post", ("thread_id", "public_at")),
)


def upgrade():
    for name in ("beteiligung_thread", "beteiligung_post"):
        op.add_column(name, sa.Column("public_at", sa.DateTime(timezone=True), nullable=True))
        columns = [sa.column(key) for key in ("public_at", "written_at", "released")]
        table = sa.table(name, *columns)
        was_public = table.update().where(table.c.released.is_not(None))
        op.execute(was_public.values(public_at=table.c.written_at))
    for table, columns in INDEXES:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))
