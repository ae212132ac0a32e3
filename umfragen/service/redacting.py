"""Take passages out of a survey, wherever a copy of its words is kept: in every version too."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from kern import text
from kern.actor import SYSTEM, Actor
from kern.content import Redaction
from kern.db import db
from kern.errors import Invalid
from kern.moderation import quotes, traces
from kern.moderation.redaction import Cut, cut_parts, joined, without
from kern.outbox import Fact
from umfragen import rules
from umfragen.definition import fingerprint, load
from umfragen.models import DraftStep, PublishedQuestion, State, Survey, SurveyVersion
from umfragen.service.changes import announce, ref_of
from umfragen.service.states import open_now
from umfragen.service.surveys import settings_of
from umfragen.store.wording import with_words, words_of

MAX_PART = 300  # characters of the shortest texts; each mark makes one longer


def source_of(survey: Survey) -> str:
    """Everything that a moderator can take passages out of, in one text."""
    return joined(list(words_of(document_of(survey))))


def document_of(survey: Survey) -> dict[str, Any]:
    """The definition that people read: the published one, the draft before that."""
    version = select(SurveyVersion.definition).where(
        SurveyVersion.survey_id == survey.id, SurveyVersion.version == survey.current_version
    )
    draft = select(DraftStep.definition).where(
        DraftStep.survey_id == survey.id, DraftStep.step == survey.draft_step
    )
    found: dict[str, Any] | None = db.session.scalar(version) or db.session.scalar(draft)
    return found or {}


def published_documents(survey_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The current versions of many surveys, in one query; none without surveys."""
    if not survey_ids:
        return {}
    query = (
        select(SurveyVersion.survey_id, SurveyVersion.definition)
        .join(Survey, Survey.id == SurveyVersion.survey_id)
        .where(Survey.id.in_(survey_ids), SurveyVersion.version == Survey.current_version)
    )
    return {row.survey_id: row.definition for row in db.session.execute(query)}


def redact(survey: Survey, actor: Actor, left: Redaction) -> None:
    """Passages go for good. What waits is opened so."""
    rules.require_may_hide(actor, survey)
    shown = document_of(survey)
    cuts = _cuts(list(words_of(shown)), left.text)
    taken = sum(cuts[1:], cuts[0])
    words = iter(one.text for one in cuts)
    rewritten = with_words(shown, lambda _old: next(words))
    for row in _documents(survey):
        row.definition = rewritten if row.definition == shown else _without(row.definition, taken)
        if isinstance(row, SurveyVersion):
            row.note = without(row.note, taken)
            row.sha256 = fingerprint(load(row.definition))
    _rewrite_copies(survey, taken)
    survey.revision += 1
    db.session.flush()
    announce(actor, survey, "survey.redact", Fact.HIDDEN)
    if survey.state == State.SUBMITTED:
        rules.require_may_decide(actor, survey)
        open_now(actor, survey)
    quotes.pursue(ref_of(survey), ref_of(survey), taken.passages)


def strike(survey: Survey, take_out: Callable[[str], str]) -> None:
    """Of a draft, or of what is hidden: nobody decides about it, so passages go at once."""
    for row in _documents(survey):
        row.definition = with_words(row.definition, take_out)
        if isinstance(row, SurveyVersion):
            row.sha256 = fingerprint(load(row.definition))
    survey.title = take_out(survey.title)[:MAX_PART]
    survey.revision += 1
    db.session.flush()
    announce(SYSTEM, survey, "survey.redact")


def _cuts(parts: list[str], left: str) -> list[Cut]:
    if not left.strip():
        raise Invalid(
            "Dann bliebe nichts übrig. Blenden Sie die Umfrage stattdessen aus.", field="text"
        )
    cuts = cut_parts(parts, left)
    if not any(one.passages for one in cuts):
        raise Invalid("Bitte löschen Sie die Stellen, die wegmüssen.", field="text")
    for one, old in zip(cuts, parts, strict=True):
        if len(one.text) > max(MAX_PART, len(old)):
            raise Invalid("Bitte löschen Sie in kurzen Texten weniger Stellen.", field="text")
    return cuts


def _documents(survey: Survey) -> Iterator[SurveyVersion | DraftStep]:
    yield from db.session.scalars(select(SurveyVersion).where(SurveyVersion.survey_id == survey.id))
    yield from db.session.scalars(select(DraftStep).where(DraftStep.survey_id == survey.id))


def _without(document: dict[str, Any], taken: Cut) -> dict[str, Any]:
    found: dict[str, Any] = with_words(document, lambda words: without(words, taken))
    return found


def _rewrite_copies(survey: Survey, taken: Cut) -> None:
    """Title, reasons of extensions, contact and what the office says about results."""
    survey.title = without(survey.title, taken)[:MAX_PART]
    survey.extensions = [
        {**told, "reason": without(told["reason"], taken)} for told in survey.extensions
    ]
    settings = settings_of(survey).dump()
    survey.settings = {
        name: without(value, taken) if isinstance(value, str) else value
        for name, value in settings.items()
    }
    for row in db.session.scalars(
        select(PublishedQuestion).where(PublishedQuestion.survey_id == survey.id)
    ):
        row.outcome = without(row.outcome, taken)
        rendered = text.render(row.outcome) if row.outcome else None
        row.html = rendered.html if rendered else ""
        row.plain = rendered.plain if rendered else ""
    traces.take_out(ref_of(survey), taken)
