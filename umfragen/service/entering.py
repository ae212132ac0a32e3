"""Answers from paper, telephone and counter: entered once, or twice and compared.

Each sheet has a number of its own, so it counts once. Who entered what is nowhere: the protocol
says how many sheets somebody entered on a day, and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from kern import audit, text
from kern.actor import Actor
from kern.audit import AuditEntry
from kern.calendar import end_of_day, to_local
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, Invalid, NotFound
from kern.ids import new_token
from umfragen import rules
from umfragen.engine import Answers, Sheet, fill, find_faults, from_json, to_json
from umfragen.engine.answers import value_to_json
from umfragen.models import AnswerDraft, Level, Source, Survey
from umfragen.service.access import read_admission, take_part
from umfragen.service.answering import Filling, answers_in, expiry, hash_of
from umfragen.service.changes import ref_of
from umfragen.service.submitting import Faulty, count, lock
from umfragen.store.plans import plan_of
from umfragen.store.sealing import seal

ENTERED = frozenset({Source.PAPER, Source.PHONE, Source.COUNTER})
MAX_SHEET = 20
ACT = "survey.enter"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An item that two people read differently, as JSON values; None for no answer."""

    item: int
    first: object
    second: object


class Differing(Conflict):
    """The two entries of a sheet are not the same; nothing is counted yet."""

    def __init__(self, mismatches: Sequence[Mismatch]) -> None:
        super().__init__("Die Eingaben sind verschieden. Bitte sehen Sie auf dem Bogen nach.")
        self.mismatches = mismatches


def enter(
    actor: Actor,
    survey: Survey,
    sheet: str,
    answers: Answers,
    *,
    source: Source = Source.PAPER,
    language: str = "",
    admission: str = "",
    accepts_gaps: bool = False,
) -> None:
    """Count a sheet. `accepts_gaps`: what is required is missing on paper, and stays so.

    Raises Invalid at "sheet", Faulty, Conflict for a sheet that was counted and after the end.
    """
    _require(actor, survey, source)
    lock(survey)
    filling = _filling(survey, answers, language)
    _count(survey, _number(sheet), filling, source, admission, accepts_gaps=accepts_gaps)
    _drop_first(survey, _number(sheet))
    _tell(actor, survey)


def enter_first(
    actor: Actor, survey: Survey, sheet: str, answers: Answers, *, language: str = ""
) -> None:
    """Keep the first of two entries; nothing is counted before the second one."""
    _require(actor, survey, Source.PAPER)
    number = _number(sheet)
    if _first(survey, number) is not None:
        raise Conflict("Dieser Bogen wartet schon auf die zweite Eingabe.")
    db.session.add(
        AnswerDraft(
            token_hash=hash_of(new_token()),
            survey_id=survey.id,
            language=_language(survey, language),
            sealed=seal(survey.id, to_json(answers)),
            expires_on=expiry(),
            sheet=number,
        )
    )
    db.session.flush()


def list_first_entries(survey: Survey) -> Sequence[str]:
    """Sheets that wait for their second entry."""
    query = select(AnswerDraft.sheet).where(
        AnswerDraft.survey_id == survey.id, AnswerDraft.sheet.is_not(None)
    )
    return [sheet for sheet in db.session.scalars(query.order_by(AnswerDraft.sheet)) if sheet]


def compare(survey: Survey, sheet: str, answers: Answers) -> list[Mismatch]:
    """The second entry beside the first one. Raises NotFound when there is no first."""
    first = _first(survey, _number(sheet))
    if first is None:
        raise NotFound("Zu diesem Bogen gibt es noch keine erste Eingabe.")
    plan = plan_of(survey)
    before = _counted(fill(plan, from_json(plan.items, answers_in(first))))
    after = _counted(fill(plan, answers))
    return [
        Mismatch(key, before.get(key), after.get(key))
        for key in plan.items
        if before.get(key) != after.get(key)
    ]


def enter_second(
    actor: Actor,
    survey: Survey,
    sheet: str,
    answers: Answers,
    *,
    language: str = "",
    admission: str = "",
    is_settled: bool = False,
    accepts_gaps: bool = False,
) -> None:
    """Count a sheet that was entered twice. Raises Differing, unless `is_settled`: somebody looked
    at the sheet again, and these are the right answers."""
    mismatches = compare(survey, sheet, answers)
    if mismatches and not is_settled:
        raise Differing(mismatches)
    enter(
        actor,
        survey,
        sheet,
        answers,
        language=language,
        admission=admission,
        accepts_gaps=accepts_gaps,
    )


def entered_on(survey: Survey, day: date) -> int:
    """How many sheets were entered that day, by anybody."""
    return sum(int(entry.detail or 0) for entry in _told(survey, day))


def _tell(actor: Actor, survey: Survey) -> None:
    """One line of the protocol per person and day, with how many: no line belongs to a sheet."""
    for entry in _told(survey, to_local(now()).date()):
        if entry.account_id == actor.account_id:
            entry.detail = str(int(entry.detail or 0) + 1)
            return
    audit.record(actor, ACT, str(ref_of(survey)), "1")


def _told(survey: Survey, day: date) -> Sequence[AuditEntry]:
    query = select(AuditEntry).where(
        AuditEntry.act == ACT,
        AuditEntry.ref == str(ref_of(survey)),
        AuditEntry.at >= end_of_day(day - timedelta(days=1)),
        AuditEntry.at < end_of_day(day),
    )
    return db.session.scalars(query).all()


def _count(
    survey: Survey,
    number: str,
    filling: Filling,
    source: Source,
    admission: str,
    *,
    accepts_gaps: bool,
) -> None:
    sheet = filling.sheet()
    faults = [fault for fault in find_faults(sheet) if not fault.soft]
    if faults and not accepts_gaps:
        raise Faulty(faults)
    if admission or survey.level == Level.CODE:
        take_part(survey, read_admission(survey, admission))
    receipt = count(survey, filling, sheet, source, f"bogen:{number}")
    if receipt.is_repeat:
        raise Conflict("Dieser Bogen ist schon gezählt.")


def _filling(survey: Survey, answers: Answers, language: str) -> Filling:
    return Filling(
        survey=survey,
        plan=plan_of(survey),
        answers=answers,
        language=_language(survey, language),
        is_test=False,
        is_change=False,
    )


def _counted(sheet: Sheet) -> dict[int, object]:
    return {key: value_to_json(value) for key, value in sheet.answers.items()}


def _require(actor: Actor, survey: Survey, source: Source) -> None:
    rules.require_may_enter(actor, survey)
    if source not in ENTERED:
        raise Invalid("Bitte wählen Sie Papier, Telefon oder Schalter.", field="source")
    rules.require_takes_entries(survey, now())


def _language(survey: Survey, language: str) -> str:
    known = plan_of(survey).definition.languages
    return language if language in known else known[0]


def _number(sheet: str) -> str:
    found = text.clean_line(sheet, MAX_SHEET + 1)
    if not found or len(found) > MAX_SHEET:
        raise Invalid("Bitte die Nummer, die auf dem Bogen steht.", field="sheet")
    return found.casefold()


def _first(survey: Survey, number: str) -> AnswerDraft | None:
    query = select(AnswerDraft).where(
        AnswerDraft.survey_id == survey.id, AnswerDraft.sheet == number
    )
    return db.session.scalar(query)


def _drop_first(survey: Survey, number: str) -> None:
    first = _first(survey, number)
    if first is not None:
        db.session.delete(first)
        db.session.flush()
