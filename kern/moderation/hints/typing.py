"""How long somebody typed, as their own browser measured it: kept with the case, for one hint."""

from sqlalchemy import update

from kern.content import Ref
from kern.db import db
from kern.moderation.models import Case, CaseState

LONGEST = 24 * 3_600_000  # milliseconds; a page that stayed open for days says nothing


def note_typing(ref: Ref, milliseconds: int | None) -> None:
    """Of the open cases about this thing. None, without a script or for restored drafts: nothing.
    Whoever wants to deceive sends another figure; more than a hint never comes of it."""
    if milliseconds is None or not 0 < milliseconds <= LONGEST:
        return
    about = (Case.content_key == ref.key, Case.content_id == ref.id, Case.state == CaseState.OPEN)
    db.session.execute(update(Case).where(*about).values(typed_ms=milliseconds))
