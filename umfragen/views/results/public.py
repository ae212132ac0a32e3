"""What everybody reads of a survey: published questions of a snapshot, never live counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kern.actor import GUEST
from kern.content import Within
from kern.errors import NotFound
from kern.i18n import _
from kern.ids import parse_id
from kern.web.feeds import Feed, atom
from kern.web.headers import CSP
from umfragen.results import publication, texts
from umfragen.results.figures import Figure, text_items
from umfragen.results.keeping import dump
from umfragen.results.publication import WHOLE
from umfragen.rules import Settings
from umfragen.service import get_survey_for
from umfragen.views.results.blueprint import blueprint
from umfragen.views.results.charts import Chart, Drawn, charts_of
from umfragen.views.results.released import GONE, Released, Result, released_for, result_of

SUMMARY = 200  # characters of the office's word, for search engines
FEW_TEXTS = 5  # on the page itself
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """A question on the page: its chart, and what is no part of it. `texts`: title, the first few,
    and where all of them stand."""

    chart: Chart
    outcome: Markup
    texts: Sequence[tuple[str, Sequence[str], str]] = ()


@blueprint.get("/<slug>/ergebnis")
def result(slug: str) -> ResponseReturnValue:
    found = released_for(slug, request.args.get("gruppe", ""))
    drawn = charts_of(found)
    whole = found.rows.get(WHOLE)
    page = {
        "total": found.total,
        "n": drawn.n,
        "taken_at": found.taken_at,
        "sentence": found.sentence(),
        "summary": whole.plain[:SUMMARY] if whole else "",
        "whole": Markup(whole.html) if whole else "",  # noqa: S704 - sanitised at write
        "office": Settings.of(found.survey.settings).office,
        "filters": drawn.filters,
        "group": drawn.group,
        "figures": list(_questions(found, drawn)),
        "has_map": any(chart.map for chart in drawn.charts),
        "protection": found.protection(),
        "downloads": [
            (f"{found.path}.xlsx", _("Excel-Datei")),
            (f"{found.path}.csv", _("CSV-Datei")),
            (f"{found.path}.json", _("JSON-Datei")),
            (f"{found.path}/open-data.zip", _("Alles zusammen als offene Daten")),
        ],
        "embed": f"{request.host_url.rstrip('/')}{found.path}/einbetten",
    }
    return render_template(
        "umfragen/ergebnis/page.html", survey=found.survey, scope=found.survey.scope, page=page
    )


@blueprint.get("/<slug>/ergebnis/einbetten")
def embed(slug: str) -> ResponseReturnValue:
    """For frames on other people's pages: nothing to click on but the way here."""
    found = released_for(slug)
    page = {
        "sentence": found.sentence(),
        "charts": charts_of(found).charts,
        "address": f"{request.host_url.rstrip('/')}{found.path}",
    }
    response = Response(
        render_template("umfragen/ergebnis/embed.html", survey=found.survey, page=page)
    )
    response.headers["Content-Security-Policy"] = CSP.replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    )
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/<slug>/ergebnis.json")
def as_json(slug: str) -> ResponseReturnValue:
    """The page as data: the same protected figures, with the words for their codes."""
    released = released_for(slug, request.args.get("gruppe", ""))
    found = result_of(released)
    response = jsonify(
        {
            "title": released.survey.title,
            "taken_at": found.snapshot.taken_at.isoformat(),
            "answers": found.n,
            "note": released.sentence(),
            "smallest_group": released.survey.k_min,
            "noise": 2,
            "groups": {
                str(item): codes for item, codes in publication.groups_in(found.snapshot).items()
            },
            "questions": [
                {
                    **dump(figure),
                    "title": found.wording.title(found.plan.questions[figure.key]),
                    "labels": _labels(found, figure),
                    "outcome": released.rows[figure.key].plain,
                }
                for figure in found.figures
            ],
        }
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/<slug>/ergebnis/atom.xml")
def feed(slug: str) -> ResponseReturnValue:
    """For everybody: a reader of feeds cannot log in."""
    survey = get_survey_for(GUEST, slug)
    if not survey.scope.is_public or not publication.is_public(survey):
        raise NotFound(GONE)
    here = f"/umfragen/{survey.slug}"
    return atom(Feed(f"{here}/ergebnis/atom.xml", f"{here}/ergebnis", survey.title,
                     Within(survey.scope_id)))  # fmt: skip


@blueprint.get("/<slug>/ergebnis/texte/<int:item>")
def public_texts(slug: str, item: int) -> ResponseReturnValue:
    found = released_for(slug)
    shown = result_of(found)
    question = shown.plan.question_of(item) if item in shown.plan.items else None
    if question is None or question.key not in found.rows or item not in text_items(question):
        raise NotFound("Diese Texte gibt es nicht.")
    after = parse_id(request.args.get("ab")) or 0
    listed_ = texts.list_public(found.survey.id, item, PER_PAGE + 1, after)
    if not listed_:
        raise NotFound("Diese Texte gibt es nicht.")
    here = f"{found.path}/texte/{item}"
    return render_template(
        "umfragen/ergebnis/texts.html",
        survey=found.survey,
        title=shown.wording.title(question),
        texts=[one.text for one in listed_[:PER_PAGE]],
        following=f"{here}?ab={listed_[PER_PAGE - 1].id}" if len(listed_) > PER_PAGE else "",
        first=here if after else "",
    )


def _questions(found: Released, drawn: Drawn) -> Iterator[ShownQuestion]:
    """Texts only with all answers: of a group they would tell too much."""
    counts = {} if found.view else texts.count_public(found.survey.id)
    first = texts.first_public(found.survey.id, counts.keys(), FEW_TEXTS)
    for chart in drawn.charts:
        outcome = Markup(found.rows[chart.key].html)  # noqa: S704 - sanitised at write
        own = [
            (title, first[item], f"{found.path}/texte/{item}" if counts[item] > FEW_TEXTS else "")
            for item, title in chart.items
            if item in first
        ]
        yield ShownQuestion(chart, outcome, own)


def _labels(found: Result, figure: Figure) -> dict[str, str]:
    question = found.plan.questions[figure.key]
    codes = {
        code
        for block in figure.blocks
        if not block.spans
        for code in (*(line.code for line in block.lines), *block.merged, *block.hidden)
    } | {rank.code for rank in figure.ranks}
    return {str(code): found.wording.label(question, code) for code in sorted(codes)}
