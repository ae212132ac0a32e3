"""Answers that wait are sealed: half-filled ones, and those that have not left the inbox.

A migration has no keys. What waits now keeps its words in the open, marked so, until it is saved
again or leaves.
"""

import json
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

OPEN = b"offen:"  # as `umfragen.store.sealing` knows it
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IN_INBOX = (
    "SELECT id, survey_id, version, day, language, source, answers, rkey, receipt_hash"
    " FROM umfragen_inbox"
)
IN_DRAFTS = (
    "SELECT token_hash, survey_id, language, answers, expires_on, is_test, resume_hash,"
    " receipt_hash, sheet, seed FROM umfragen_answer_draft"
)


def upgrade():
    connection = op.get_bind()
    waiting = connection.execute(sa.text(IN_INBOX)).mappings().all()
    drafts = connection.execute(sa.text(IN_DRAFTS)).mappings().all()
    op.drop_table("umfragen_inbox")
    op.drop_table("umfragen_answer_draft")
    op.bulk_insert(_make_inbox(), [_waiting(row) for row in waiting])
    op.bulk_insert(_make_drafts(), [_draft(row) for row in drafts])


def _waiting(row):
    receipt = bytes(row["receipt_hash"]) if row["receipt_hash"] else None
    document = {
        "version": row["version"],
        "day": str(row["day"]),
        "language": row["language"],
        "source": row["source"],
        "answers": _json(row["answers"]),
        "rkey": row["rkey"],
        "receipt": receipt.hex() if receipt else "",
    }
    sealed = OPEN + json.dumps(document).encode()
    return {"id": row["id"], "survey_id": row["survey_id"], "receipt": receipt, "sealed": sealed}


def _draft(row):
    found = {name: row[name] for name in ("token_hash", "survey_id", "language", "sheet", "seed")}
    found |= {name: row[name] for name in ("resume_hash", "receipt_hash")}
    day = row["expires_on"]
    found["expires_on"] = date.fromisoformat(day) if isinstance(day, str) else day
    found["is_test"] = bool(row["is_test"])
    found["sealed"] = OPEN + json.dumps(_json(row["answers"])).encode()
    return found


def _json(value):
    return json.loads(value) if isinstance(value, str) else value


def _make_inbox():
    table = op.create_table(
        "umfragen_inbox",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_inbox_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_umfragen_inbox")),
    )
    op.create_index(
        op.f("ix_umfragen_inbox_survey_id_receipt"),
        "umfragen_inbox",
        ["survey_id", "receipt"],
        unique=True,
    )
    return table


def _make_drafts():
    table = op.create_table(
        "umfragen_answer_draft",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("resume_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("receipt_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("sheet", sa.String(length=20), nullable=True),
        sa.Column("seed", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["survey_id"],
            ["umfragen_survey.id"],
            name=op.f("fk_umfragen_answer_draft_survey_id_umfragen_survey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_umfragen_answer_draft")),
        sa.UniqueConstraint("resume_hash", name=op.f("uq_umfragen_answer_draft_resume_hash")),
        sqlite_with_rowid=False,
    )
    name = "umfragen_answer_draft"
    op.create_index(op.f("ix_umfragen_answer_draft_expires_on"), name, ["expires_on"])
    op.create_index(
        op.f("ix_umfragen_answer_draft_survey_id_sheet"), name, ["survey_id", "sheet"], unique=True
    )
    return table


def downgrade():
    raise NotImplementedError("restore the backup instead")
