"""What everybody reads: the list, a project, its dates for calendars, a draft by its link."""

from collections.abc import Sequence

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from beteiligung.project import rules
from beteiligung.project.content import STANDING_LABELS
from beteiligung.project.models import Project
from beteiligung.project.rules import EDIT, EXPORT, Standing
from beteiligung.project.service.changes import ref_of
from beteiligung.project.service.reading import (
    GONE,
    get_preview,
    get_project_for,
    get_tombstone_for,
    list_cards,
)
from beteiligung.project.views.blueprint import blueprint
from beteiligung.project.views.shown import (
    ProjectPage,
    project_page,
    size_in_words,
    when_meeting,
)
from kern.actor import GUEST, Actor
from kern.clock import now
from kern.content import Within
from kern.errors import NotFound
from kern.files.check import content_disposition
from kern.i18n import _, _l
from kern.ids import parse_id
from kern.moderation.words import removed_words
from kern.panels import Layer, layers, panels
from kern.web import current_actor, depends_on_everything, shows
from kern.web.feeds import Feed, atom, ics

CHIPS = {
    Standing.RUNNING: _l("Laufend"),
    Standing.COMING: _l("Kommend"),
    Standing.CLOSED: _l("Abgeschlossen"),
    Standing.ARCHIVED: _l("Archiv"),
    Standing.DRAFT: _l("Entwürfe"),
}


@blueprint.get("/")
def list_projects() -> ResponseReturnValue:
    depends_on_everything()
    actor, wanted = current_actor(), request.args.get("zeigen", "")
    standing = Standing(wanted) if wanted in set(Standing) else Standing.RUNNING
    page = list_cards(actor, standing, now(), parse_id(request.args.get("vor")))
    return render_template(
        "beteiligung/project/list.html",
        page=page,
        standing=standing,
        chips=CHIPS,
        may_create=actor.may(EDIT),
    )


@blueprint.get("/<slug>")
def project(slug: str) -> ResponseReturnValue:
    actor = current_actor()
    try:
        found = get_project_for(actor, slug)
    except NotFound:
        return _tombstone(get_tombstone_for(actor, slug)), 410
    depends_on_everything()  # panels show what other rooms have to it
    shows(ref_of(found))
    shown = panels(ref_of(found), found.scope_id)
    return _page(actor, project_page(found, now(), shown), layers(ref_of(found), found.scope_id))


def _tombstone(project: Project) -> str:
    words = removed_words(project.hidden_rule, project.hidden_at)
    return render_template("beteiligung/project/tombstone.html", project=project, words=words)


@blueprint.get("/<slug>/vorschau/<token>")
def preview(slug: str, token: str) -> ResponseReturnValue:
    """A draft for whoever was given the link; never kept by caches or search engines."""
    found = get_preview(slug, token)
    response = Response(_page(Actor(), project_page(found, now(), token=token)))
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/<slug>/kalender.ics")
def dates(slug: str) -> ResponseReturnValue:
    scope = get_project_for(current_actor(), slug).scope
    response = ics(f"{scope.path}/kalender.ics", scope.title, scope.id)
    response.headers["Content-Disposition"] = content_disposition(f"{slug}.ics")
    if not scope.is_public:
        response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/<slug>/atom.xml")
def feed(slug: str) -> ResponseReturnValue:
    """For everybody: a reader of feeds cannot log in."""
    scope = get_project_for(GUEST, slug).scope
    if not scope.is_public:
        raise NotFound(GONE)
    return atom(Feed(f"{scope.path}/atom.xml", scope.path, scope.title, Within(scope.id)))


def _page(actor: Actor, page: ProjectPage, on_map: Sequence[Layer] = ()) -> str:
    scope = page.project.scope
    return render_template(
        "beteiligung/project/project.html",
        page=page,
        project=page.project,
        scope=scope,
        standing_label=STANDING_LABELS[page.standing],
        may_edit=actor.may(EDIT, scope.id),
        may_export=actor.may(EXPORT, scope.id),
        when_meeting=when_meeting,
        size_in_words=size_in_words,
        contact=_contact(page.project),
        state_label=rules.STATE_LABELS[scope.state],
        may_report=scope.is_public,
        removed=removed_words(page.project.hidden_rule, page.project.hidden_at),
        places=_places(page),
        shapes=_shapes(page, on_map),
        layers=on_map,
    )


def _contact(project: Project) -> str:
    return ", ".join(part for part in (project.office, project.contact_name) if part)


def _places(page: ProjectPage) -> list[dict[str, object]]:
    place = page.copy.place
    if place is None or place.lat is None:
        return []
    title = place.label or page.project.scope.title
    at = {"lat": place.lat, "lon": place.lon}
    return [{"title": title, "href": "#ort", "note": _("Hier geht es darum"), **at}]


def _shapes(page: ProjectPage, on_map: Sequence[Layer]) -> dict[str, object] | None:
    """Lines and areas of the project over what other rooms lay below; a point is a marker."""
    features = [feature for layer in on_map for feature in layer.shapes["features"]]
    place = page.copy.place
    if place and place.geometry and place.geometry.get("type") != "Point":
        features.append({"type": "Feature", "properties": {}, "geometry": place.geometry})
    return {"type": "FeatureCollection", "features": features} if features else None
