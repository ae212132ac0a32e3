"""Dates and times are counted in groups people think in, for the office and, protected, for all."""

import pytest

from kern.actor import Actor
from kern.db import db
from kern.town import Town
from tests.umfragen.made import make_open_survey
from tests.umfragen.results.conftest import DAY, keys_of
from tests.umfragen.surveys import make_survey, question
from umfragen.definition.questions import When
from umfragen.models import FreeText, Source
from umfragen.results import publication
from umfragen.results.figures import figures_of
from umfragen.results.gathering import Selection, whole_counts
from umfragen.results.publication import Choice
from umfragen.results.selecting import Filter
from umfragen.results.shown import Show
from umfragen.results.spans import Span, spans_of_moments
from umfragen.results.wording import Wording
from umfragen.store import inbox
from umfragen.store.inbox import Given
from umfragen.store.moments import number_of
from umfragen.store.plans import plan_of


def labels(clock: str, *said: str) -> list[str]:
    definition = make_survey([question("when", "tag", clock=clock)])
    asked = next(iter(definition.questions()))
    assert isinstance(asked, When)
    values = dict.fromkeys((number_of(one) or 0.0 for one in said), 1.0)
    return [
        Wording(definition, "de").span_of(asked, span) for span in spans_of_moments(asked, values)
    ]


def test_few_days_are_told_one_by_one_many_by_month_or_year() -> None:
    assert labels("date", "2026-05-04", "2026-05-06") == ["4. Mai 2026", "6. Mai 2026"]
    many = labels("date", *(f"2026-{month:02}-{day:02}" for month in (4, 6) for day in range(1, 9)))
    assert many == ["April 2026", "Mai 2026", "Juni 2026"]
    years = labels("date", *(f"{year}-03-01" for year in range(1990, 2004)))
    assert years[0] == "1990"
    assert years[-1] == "2003"


def test_times_are_told_by_the_hour() -> None:
    assert labels("time", "07:10", "07:50", "09:00") == [
        "7 bis 8 Uhr",
        "8 bis 9 Uhr",
        "9 bis 10 Uhr",
    ]
    assert labels("both", "2026-05-04T23:59", "2026-05-05T00:00") == ["4. Mai 2026", "5. Mai 2026"]


def test_months_put_together_for_protection_are_still_words() -> None:
    definition = make_survey([question("when", "tag")])
    asked = next(iter(definition.questions()))
    low, high = number_of("2026-05-01") or 0, number_of("2026-08-01") or 0
    span = Wording(definition, "de").span_of(asked, Span(low, high, is_open=True))
    assert span == "Mai 2026 bis Juli 2026"


@pytest.mark.parametrize("said", ["gestern", "", "2026-13-01", None])
def test_what_is_no_date_is_no_number(said: object) -> None:
    assert number_of(said) is None


def test_the_report_and_the_published_result_count_days_and_no_texts(
    town: Town, planner: Actor
) -> None:
    survey = make_open_survey([question("when", "tag"), question("yes_no", "rad")])
    plan, keys = plan_of(survey), keys_of(survey)
    for number in range(24):
        row = {str(keys["tag"]): f"2026-05-0{1 + number % 3}", str(keys["rad"]): 1 + number % 2}
        inbox.put(survey, Given(survey.current_version, DAY, "de", Source.WEB, row, None))
    inbox.move(survey, plan, keep=0)
    db.session.flush()
    show = Show(Wording(plan.definition, "de"))
    whole = show.figures(plan.questions, figures_of(plan.definition, whole_counts(survey)))[0]
    assert [(bar.label, bar.n) for bar in whole.blocks[0].bars] == [
        ("1. Mai 2026", "8"),
        ("2. Mai 2026", "8"),
        ("3. Mai 2026", "8"),
    ]
    assert not whole.texts
    assert not whole.blocks[0].facts
    assert not db.session.query(FreeText).count()
    some = Selection(survey, plan, Filter({keys["rad"]: frozenset({1})})).counts()
    assert sum(some.numbers[keys["tag"], 0].values()) == 12
    publication.take_snapshot(planner, survey, [])
    publication.publish(planner, survey, Choice(frozenset(keys.values()), {}))
    snapshot = publication.latest(survey.id)
    assert snapshot
    found = publication.figures_in(snapshot)
    assert found
    assert [line.n for line in found[1][0].blocks[0].lines] == [10, 10, 10]  # rounded to fives
