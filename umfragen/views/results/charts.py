"""Charts of a published result as HTML, drawn once: a snapshot never changes, and drawing fifty of
them takes four times as long as the rest of the page.

What people wrote and what the office says stands below a chart and is no part of it.
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template
from markupsafe import Markup

from kern.i18n import language
from kern.web import kept_part
from umfragen.results import publication
from umfragen.results.figures import text_items
from umfragen.results.places import listed
from umfragen.results.shown import Show, ShownFigure
from umfragen.views.results.released import Released, Result, result_of


@dataclass(frozen=True, slots=True)
class Chart:
    """`html` is without its end, so that something may stand below. `items`: those whose answers
    are free text, with their titles."""

    key: int
    is_texts: bool
    items: Sequence[tuple[int, str]]
    html: Markup
    map: Markup


@dataclass(frozen=True, slots=True)
class Drawn:
    """`n`: answers in this view; `group`: the view in words; `filters`: the ways to others."""

    n: int
    group: str
    filters: Markup
    charts: Sequence[Chart]


def charts_of(found: Released) -> Drawn:
    """Raises NotFound for a view that there is not."""
    survey = found.survey
    depends = (
        *(survey.id, survey.slug, survey.revision, survey.k_min, found.precision),
        *(found.snapshot_id, found.taken_at.isoformat(), found.view, sorted(found.rows)),
        language(),
    )  # the number of a snapshot comes again where a backup was restored, its time does not
    key = ("umfragen.charts", *map(str, depends))
    return _read(kept_part(key, lambda: _write(result_of(found))))


def _write(found: Result) -> bytes:
    """The head in JSON, then the pieces of HTML: filters, and chart and map of each question."""
    questions = list(_questions(found))
    cut = secrets.token_hex()
    html = render_template(
        "umfragen/ergebnis/_drawn.html", filters=_filters(found), questions=questions, cut=cut
    )
    pieces = html.split(cut)
    head = {
        "n": found.n,
        "group": found.group,
        "lengths": [len(piece) for piece in pieces],
        "charts": [
            (one.shown.key, one.shown.shape == "texts", list(one.items)) for one in questions
        ],
    }
    return f"{json.dumps(head)}\n{''.join(pieces)}".encode()


def _read(told: bytes) -> Drawn:
    written, _line, html = told.decode().partition("\n")
    head = json.loads(written)
    pieces = _pieces(html, head["lengths"])
    filters = next(pieces)
    charts = [
        Chart(key, is_texts, [(item, title) for item, title in items], next(pieces), next(pieces))
        for key, is_texts, items in head["charts"]
    ]
    return Drawn(head["n"], head["group"], filters, charts)


def _pieces(html: str, lengths: Sequence[int]) -> Iterator[Markup]:
    at = 0
    for length in lengths:
        yield Markup(html[at : at + length])  # noqa: S704 - our own template made it
        at += length


@dataclass(frozen=True, slots=True)
class _Question:
    shown: ShownFigure
    items: Sequence[tuple[int, str]]
    places: Sequence[tuple[str, str]]
    shapes: Any


def _questions(found: Result) -> Iterator[_Question]:
    """Maps only with all answers: of a group they would tell too much."""
    show = Show(found.wording, found.released.precision, k=found.survey.k_min)
    for number, figure in enumerate(found.figures, 1):
        question = found.plan.questions[figure.key]
        places = {} if found.released.view else found.snapshot.data["places"]
        shapes = places.get(str(figure.key))
        items = [
            (item, "" if item == figure.key else found.wording.item(question, item))
            for item in text_items(question)
        ]
        named = listed(shapes, more=True) if shapes else ()
        yield _Question(show.figure(question, figure, number), items, named, shapes)


def _filters(found: Result) -> Iterator[tuple[str, list[tuple[str, str, bool]]]]:
    released = found.released
    for item, codes in publication.groups_in(found.snapshot).items():
        views = [(code, f"{item}.{code}") for code in codes]
        chips = [
            (found.label_of(item, code), f"{released.path}?gruppe={view}", released.view == view)
            for code, view in views
        ]
        yield found.wording.title(found.plan.questions[item]), chips
