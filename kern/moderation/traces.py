"""What the desk itself wrote down about a thing whose passages were taken out."""

from sqlalchemy import select

from kern.content import Ref
from kern.db import db
from kern.moderation.models import Case, CaseNote
from kern.moderation.redaction import Cut, without


def take_out(ref: Ref, taken: Cut) -> None:
    """Words of reporters and reasons so far lose what was taken."""
    about = select(Case.id).where(Case.content_key == ref.key, Case.content_id == ref.id)
    for note in db.session.scalars(select(CaseNote).where(CaseNote.case_id.in_(about))):
        note.text = without(note.text, taken)
