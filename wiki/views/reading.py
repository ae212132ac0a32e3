"""What everybody reads: the wiki's start, a space, a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kern.accounts.models import Party
from kern.actor import Actor
from kern.content import Ref, registry
from kern.errors import NotFound
from kern.i18n import language
from kern.moderation.words import removed_words
from kern.panels import panels
from kern.web import current_actor, depends_on_everything, shows
from wiki import rules, service
from wiki.linking import fold_title
from wiki.models import PAGE_KEY, Page, PageState, Revision, Space
from wiki.rendering import render_help
from wiki.service import reading, returning, tallies
from wiki.service.around import DEPTH, Around, around
from wiki.service.tallies import Count
from wiki.views.blueprint import blueprint, name_of, to_space

TAGS = 40  # that the start of a space shows
MAPPED = 500  # places on the map of a space
FEW = 40  # pages that a reader overlooks without letters
DRAWING = "/static/build/img/logo.svg"


class Branch(NamedTuple):
    """A page in the tree, with those below it."""

    title: str
    slug: str
    below: "Sequence[Branch]"


@dataclass(frozen=True, slots=True)
class PageView:
    """All that the template of a page asks for."""

    page: Page
    space: Space
    revision: Revision
    checker: Party | None
    html: Markup
    contents: Sequence[tuple[str, str]]
    around: Around
    places: Sequence[Mapping[str, Any]]
    shapes: Mapping[str, Any] | None
    may_manage: bool
    may_decide: bool
    panels: Markup


@blueprint.get("/")
def start() -> ResponseReturnValue:
    depends_on_everything()
    actor = current_actor()
    spaces = service.list_spaces(actor)
    return render_template(
        "wiki/start.html",
        spaces=spaces,
        counts=reading.count_pages(spaces),
        recent=reading.recent_changes(spaces, limit=10),
        waiting=reading.count_waiting(actor, spaces),
        name_of=name_of,
    )


@blueprint.get("/hilfe")
def help_page() -> ResponseReturnValue:
    depends_on_everything()
    rendered = render_help(DRAWING, language())
    contents = [(section.title, f"#{section.anchor}") for section in rendered.toc]
    html = Markup(rendered.html)  # noqa: S704 - our own text, sanitised all the same
    return render_template("wiki/help.html", html=html, contents=contents)


@blueprint.get("/<space>")
def space_start(space: str) -> ResponseReturnValue:
    depends_on_everything()
    actor, found = to_space(space)
    places = _places(found)
    rows, is_large = reading.list_tree(found), tallies.is_large(found)
    if is_large:
        letters, tags = tallies.letters_and_tags(found, TAGS)
    else:
        letters, tags = _letters(rows), tallies.list_tags(found, TAGS)
    return render_template(
        "wiki/space.html",
        space=found,
        scope=found.scope,
        is_large=is_large,
        tree=_tree(rows),
        letters=letters,
        shows_letters=is_large or len(rows) > FEW,
        tags=tags,
        places=places[: reading.PLACES],
        has_more_places=len(places) > reading.PLACES,
        may_manage=actor.may(rules.MANAGE, found.scope_id),
    )


def _tree(rows: Sequence[reading.Branch]) -> Sequence[Branch]:
    below: dict[int | None, list[reading.Branch]] = {}
    known = {row.id for row in rows}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def branches(parent: int | None, depth: int) -> list[Branch]:
        found = below.get(parent, ()) if depth < DEPTH else ()
        return [Branch(row.title, row.slug, branches(row.id, depth + 1)) for row in found]

    return branches(None, 0)


def _letters(rows: Sequence[reading.Branch]) -> Sequence[Count]:
    return tallies.count_letters(fold_title(row.title) for row in rows)


def _places(space: Space) -> list[Mapping[str, Any]]:
    return [
        place
        for page in reading.list_placed(space, reading.PLACES + 1)
        for place in places_of(page, f"{space.scope.path}/{page.slug}")
    ]


@blueprint.get("/<space>/karte")
def space_map(space: str) -> ResponseReturnValue:
    depends_on_everything()
    _actor, found = to_space(space)
    pages = reading.list_placed(found, MAPPED)
    path = found.scope.path
    return render_template(
        "wiki/map.html",
        scope=found.scope,
        places=[place for page in pages for place in places_of(page, f"{path}/{page.slug}")],
        shapes=shapes_of(page.place for page in pages),
    )


def shapes_of(places: Iterable[Mapping[str, Any] | None]) -> Mapping[str, Any] | None:
    """Lines and areas; a point is a marker already."""
    geometries = [
        {name: (place or {}).get(name) for name in ("type", "coordinates")} for place in places
    ]
    features = [
        {"type": "Feature", "properties": {}, "geometry": geometry}
        for geometry in geometries
        if geometry["type"] not in (None, "Point")
    ]
    return {"type": "FeatureCollection", "features": features} if features else None


def places_of(page: Page | reading.Placed, href: str) -> Iterator[Mapping[str, Any]]:
    """For the map: a point, or the first corner of a line or an area."""
    at: Any = (page.place or {}).get("coordinates")
    while isinstance(at, list) and at and isinstance(at[0], list):
        at = at[0]
    if isinstance(at, list) and len(at) >= 2:  # noqa: PLR2004 - longitude, latitude
        label = (page.place or {}).get("label", "")
        note = "" if label == page.title else label
        yield {"title": page.title, "href": href, "note": note, "lat": at[1], "lon": at[0]}


@blueprint.get("/<space>/<slug>")
def page(space: str, slug: str) -> ResponseReturnValue:
    actor = current_actor()
    try:
        shown, revision = service.get_page_to_read(actor, space, slug)
    except NotFound:
        return _gone(*to_space(space), slug)
    if shown.state != PageState.PUBLIC or revision is None:
        return _gone(actor, shown.space, slug)
    depends_on_everything()  # panels show what other rooms have to it
    shows(Ref(PAGE_KEY, shown.id))
    return render_template(
        "wiki/page.html",
        view=page_view(actor, shown, revision),
        name_of=name_of,
        can_follow=PAGE_KEY in registry(),
    )


def _gone(actor: Actor, space: Space, slug: str) -> ResponseReturnValue:
    """Raises NotFound for what never was there."""
    lost = reading.find_gone(space, slug)
    if lost is None:
        raise NotFound("Diese Seite gibt es nicht.")
    is_hidden = lost.state == PageState.HIDDEN
    words = removed_words(lost.hidden_rule, lost.hidden_at) if is_hidden else ""
    html = render_template(
        "wiki/gone.html",
        page=lost,
        scope=space.scope,
        words=words,
        can_return=returning.may_ask(actor, lost),
        is_at_once=rules.decides_alone(actor, space),
    )
    return html, 410


def page_view(actor: Actor, page: Page, revision: Revision) -> PageView:
    return PageView(
        page=page,
        space=page.space,
        revision=revision,
        checker=reading.checker_of(revision),
        html=Markup(page.html),  # noqa: S704 - kern.text has sanitised it
        contents=contents_of(page.sections),
        around=around(page),
        places=list(places_of(page, "#ort")),
        shapes=shapes_of([page.place]),
        may_manage=actor.may(rules.MANAGE, page.space_id),
        may_decide=actor.may(rules.DECIDE, page.space_id),
        panels=panels(Ref(PAGE_KEY, page.id), page.space_id),
    )


def contents_of(sections: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The headings a reader jumps to; deeper ones would only be noise at the side."""
    return [
        (str(one["title"]), f"#{one['anchor']}")
        for one in sections
        if one.get("anchor") and int(one.get("level", 2)) <= 3  # noqa: PLR2004 - h2 and h3
    ]
