"""Versions made ready to ask, kept in memory by their fingerprint: a version never changes."""

from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, select

from kern.db import Quick, db
from kern.errors import Conflict
from umfragen.definition import Definition, fingerprint, load
from umfragen.engine import Plan, make_plan
from umfragen.models import DraftStep, Survey, SurveyVersion

KEPT = 64


def definition_of(survey: Survey, version: int | None = None) -> Definition:
    """A published version, by default the current one. Raises Conflict when there is none."""
    return plan_of(survey, version).definition


def plan_of(survey: Survey, version: int | None = None) -> Plan:
    wanted = survey.current_version if version is None else version
    known = _of_survey.setdefault(survey, {})
    if wanted not in known:
        known[wanted] = _plan_of(survey, wanted)
    return known[wanted]


def _plan_of(survey: Survey, wanted: int) -> Plan:
    found = _SHA256.first({"survey": survey.id, "version": wanted})
    if found is None:
        raise Conflict("Die Fragen dieser Umfrage sind noch nicht veröffentlicht.")
    sha256: str = found[0]
    plan = _plans.get(sha256)
    if plan is None:
        row = (SurveyVersion.survey_id == survey.id, SurveyVersion.version == wanted)
        document = db.session.scalar(select(SurveyVersion.definition).where(*row))
        plan = _plans.keep(sha256, make_plan(load(document)))
    return plan


_SHA256 = Quick(
    select(SurveyVersion.sha256).where(
        SurveyVersion.survey_id == bindparam("survey"),
        SurveyVersion.version == bindparam("version"),
    )
)


def draft_of(survey: Survey) -> Definition:
    """What the editor sees."""
    row = (DraftStep.survey_id == survey.id, DraftStep.step == survey.draft_step)
    return load(db.session.scalar(select(DraftStep.definition).where(*row)))


def draft_plan(survey: Survey) -> Plan:
    """For trying the draft out."""
    definition = draft_of(survey)
    sha256 = fingerprint(definition)
    return _plans.get(sha256) or _plans.keep(sha256, make_plan(definition))


class _Plans:
    """The least recently made ones go; readers never wait for each other."""

    def __init__(self) -> None:
        self._found: dict[str, Plan] = {}

    def get(self, sha256: str) -> Plan | None:
        return self._found.get(sha256)

    def keep(self, sha256: str, plan: Plan) -> Plan:
        found = dict(self._found)
        while len(found) >= KEPT:
            found.pop(next(iter(found)))
        found[sha256] = plan
        self._found = found
        return plan


_plans = _Plans()
_of_survey: WeakKeyDictionary[Survey, dict[int, Plan]] = WeakKeyDictionary()
"""By the object of one session: a request asks several times. Goes with it."""
