"""What everybody reads of a survey: published questions of a snapshot, never live counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kern.actor import GUEST
from kern.content import Within
from kern.errors import NotFound
from kern.i18n import _, language
from kern.ids import parse_id
from kern.web import current_actor, depends_on
from kern.web.feeds import Feed, atom
from kern.web.headers import CSP
from umfragen.engine import Plan
from umfragen.models import PublishedQuestion, Snapshot, Survey
from umfragen.results import publication, texts
from umfragen.results.figures import Figure, text_items
from umfragen.results.keeping import dump
from umfragen.results.places import listed
from umfragen.results.precision import honest_sentence, precision_of
from umfragen.results.publication import WHOLE
from umfragen.results.publishing import OTHERS
from umfragen.results.shown import Show, ShownFigure
from umfragen.results.wording import Wording
from umfragen.rules import Settings
from umfragen.service import get_survey_for
from umfragen.store.plans import plan_of
from umfragen.views.results.blueprint import blueprint

GONE = "Ein Ergebnis dieser Umfrage ist noch nicht veröffentlicht."
FEW_TEXTS = 5  # on the page itself
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    shown: ShownFigure
    outcome: Markup
    places: Sequence[tuple[str, str]] = ()
    shapes: Any = None
    texts: Sequence[tuple[str, Sequence[str], str]] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A published result in the reader's language. `view`: empty, or `<item>.<code>`."""

    survey: Survey
    plan: Plan
    snapshot: Snapshot
    rows: dict[int, PublishedQuestion]
    wording: Wording
    view: str
    n: int
    figures: Sequence[Figure]

    @property
    def path(self) -> str:
        return f"/umfragen/{self.survey.slug}/ergebnis"

    def sentence(self) -> str:
        precision = precision_of(self.survey) if not self.view else None
        return honest_sentence(self.survey, self.snapshot.total, precision)

    def protection(self) -> str:
        return _(
            "Zum Schutz aller, die geantwortet haben, sind Gruppen unter %(k)s Menschen"
            " zusammengefasst oder nicht gezeigt, und jede Zahl ist um höchstens 2 verändert oder"
            " gerundet. Summen können deshalb leicht abweichen.",
            k=self.survey.k_min,
        )


def result_for(slug: str, view: str = "") -> Result:
    """The gate: NotFound while nothing is published."""
    survey = get_survey_for(current_actor(), slug)
    depends_on(survey.scope_id)
    rows = publication.published(survey.id)
    snapshot = publication.latest(survey.id)
    if not publication.is_public(survey) or snapshot is None:
        raise NotFound(GONE)
    found = publication.figures_in(snapshot, view)
    if found is None:
        raise NotFound("Diese Gruppe gibt es hier nicht.")
    plan = plan_of(survey, snapshot.data["version"])
    figures = [one for one in found[1] if one.key in rows and one.key in plan.questions]
    return Result(
        survey, plan, snapshot, rows, Wording(plan.definition, language()), view, found[0], figures
    )


@blueprint.get("/<slug>/ergebnis")
def result(slug: str) -> ResponseReturnValue:
    found = result_for(slug, request.args.get("gruppe", ""))
    questions = list(_questions(found))
    whole = found.rows.get(WHOLE)
    page = {
        "total": found.snapshot.total,
        "n": found.n,
        "taken_at": found.snapshot.taken_at,
        "sentence": found.sentence(),
        "summary": _summary(whole),
        "whole": Markup(whole.html) if whole and whole.html else "",  # noqa: S704 - sanitised at write
        "office": Settings.of(found.survey.settings).office,
        "filters": list(_filters(found)),
        "group": _group(found),
        "figures": questions,
        "has_map": any(one.places for one in questions),
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
    found = result_for(slug)
    page = {
        "sentence": found.sentence(),
        "figures": list(_questions(found)),
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
    found = result_for(slug, request.args.get("gruppe", ""))
    response = jsonify(
        {
            "title": found.survey.title,
            "taken_at": found.snapshot.taken_at.isoformat(),
            "answers": found.n,
            "note": found.sentence(),
            "smallest_group": found.survey.k_min,
            "noise": 2,
            "groups": {
                str(item): codes for item, codes in publication.groups_in(found.snapshot).items()
            },
            "questions": [
                {
                    **dump(figure),
                    "title": found.wording.title(found.plan.questions[figure.key]),
                    "labels": _labels(found, figure),
                    "outcome": found.rows[figure.key].plain,
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
    found = result_for(slug)
    question = found.plan.question_of(item) if item in found.plan.items else None
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
        title=found.wording.title(question),
        texts=[one.text for one in listed_[:PER_PAGE]],
        following=f"{here}?ab={listed_[PER_PAGE - 1].id}" if len(listed_) > PER_PAGE else "",
        first=here if after else "",
    )


def _questions(found: Result) -> Iterator[ShownQuestion]:
    """Texts and maps only with all answers: of a group they would tell too much."""
    precision = precision_of(found.survey) if not found.view else None
    show = Show(found.wording, precision, k=found.survey.k_min)
    released = {} if found.view else texts.count_public(found.survey.id)
    for number, figure in enumerate(found.figures, 1):
        question = found.plan.questions[figure.key]
        row = found.rows[figure.key]
        shapes = None if found.view else found.snapshot.data["places"].get(str(figure.key))
        yield ShownQuestion(
            show.figure(question, figure, number),
            Markup(row.html),  # noqa: S704 - sanitised at write
            listed(shapes, more=True) if shapes else (),
            shapes,
            list(_texts(found, figure, released)),
        )


def _texts(
    found: Result, figure: Figure, released: Any
) -> Iterator[tuple[str, Sequence[str], str]]:
    question = found.plan.questions[figure.key]
    for item in text_items(question):
        if item not in released:
            continue
        some = texts.list_public(found.survey.id, item, FEW_TEXTS)
        more = f"{found.path}/texte/{item}" if released[item] > FEW_TEXTS else ""
        title = "" if item == figure.key else found.wording.item(question, item)
        yield title, [one.text for one in some], more


def _filters(found: Result) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    for item, codes in publication.groups_in(found.snapshot).items():
        question = found.plan.questions[item]
        chips = [
            (
                group_label(found, item, code),
                f"{found.path}?gruppe={item}.{code}",
                found.view == f"{item}.{code}",
            )
            for code in codes
        ]
        yield found.wording.title(question), chips


def _group(found: Result) -> str:
    if not found.view:
        return ""
    item, _dot, code = found.view.partition(".")
    return group_label(found, int(item), int(code))


def group_label(found: Result, item: int, code: int) -> str:
    if code == OTHERS:
        return _("alle anderen")
    return found.wording.label(found.plan.questions[item], code)


def _labels(found: Result, figure: Figure) -> dict[str, str]:
    question = found.plan.questions[figure.key]
    codes = {
        code
        for block in figure.blocks
        if not block.spans
        for code in (*(line.code for line in block.lines), *block.merged, *block.hidden)
    } | {rank.code for rank in figure.ranks}
    return {str(code): found.wording.label(question, code) for code in sorted(codes)}


def _summary(whole: PublishedQuestion | None) -> str:
    plain = whole.plain if whole else ""
    return plain[:200]
