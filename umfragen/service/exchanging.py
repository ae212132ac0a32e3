"""Surveys and answers in and out of files, for pages and commands alike."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import select

from kern.actor import Actor
from kern.db import db
from kern.errors import Conflict, Invalid, NotFound
from kern.scope import Scope
from umfragen import rules
from umfragen.definition import Definition, Text
from umfragen.definition.model import question_keys
from umfragen.definition.questions import AnyQuestion, Choice, Matrix
from umfragen.exchange.answers import Stored
from umfragen.exchange.files import Handed, open_answers, read_answers, read_file
from umfragen.exchange.fitting import Imported
from umfragen.exchange.formats import Format, write_file
from umfragen.exchange.limesurvey.responses import AnswerRow
from umfragen.exchange.report import Refused, Report
from umfragen.models import Source, Survey
from umfragen.service.answering import today
from umfragen.service.submitting import lock, submit_key
from umfragen.service.surveys import create_survey
from umfragen.store import inbox, ledger, rows
from umfragen.store.inbox import Given
from umfragen.store.plans import definition_of, draft_of, plan_of

BATCH = 500


@dataclass(frozen=True, slots=True)
class Brought:
    """A draft made of a file, and what became of the file. `answers`: how many it holds too."""

    survey: Survey
    report: Report
    source: str
    answers: int


def project_scope(slug: str) -> Scope:
    """For commands, which know a project by its address."""
    scope = db.session.scalar(select(Scope).where(Scope.kind == "project", Scope.slug == slug))
    if scope is None:
        raise NotFound("Dieses Projekt gibt es nicht.")
    return scope


def import_survey(actor: Actor, scope: Scope, data: bytes, *, title: str = "") -> Brought:
    """Makes a draft. Raises Invalid, on the field `file`, for what we cannot read."""
    rules.require_may_create(actor, scope.id)
    imported = _read(data)
    definition = imported.definition
    if title:
        words = Text.of({**dict(definition.title), definition.language: title})
        definition = replace(definition, title=words)
    survey = create_survey(actor, scope, "", definition=definition)
    return Brought(survey, imported.report, imported.source, count_answers(data))


def count_answers(data: bytes) -> int:
    """How many complete answers a file brings along."""
    return sum(row.complete for row in read_answers(data))


def _read(data: bytes) -> Imported:
    try:
        return read_file(data)
    except Refused as refused:
        raise Invalid(refused.message, field="file", **refused.params) from refused


@dataclass
class Bringing:
    """Answers on their way into a survey. `lost`: values so far that fitted no question, or one
    that is hidden; `others`: names of columns without a question."""

    handed: Handed
    key: str
    lost: int = 0

    @cached_property
    def count(self) -> int:
        """Of those that were sent, and are taken."""
        return sum(row.complete for row in self.handed.rows())

    @property
    def incomplete(self) -> int:
        return sum(1 for _ in self.handed.rows()) - self.count

    @property
    def others(self) -> tuple[str, ...]:
        return self.handed.unknown


def open_handed(actor: Actor, survey: Survey, data: bytes, structure: bytes = b"") -> Bringing:
    """Raises Conflict where the answers belong to other questions, Invalid for no file of ours.
    `structure`: the survey as .lss, beside a table of answers."""
    rules.require_may_edit(actor, survey)
    if survey.current_version == 0:
        raise Conflict("Bitte veröffentlichen Sie erst eine Fassung der Fragen.")
    try:
        handed = open_answers(data, plan_of(survey), structure)
    except Refused as refused:
        raise Invalid(refused.message, field="file", **refused.params) from refused
    if handed.definition and not _fits(handed.definition, definition_of(survey)):
        raise Conflict("Die Antworten gehören zu anderen Fragen als dieser Umfrage.")
    return Bringing(handed, hashlib.sha256(data).hexdigest())


def import_answers(survey: Survey, bringing: Bringing) -> Iterator[int]:
    """Adds the complete answers; yields how many were read so far. The same file adds nothing a
    second time. Answers without a day get today's."""
    lock(survey)
    count = 0
    for count, row in enumerate(bringing.handed.complete(), 1):
        bringing.lost += row.lost
        if ledger.keep_submit_key(survey.id, submit_key(survey, f"import:{bringing.key}:{count}")):
            _put(survey, row)
        if count % BATCH == 0:
            inbox.move(survey, plan_of(survey))
            yield count
    # Answers of people may wait there too: those leave among ten, as ever.
    inbox.move(survey, plan_of(survey), keep=0 if survey.state in rules.BEFORE else inbox.LEAST)
    db.session.flush()
    yield count


def _fits(theirs: Definition, ours: Definition) -> bool:
    """Whether both number the same questions the same way; their words may differ."""
    return _shapes(theirs) == _shapes(ours)


def _shapes(definition: Definition) -> list[tuple[object, ...]]:
    return [
        (question.KIND, *question_keys(question), *_codes(question))
        for question in definition.questions()
    ]


def _codes(question: AnyQuestion) -> Iterator[tuple[int, str]]:
    if isinstance(question, Matrix):
        yield from ((column.code, column.name) for column in question.columns)
    elif isinstance(question, Choice):
        yield from ((option.code, option.name) for option in question.options)


def _put(survey: Survey, row: AnswerRow) -> None:
    given = Given(
        version=survey.current_version,
        day=row.day or today(),
        language=row.language
        if row.language in survey.languages
        else definition_of(survey).language,
        source=Source.IMPORT,
        answers=row.answers,
        receipt_hash=None,
    )
    inbox.put(survey, given)
    survey.has_answers = True


def export_survey(actor: Actor, survey: Survey, form: Format) -> tuple[bytes, Report]:
    """What the editor has before them."""
    rules.require_may_edit(actor, survey)
    return write_file(draft_of(survey), form)


def stream_answers(actor: Actor, survey: Survey) -> Iterator[Stored]:
    """Every counted answer, for the writers of `umfragen.exchange.answers`."""
    rules.require_may_see_results(actor, survey)
    for row in rows.stream(survey):
        yield Stored(row.answers, row.day.isoformat(), row.language, row.source, row.version)
