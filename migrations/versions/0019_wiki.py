"""The wiki: spaces, and pages with every version. Every town starts with three spaces."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SPACES = (
    ("ortswiki", "Ortswiki", "everyone"),
    ("projektwissen", "Projektwissen", "everyone"),
    ("verwaltung", "Verwaltung", "staff"),
)


def upgrade():
    _make_text()
    _make_space()
    _make_page()
    _make_address()
    _make_link()
    _make_renaming()
    _make_revision()
    _make_tag()
    _add_spaces(op.get_bind())


def _add_spaces(connection):
    if connection.dialect.name == "postgresql":  # rows may have come with ids of their own
        sequence = "pg_get_serial_sequence('kern_scope', 'id')"
        last = "GREATEST((SELECT COALESCE(MAX(id), 0) FROM kern_scope), 1)"
        connection.execute(sa.text(f"SELECT setval({sequence}, {last})"))
    for position, (slug, title, protection) in enumerate(SPACES):
        connection.execute(SCOPE, _scope(slug, title))
        query = sa.text("SELECT id FROM kern_scope WHERE kind = 'wiki' AND slug = :slug")
        scope_id = connection.scalar(query, {"slug": slug})
        row = {"scope": scope_id, "protection": protection, "position": position}
        connection.execute(SPACE, row)


SCOPE = sa.text(
    "INSERT INTO kern_scope (kind, slug, title, path, state, visibility, moderation, created_at,"
    " posts_count, people_count, answers_count)"
    " VALUES ('wiki', :slug, :title, :path, 'published', 'public', 'before', :at, 0, 0, 0)"
).bindparams(sa.bindparam("at", type_=sa.DateTime(timezone=True)))
SPACE = sa.text(
    "INSERT INTO wiki_space (scope_id, intro, licence, review, protection, position)"
    " VALUES (:scope, '', 'CC BY-SA 4.0', 'always', :protection, :position)"
)


def _scope(slug, title):
    return {"slug": slug, "title": title, "path": f"/wiki/{slug}", "at": datetime.now(UTC)}


def _make_text():
    op.create_table(
        "wiki_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_text")),
        sa.UniqueConstraint("sha", name=op.f("uq_wiki_text_sha")),
    )


def _make_space():
    op.create_table(
        "wiki_space",
        sa.Column("scope_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("licence", sa.String(length=60), nullable=False),
        sa.Column("review", sa.String(length=8), nullable=False),
        sa.Column("four_eyes", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("protection", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scope_id"],
            ["kern_scope.id"],
            name=op.f("fk_wiki_space_scope_id_kern_scope"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scope_id", name=op.f("pk_wiki_space")),
    )


def _make_page():
    op.create_table(
        "wiki_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("title_key", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("published_id", sa.Integer(), nullable=True),
        sa.Column("lock_version", sa.Integer(), nullable=False),
        sa.Column("protection", sa.String(length=8), nullable=True),
        sa.Column("protected_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("twin_id", sa.Integer(), nullable=True),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("plain", sa.Text(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("wanted", sa.JSON(), nullable=False),
        sa.Column("depends", sa.String(length=64), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_rule", sa.Integer(), nullable=True),
        sa.Column("external_key", sa.String(length=120), nullable=True),
        sa.Column("redirect_to", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["checked_by"],
            ["kern_party.id"],
            name=op.f("fk_wiki_page_checked_by_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_page_parent_id_wiki_page"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["redirect_to"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_page_redirect_to_wiki_page"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["wiki_space.scope_id"], name=op.f("fk_wiki_page_space_id_wiki_space")
        ),
        sa.ForeignKeyConstraint(
            ["twin_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_page_twin_id_wiki_page"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_page")),
        sa.UniqueConstraint("external_key", name=op.f("uq_wiki_page_external_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_wiki_page_parent_id"), "wiki_page", ["parent_id"], unique=False)
    op.create_index(
        op.f("ix_wiki_page_space_id_parent_id_position"),
        "wiki_page",
        ["space_id", "parent_id", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_wiki_page_space_id_state_changed_at"),
        "wiki_page",
        ["space_id", "state", "changed_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_wiki_page_space_id_state_checked_at"),
        "wiki_page",
        ["space_id", "state", "checked_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_wiki_page_space_id_state_title_key_id"),
        "wiki_page",
        ["space_id", "state", "title_key", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_wiki_page_state_changed_at"), "wiki_page", ["state", "changed_at"], unique=False
    )
    op.create_index(
        "ix_wiki_page_title",
        "wiki_page",
        ["space_id", "title_key"],
        unique=True,
        sqlite_where=sa.text("state = 'public'"),
        postgresql_where=sa.text("state = 'public'"),
    )
    op.create_index(op.f("ix_wiki_page_twin_id"), "wiki_page", ["twin_id"], unique=False)


def _make_address():
    op.create_table(
        "wiki_address",
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_address_page_id_wiki_page"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["wiki_space.scope_id"], name=op.f("fk_wiki_address_space_id_wiki_space")
        ),
        sa.PrimaryKeyConstraint("space_id", "slug", name=op.f("pk_wiki_address")),
    )
    op.create_index(op.f("ix_wiki_address_page_id"), "wiki_address", ["page_id"], unique=False)


def _make_link():
    op.create_table(
        "wiki_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("target_key", sa.String(length=200), nullable=False),
        sa.Column("target_title", sa.String(length=200), nullable=False),
        sa.Column("target_page_id", sa.Integer(), nullable=True),
        sa.Column("room", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_link_page_id_wiki_page"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["wiki_space.scope_id"], name=op.f("fk_wiki_link_space_id_wiki_space")
        ),
        sa.ForeignKeyConstraint(
            ["target_page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_link_target_page_id_wiki_page"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_link")),
    )
    op.create_index(
        op.f("ix_wiki_link_page_id_kind"), "wiki_link", ["page_id", "kind"], unique=False
    )
    op.create_index(
        op.f("ix_wiki_link_space_id_kind_target_key_page_id"),
        "wiki_link",
        ["space_id", "kind", "target_key", "page_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_wiki_link_target_page_id_kind_page_id"),
        "wiki_link",
        ["target_page_id", "kind", "page_id"],
        unique=False,
    )


def _make_renaming():
    op.create_table(
        "wiki_renaming",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("old_title", sa.String(length=200), nullable=False),
        sa.Column("new_title", sa.String(length=200), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("last_page_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["kern_party.id"],
            name=op.f("fk_wiki_renaming_approved_by_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_renaming_page_id_wiki_page"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"],
            ["kern_party.id"],
            name=op.f("fk_wiki_renaming_party_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_renaming")),
    )
    op.create_index(
        op.f("ix_wiki_renaming_done_at_id"), "wiki_renaming", ["done_at", "id"], unique=False
    )
    op.create_index(op.f("ix_wiki_renaming_page_id"), "wiki_renaming", ["page_id"], unique=False)


def _make_revision():
    op.create_table(
        "wiki_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("text_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("page_parent_id", sa.Integer(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("minor", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_note", sa.String(length=300), nullable=False),
        sa.Column("original", sa.Text(), nullable=True),
        sa.Column("hide_text", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("hide_summary", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("hide_author", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["kern_party.id"],
            name=op.f("fk_wiki_revision_approved_by_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["kern_party.id"],
            name=op.f("fk_wiki_revision_author_id_kern_party"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_revision_page_id_wiki_page"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["wiki_revision.id"],
            name=op.f("fk_wiki_revision_parent_id_wiki_revision"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["wiki_space.scope_id"], name=op.f("fk_wiki_revision_space_id_wiki_space")
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["wiki_text.id"], name=op.f("fk_wiki_revision_text_id_wiki_text")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wiki_revision")),
        sa.UniqueConstraint("page_id", "number", name=op.f("uq_wiki_revision_page_id_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_wiki_revision_author_id_id"), "wiki_revision", ["author_id", "id"], unique=False
    )
    op.create_index(
        op.f("ix_wiki_revision_proposal_id"), "wiki_revision", ["proposal_id"], unique=False
    )
    op.create_index(
        op.f("ix_wiki_revision_space_id_id"), "wiki_revision", ["space_id", "id"], unique=False
    )
    op.create_index(op.f("ix_wiki_revision_text_id"), "wiki_revision", ["text_id"], unique=False)


def _make_tag():
    op.create_table(
        "wiki_tag",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("tag_key", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["page_id"],
            ["wiki_page.id"],
            name=op.f("fk_wiki_tag_page_id_wiki_page"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["wiki_space.scope_id"], name=op.f("fk_wiki_tag_space_id_wiki_space")
        ),
        sa.PrimaryKeyConstraint("page_id", "tag_key", name=op.f("pk_wiki_tag")),
    )
    op.create_index(
        op.f("ix_wiki_tag_space_id_tag_key_page_id"),
        "wiki_tag",
        ["space_id", "tag_key", "page_id"],
        unique=False,
    )


def downgrade():
    raise NotImplementedError("restore the backup instead")
