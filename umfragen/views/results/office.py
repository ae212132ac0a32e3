"""The office reads: all questions, two against each other, how answering went, the map."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from kern.errors import NotFound
from kern.i18n import _, _l
from kern.web import current_actor
from umfragen.definition.questions import Files, Place
from umfragen.results import report
from umfragen.results.course import begun
from umfragen.results.figures import figures_of
from umfragen.results.gathering import Selection, whole_counts
from umfragen.results.marking import count_marks
from umfragen.results.places import geojson, heat, listed
from umfragen.results.selecting import Filter
from umfragen.results.shown import Show
from umfragen.statistics.quality import Mark
from umfragen.store.files import list_of_question
from umfragen.store.inbox import count_waiting
from umfragen.views.results.blueprint import blueprint
from umfragen.views.results.pages import (
    Chosen,
    CrossPage,
    CrossWords,
    Office,
    OverviewPage,
    Table,
    asked_item,
    can_weigh,
    chosen_by,
    comparison_table,
    office_for,
    office_page,
    sentence_for,
    weight_words,
)

BARS = 31  # days drawn
FILES_SHOWN = 50
MARK_LABELS = {
    Mark.STRAIGHT: _l("In jeder Tabelle immer dasselbe angekreuzt"),
    Mark.REPEATED: _l("Ein Text, der mindestens dreimal gleich kam"),
}


@blueprint.get("/<slug>/auswertung")
def overview(slug: str) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    chosen = chosen_by(office, request.args)
    group = asked_item("gruppe")
    return office_page(office, "overview.html", "", page=_overview(office, chosen, group))


def _overview(office: Office, chosen: Chosen, group: int | None) -> OverviewPage:
    selection = chosen.selection
    counts = selection.counts()
    total = whole_counts(office.survey).n
    sentence, precision = sentence_for(office, counts.n, selection.effect)
    known = report.axes(office.plan, office.wording, office.survey.languages)
    axis = next((one for one in known if one.item == group), None)
    show = Show(office.wording, precision, weighted=chosen.is_weighted)
    comparisons = _compared(office, selection, axis) if axis else []
    figures = [] if axis else figures_of(office.plan.definition, counts)
    note, warns = weight_words(office.wording, selection.cells)
    return OverviewPage(
        path=office.path,
        total=round(total),
        waiting=count_waiting(office.survey.id),
        n=show.count(counts.n) if counts.n else "",
        sentence=sentence,
        axes=known,
        words=chosen.words,
        chosen=chosen.labels,
        kept=[("auffaellige", "ohne")] if chosen.is_without_marks else [],
        figures=show.figures(office.plan.questions, figures),
        comparisons=comparisons,
        group=axis.item if axis else None,
        can_weigh=can_weigh(office.survey),
        is_weighted=chosen.is_weighted,
        weight_note=note,
        weight_warns=warns,
    )


def _compared(office: Office, selection: Selection, axis: report.Axis) -> list[Table]:
    found = report.compare(office.plan, office.wording, selection, axis)
    return [comparison_table(office.wording, one) for one in found]


@blueprint.get("/<slug>/auswertung/kreuz")
def cross(slug: str) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    chosen = chosen_by(office, request.args)
    known = report.axes(office.plan, office.wording, office.survey.languages)
    by_item = {axis.item: axis for axis in known}
    down, across = by_item.get(asked_item("zeilen") or 0), by_item.get(asked_item("spalten") or 0)
    values: dict[str, Any] = {}
    if down and across:
        found = report.make_cross(office.plan, chosen.selection, down, across)
        words = CrossWords(office.wording, found, chosen.is_weighted)
        values = {
            "cross": found,
            "base": Show(office.wording, weighted=chosen.is_weighted).count(found.base),
            "tables": words.tables(),
            "verdict": words.verdict(),
            "facts": words.facts(),
            "warning": words.warning(),
        }
    page = CrossPage(
        known,
        chosen.words,
        down.item if down else None,
        across.item if across else None,
        can_weigh(office.survey),
        chosen.is_weighted,
        **values,
    )
    return office_page(office, "cross.html", "kreuz", page=page)


@blueprint.get("/<slug>/auswertung/verlauf")
def course(slug: str) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    counts = whole_counts(office.survey)
    stopped = begun(office.survey, office.plan)
    found = count_marks(office.survey, office.plan)
    days = report.days(counts)
    page = {
        "total": round(counts.n),
        "begun": stopped,
        "days": days,
        "bars": days[-BARS:],
        "sources": report.sources(counts),
        "spoken": report.spoken(counts, office.survey.languages),
        "pages": [
            (
                title or _("Seite %(number)s", number=number),
                round(shown),
                round(given),
                stopped.last.get(key, 0),
            )
            for number, (key, title, given, shown) in enumerate(
                report.answered(office.plan, counts), 1
            )
        ],
        "marks": [(str(label), found.get(mark, 0)) for mark, label in MARK_LABELS.items()],
        "has_marks": bool(found),
    }
    return office_page(office, "course.html", "verlauf", page=page)


@blueprint.get("/<slug>/auswertung/anlagen/<int:key>")
def attachments(slug: str, key: int) -> ResponseReturnValue:
    """What people uploaded, for nobody but the office."""
    office = office_for(current_actor(), slug)
    question = office.plan.questions.get(key)
    if not isinstance(question, Files):
        raise NotFound("Diese Frage gibt es nicht.")
    after = request.args.get("nach", "")
    files = list_of_question(office.survey.id, key, after, FILES_SHOWN + 1)
    page = {
        "title": office.wording.title(question),
        "files": files[:FILES_SHOWN],
        "after": files[FILES_SHOWN - 1].name if len(files) > FILES_SHOWN else "",
        "is_first": not after,
        "key": key,
    }
    return office_page(office, "attachments.html", "", page=page)


@blueprint.get("/<slug>/auswertung/karte/<int:key>")
def places(slug: str, key: int) -> ResponseReturnValue:
    office = office_for(current_actor(), slug)
    question = office.plan.questions.get(key)
    if not isinstance(question, Place):
        raise NotFound("Diese Frage gibt es nicht.")
    points = Selection(office.survey, office.plan, Filter()).points(key)
    found = geojson(heat(points, 1))
    page = {
        "title": office.wording.title(question),
        "n": len(points),
        "places": listed(found),
        "shapes": found,
    }
    return office_page(office, "map.html", "", page=page)
