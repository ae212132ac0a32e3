"""What the page of a project shows of its surveys."""

from flask import render_template, request
from markupsafe import Markup

from kern.clock import now
from kern.content import Ref
from kern.i18n import language
from kern.panels import Layer, Panel
from kern.web import current_actor
from umfragen import rules
from umfragen.models import Survey
from umfragen.results.layers import places_of
from umfragen.results.places import listed
from umfragen.results.publication import results_path
from umfragen.results.wording import Wording
from umfragen.service.running import list_of_scope
from umfragen.store.plans import plan_of
from umfragen.views.answering.listing import card_of

MOST = 6
_KNOWN = "dorflinde.surveys_of_scopes"


def _surveys(scope_id: int) -> list[Survey]:
    """One query, for the list and the map of a page. They are as they were when the first of the
    two asked: a page is drawn when all that its request changes is written."""
    known: dict[int, list[Survey]] = request.environ.setdefault(_KNOWN, {})
    if scope_id not in known:
        known[scope_id] = list_of_scope(scope_id, MOST)
    return known[scope_id]


def _render(_ref: Ref, scope_id: int) -> Markup:
    cards = [card_of(survey, now()) for survey in _surveys(scope_id)]
    may_create = current_actor().may(rules.EDIT, scope_id)
    if not cards and not may_create:
        return Markup("")
    html = render_template("umfragen/ausfuellen/_panel.html", cards=cards, may_create=may_create)
    return Markup(html)  # noqa: S704 - our own template


def _layers(_ref: Ref, scope_id: int) -> list[Layer]:
    """Where people put a point, as far as the results are published."""
    return [
        Layer(
            title=Wording(plan_of(one.survey).definition, language()).title(one.question),
            path=f"{results_path(one.survey)}#frage-{one.question.key}",
            shapes=one.shapes,
            rows=listed(one.shapes, more=True),
        )
        for one in places_of(_surveys(scope_id))
    ]


PANEL = Panel("umfragen.umfragen", frozenset({"beteiligung.project"}), _render, _layers)
