"""Lists of a large wiki are read without counting its pages: tallies, and indexes in their order."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

PLACED = sa.text("place IS NOT NULL")
INDEXES = (  # table, columns of before, columns of now
    (
        "wiki_page",
        ["space_id", "state", "changed_at"],
        ["space_id", "state", "changed_at", "checked_at"],
    ),
    ("wiki_page", ["space_id", "state", "checked_at"], None),
    (
        "wiki_page",
        ["space_id", "parent_id", "position"],
        ["space_id", "parent_id", "position", "title_key"],
    ),
    ("wiki_link", ["target_page_id", "kind", "page_id"], ["target_page_id", "page_id", "kind"]),
    (
        "wiki_tag",
        ["space_id", "tag_key", "page_id"],
        ["space_id", "tag_key", "title_key", "page_id"],
    ),
    ("wiki_revision", None, ["page_id", "author_id", "hide_author"]),
)


def upgrade():
    op.create_table(
        "wiki_tally",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"],
            ["wiki_space.scope_id"],
            name=op.f("fk_wiki_tally_space_id_wiki_space"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "kind", "key", name=op.f("pk_wiki_tally")),
    )
    op.create_index(
        op.f("ix_wiki_tally_space_id_kind_number"), "wiki_tally", ["space_id", "kind", "number"]
    )
    op.add_column(
        "wiki_space", sa.Column("pages", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("wiki_space", sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))
    title_key = sa.Column("title_key", sa.String(length=200), nullable=False, server_default="")
    op.add_column("wiki_tag", title_key)
    op.execute(
        "UPDATE wiki_tag SET title_key ="
        " (SELECT title_key FROM wiki_page WHERE wiki_page.id = wiki_tag.page_id)"
    )
    for table, before, now in INDEXES:
        if before:
            op.drop_index(_name(table, before), table)
        if now:
            op.create_index(_name(table, now), table, now)
    op.execute("UPDATE wiki_page SET place = NULL WHERE CAST(place AS TEXT) = 'null'")
    op.create_index(
        "ix_wiki_page_placed",
        "wiki_page",
        ["space_id", "state", "title_key"],
        sqlite_where=PLACED,
        postgresql_where=PLACED,
    )


def _name(table, columns):
    return f"ix_{table}_{'_'.join(columns)}"


def downgrade():
    raise NotImplementedError("restore the backup instead")
