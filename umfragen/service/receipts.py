"""With the receipt code people change or withdraw what they sent, until the end."""

from kern.db import db
from kern.errors import NotFound
from kern.ids import new_token
from umfragen.models import AnswerDraft, Survey
from umfragen.service.answering import RESUME_SIGNS, expiry, hash_of, new_seed, require_open
from umfragen.service.submitting import lock, receipt_hash
from umfragen.store import codes, replacing
from umfragen.store.plans import plan_of
from umfragen.store.replacing import Sent
from umfragen.store.sealing import seal


def has_answers_of(survey: Survey, typed: str) -> bool:
    """Whether the code leads to answers; typed as it comes."""
    return _find(survey, typed) is not None


def change(survey: Survey, typed: str) -> str:
    """A draft with the answers that were sent; returns its token. `submit` puts it in their place.
    Raises NotFound, Conflict after the end."""
    require_open(survey)
    row = _get(survey, typed)
    token = new_token()
    db.session.add(
        AnswerDraft(
            token_hash=hash_of(token),
            survey_id=survey.id,
            language=row.language,
            sealed=seal(survey.id, {k: v for k, v in row.answers.items() if v is not None}),
            expires_on=expiry(),
            receipt_hash=row.receipt_hash,
            seed=new_seed(),
        )
    )
    db.session.flush()
    return token


def withdraw(survey: Survey, typed: str) -> None:
    """Gone from every count. Whoever took part once cannot do so again. Raises as `change`."""
    lock(survey)
    require_open(survey)
    row = _get(survey, typed)
    replacing.withdraw(survey, plan_of(survey), row)


def _get(survey: Survey, typed: str) -> Sent:
    row = _find(survey, typed)
    if row is None:
        raise NotFound("Zu diesem Code gibt es keine Antworten. Bitte sehen Sie noch einmal nach.")
    return row


def _find(survey: Survey, typed: str) -> Sent | None:
    code = codes.read(typed, RESUME_SIGNS)
    return replacing.find(survey.id, receipt_hash(survey, code)) if code else None
