"""The draft of an editor: saved with every change, undone step by step, published as a version."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from kern import text
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, DomainError
from umfragen import rules
from umfragen.checks import check_survey
from umfragen.definition import Definition, Finding, dump, fingerprint
from umfragen.models import DraftStep, State, Survey, SurveyVersion
from umfragen.service.changes import announce_rewritten
from umfragen.store.plans import definition_of, draft_of
from umfragen.versions import Change, Effect, find_changes, may_replace

KEPT_STEPS = 50


class NotReady(DomainError):
    """Publishing is refused: `findings` have to be mended first."""

    status = 422

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("An den Fragen ist noch etwas zu verbessern.")
        self.findings = findings


class Mixing(DomainError):
    """Publishing is refused: `changes` would put answers of different meaning together."""

    status = 422

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__("So würden sich alte und neue Antworten vermischen.")
        self.changes = changes


class Unconfirmed(DomainError):
    """The wording changed: the office has to say that the meaning is the same."""

    status = 422

    def __init__(self, changes: Sequence[Change]) -> None:
        super().__init__("Bitte bestätigen Sie, dass der Sinn dieser Fragen derselbe bleibt.")
        self.changes = changes


@dataclass(frozen=True, slots=True)
class Draft:
    """`revision` goes back with the next save. `undo`, `redo`: what that would take back."""

    definition: Definition
    revision: int
    undo: str | None
    redo: str | None


def get_draft(survey: Survey) -> Draft:
    rows = select(DraftStep.step, DraftStep.note).where(
        DraftStep.survey_id == survey.id,
        DraftStep.step.between(survey.draft_step - 1, survey.draft_step + 1),
    )
    notes = {row.step: row.note for row in db.session.execute(rows)}
    step = survey.draft_step
    return Draft(
        draft_of(survey),
        survey.draft_revision,
        notes.get(step) if step - 1 in notes else None,
        notes.get(step + 1),
    )


def save_draft(
    actor: Actor, survey: Survey, definition: Definition, revision: int, note: str = ""
) -> int:
    """Returns the new revision. Raises Conflict when somebody saved since `revision`."""
    rules.require_may_edit(actor, survey)
    _require_newest(survey, revision)
    steps = (DraftStep.survey_id == survey.id,)
    step = survey.draft_step + 1
    db.session.execute(delete(DraftStep).where(*steps, DraftStep.step >= step))
    db.session.execute(delete(DraftStep).where(*steps, DraftStep.step <= step - KEPT_STEPS))
    line = text.clean_line(note, 200)
    db.session.add(
        DraftStep(survey_id=survey.id, step=step, definition=dump(definition), note=line)
    )
    return _stand_at(survey, step, definition)


def undo(actor: Actor, survey: Survey, revision: int) -> int:
    """One step back; raises Conflict when there is none."""
    return _step(actor, survey, revision, -1)


def redo(actor: Actor, survey: Survey, revision: int) -> int:
    return _step(actor, survey, revision, 1)


def list_findings(survey: Survey) -> tuple[Finding, ...]:
    """What is wrong with the draft, errors first."""
    return check_survey(draft_of(survey))


def compare_draft(survey: Survey) -> tuple[Change, ...]:
    """What publishing the draft would change; nothing before the first version."""
    if survey.current_version == 0:
        return ()
    return find_changes(definition_of(survey), draft_of(survey))


def has_unpublished(survey: Survey) -> bool:
    query = select(SurveyVersion.sha256).where(
        SurveyVersion.survey_id == survey.id, SurveyVersion.version == survey.current_version
    )
    return db.session.scalar(query) != fingerprint(draft_of(survey))


def publish_version(
    actor: Actor, survey: Survey, *, note: str = "", same_meaning: bool = False
) -> SurveyVersion:
    """The draft as a version that never changes. `note` tells the public what is different."""
    rules.require_may_edit(actor, survey)
    if survey.state != State.DRAFT:
        rules.require_may_publish(actor, survey)
    definition = draft_of(survey)
    errors = [finding for finding in check_survey(definition) if finding.is_error]
    if errors:
        raise NotReady(errors)
    db.session.refresh(survey, ["has_answers", "current_version"], with_for_update=True)
    _require_harmless(survey, compare_draft(survey), same_meaning=same_meaning)
    version = SurveyVersion(
        survey_id=survey.id,
        version=_next_version(survey),
        definition=dump(definition),
        sha256=fingerprint(definition),
        note=text.clean_line(note, rules.MAX_NOTE),
        published_at=now(),
        published_by=actor.account_id,
    )
    db.session.add(version)
    survey.current_version = version.version
    _take_over(survey, definition)
    db.session.flush()
    announce_rewritten(actor, survey, "survey.version")
    return version


def list_versions(survey: Survey) -> Sequence[SurveyVersion]:
    """Newest first."""
    query = select(SurveyVersion).where(SurveyVersion.survey_id == survey.id)
    return db.session.scalars(query.order_by(SurveyVersion.version.desc())).all()


def _next_version(survey: Survey) -> int:
    query = select(func.max(SurveyVersion.version)).where(SurveyVersion.survey_id == survey.id)
    return (db.session.scalar(query) or 0) + 1


def _take_over(survey: Survey, definition: Definition) -> None:
    survey.title = definition.title.say(definition.language) or survey.title
    known = list(survey.languages)
    new = [language for language in definition.languages if language not in known]
    survey.languages = [*known, *new]


def _require_harmless(survey: Survey, changes: Sequence[Change], *, same_meaning: bool) -> None:
    if not may_replace(changes, has_answers=survey.has_answers):
        raise Mixing([change for change in changes if change.effect is Effect.FORBIDDEN])
    asked = [change for change in changes if change.asks]
    if survey.has_answers and asked and not same_meaning:
        raise Unconfirmed(asked)


def _require_newest(survey: Survey, revision: int) -> None:
    db.session.refresh(survey, ["draft_revision", "draft_step"], with_for_update=True)
    if survey.draft_revision != revision:
        raise Conflict(
            "Inzwischen hat jemand anderes die Fragen geändert. Bitte laden Sie die Seite neu."
        )


def _step(actor: Actor, survey: Survey, revision: int, by: int) -> int:
    rules.require_may_edit(actor, survey)
    _require_newest(survey, revision)
    step = survey.draft_step + by
    if db.session.get(DraftStep, (survey.id, step)) is None:
        raise Conflict("Weiter geht es in dieser Richtung nicht.")
    survey.draft_step = step
    return _stand_at(survey, step, draft_of(survey))


def _stand_at(survey: Survey, step: int, definition: Definition) -> int:
    survey.draft_step, survey.draft_revision = step, survey.draft_revision + 1
    if survey.current_version == 0:
        survey.title = definition.title.say(definition.language) or survey.title
    db.session.flush()
    return survey.draft_revision
