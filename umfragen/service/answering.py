"""Half-filled answers: begun, saved page by page, picked up again on another device."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, select

from kern.calendar import to_local
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, NotFound
from kern.ids import new_token
from kern.scope import list_windows, read_again
from umfragen import rules
from umfragen.engine import Answers, Plan, Sheet, fill, from_json, to_json
from umfragen.models import AnswerDraft, Survey
from umfragen.service.surveys import settings_of
from umfragen.store import codes
from umfragen.store.plans import draft_plan, plan_of
from umfragen.store.sealing import Unreadable, seal, unseal

RESUME_SIGNS = 12  # 60 random bits


@dataclass(frozen=True, slots=True)
class Filling:
    """A draft with everything a page needs. `is_change`: of answers sent before."""

    survey: Survey
    plan: Plan
    answers: Answers
    language: str
    is_test: bool
    is_change: bool
    seed: str = ""

    def sheet(self, answers: Answers | None = None) -> Sheet:
        """Of what is saved, or of these answers instead."""
        given = self.answers if answers is None else answers
        return fill(self.plan, given, language=self.language, seed=self.seed)


def start(survey: Survey, *, language: str = "", is_test: bool = False) -> str:
    """A new draft; returns its token (43 signs) for the address. Raises Conflict when the survey
    takes no answers. `is_test`: somebody who edits tries the draft out."""
    if not is_test:
        rules.require_takes_answers(survey, survey.scope, list_windows(survey.scope_id), now())
    plan = draft_plan(survey) if is_test else plan_of(survey)
    known = plan.definition.languages
    token = new_token()
    db.session.add(
        AnswerDraft(
            token_hash=hash_of(token),
            survey_id=survey.id,
            language=language if language in known else known[0],
            sealed=b"",
            expires_on=expiry(),
            is_test=is_test,
            seed=new_seed(),
        )
    )
    db.session.flush()
    return token


def open_draft(survey: Survey, token: str) -> Filling:
    """Raises NotFound for a token that is unknown, was sent, or belongs to another survey."""
    draft = get_row(survey, token)
    plan = draft_plan(survey) if draft.is_test else plan_of(survey)
    return Filling(
        survey=survey,
        plan=plan,
        answers=from_json(plan.items, answers_in(draft)),
        language=draft.language,
        is_test=draft.is_test,
        is_change=draft.receipt_hash is not None,
        seed=draft.seed or "",
    )


def save(survey: Survey, token: str, answers: Answers, *, language: str = "") -> None:
    """All answers so far, as `Reading.merged` makes them. Raises Conflict after the end."""
    draft = get_row(survey, token)
    if not draft.is_test:
        require_open(survey)
    draft.sealed = seal(survey.id, to_json(answers))
    draft.expires_on = expiry()
    if language:
        draft.language = language
    db.session.flush()


def discard(survey: Survey, token: str) -> None:
    """Whoever was answering wants nothing of it kept."""
    db.session.delete(get_row(survey, token))
    db.session.flush()


def give_resume_code(survey: Survey, token: str) -> str:
    """To go on elsewhere, such as `7F4K-2M9Q-8T3W-X`. A new one each time; the last one counts."""
    draft = get_row(survey, token)
    if not settings_of(survey).with_resume:
        raise Conflict("Diese Umfrage lässt sich nur in einem Zug ausfüllen.")
    code = new_code(RESUME_SIGNS)
    draft.resume_hash = hash_of(f"{survey.id}:{code}")
    db.session.flush()
    return code


def resume(survey: Survey, typed: str) -> str:
    """A new token for the draft of this code; the old one ends. Raises NotFound."""
    code = codes.read(typed, RESUME_SIGNS)
    query = select(AnswerDraft).where(
        AnswerDraft.survey_id == survey.id,
        AnswerDraft.resume_hash == hash_of(f"{survey.id}:{code}"),
    )
    draft = db.session.scalar(query) if code else None
    if draft is None:
        raise NotFound("Zu diesem Code gibt es nichts, womit Sie weitermachen könnten.")
    token = new_token()
    draft.token_hash = hash_of(token)
    db.session.flush()
    return token


def require_open(survey: Survey) -> None:
    """For somebody who has begun. Of a survey that is held, all that this judges is as it is now:
    whoever waited for it may have read its scope before that was hidden."""
    windows = read_again(survey.scope)
    rules.require_takes_answers(survey, survey.scope, windows, now(), is_begun=True)


def remove_old_drafts(_since: object, _until: object) -> bool:
    """Run by the worker's tick."""
    old = delete(AnswerDraft).where(AnswerDraft.expires_on < today())
    return db.session.execute(old.returning(AnswerDraft.survey_id)).first() is not None


def find_row(survey: Survey, token: str) -> AnswerDraft | None:
    draft = db.session.get(AnswerDraft, hash_of(token))
    if draft is None or draft.survey_id != survey.id or draft.expires_on < today():
        return None
    return draft


def answers_in(draft: AnswerDraft) -> Any:
    """As JSON; nothing where a backup was played back without the key that had sealed them."""
    if not draft.sealed:
        return {}
    try:
        return unseal(draft.survey_id, draft.sealed)
    except Unreadable:
        return {}


def get_row(survey: Survey, token: str) -> AnswerDraft:
    draft = find_row(survey, token)
    if draft is None:
        raise NotFound("Diese Antworten gibt es nicht mehr. Bitte beginnen Sie noch einmal.")
    return draft


def new_seed() -> str:
    """Of the order of what is mixed. Gone with the draft: an answer does not know its order."""
    return secrets.token_hex(8)


def new_code(signs: int) -> str:
    while True:
        number = secrets.randbits(5 * signs)
        if codes.is_typable(number):
            return codes.spell(number, signs)


def hash_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def expiry() -> date:
    return today() + timedelta(days=rules.DRAFT_DAYS)


def today() -> date:
    """On the wall clock of the town: the only time that is kept of an answer."""
    return to_local(now()).date()
