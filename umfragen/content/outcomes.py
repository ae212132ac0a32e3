"""Published results in search and feeds: what the office says about them, and since when."""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup
from sqlalchemy import select

from kern.content import Entry, Ref
from kern.db import db
from kern.i18n import _
from umfragen.models import SURVEY_KEY, PublishedQuestion, Survey
from umfragen.results.publication import WHOLE, results_path
from umfragen.rules import OVER
from umfragen.service.surveys import settings_of

PART = "ergebnis"


def path_of(survey: Survey) -> str:
    """Where somebody is led who looks for a survey: what came out, once nobody can answer."""
    here = f"/umfragen/{survey.slug}"
    return results_path(survey) if survey.results_at and survey.state in OVER else here


def words_by_survey(ids: Sequence[int]) -> Mapping[int, list[str]]:
    """Of the office, about the whole and about single questions."""
    query = select(PublishedQuestion.survey_id, PublishedQuestion.plain)
    found: dict[int, list[str]] = {}
    for row in db.session.execute(query.where(PublishedQuestion.survey_id.in_(ids))):
        found.setdefault(row.survey_id, []).append(row.plain)
    return found


def entries(surveys: Sequence[Survey]) -> Iterator[Entry]:
    """For those that have results."""
    query = select(PublishedQuestion.survey_id, PublishedQuestion.html).where(
        PublishedQuestion.survey_id.in_([survey.id for survey in surveys]),
        PublishedQuestion.question_key == WHOLE,
    )
    html = {row.survey_id: row.html for row in db.session.execute(query)}
    for survey in surveys:
        if survey.results_at is not None:
            yield Entry(
                ref=Ref(SURVEY_KEY, survey.id),
                title=_("Ergebnis der Umfrage: %(title)s", title=survey.title),
                html=html.get(survey.id) or _default(survey),
                author=settings_of(survey).office,
                path=results_path(survey),
                at=survey.results_at,
                changed_at=survey.results_changed_at or survey.results_at,
                part=PART,
            )


def _default(survey: Survey) -> str:
    words = _(
        "Was bei „%(title)s“ herausgekommen ist, steht jetzt für alle da.", title=survey.title
    )
    return Markup("<p>{}</p>").format(words)
