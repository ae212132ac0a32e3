"""Lists of a space: changes, tags, what is missing, figures, who takes part, search for titles."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from kern.actor import GUEST
from kern.content import Within
from kern.errors import NotFound
from kern.i18n import _
from kern.ids import parse_id
from kern.web import current_actor, depends_on_everything
from kern.web.feeds import Feed, atom
from wiki import service
from wiki.models import Space
from wiki.service import reading
from wiki.views.blueprint import blueprint, kind_words, name_of, to_space

LENGTH = reading.LENGTH


@blueprint.get("/<space>/aenderungen")
def changes(space: str) -> ResponseReturnValue:
    depends_on_everything()
    actor, found = to_space(space)
    before = parse_id(request.args.get("vor"))
    rows = reading.recent_changes(actor, found, before, LENGTH + 1)
    more = rows[LENGTH - 1][0].id if len(rows) > LENGTH else None
    return render_template(
        "wiki/changes.html",
        space=found,
        scope=found.scope,
        rows=rows[:LENGTH],
        more=more,
        name_of=name_of,
        kinds=kind_words(),
    )


@blueprint.get("/<space>/aenderungen.atom")
def feed(space: str) -> Response:
    """For everybody: a reader of feeds cannot log in."""
    scope = service.get_space_for(GUEST, space).scope
    path = f"{scope.path}/aenderungen"
    return atom(Feed(f"{path}.atom", path, scope.title, Within(scope.id)))


@blueprint.get("/<space>/schlagwort/<tag>")
def tagged(space: str, tag: str) -> ResponseReturnValue:
    depends_on_everything()
    _actor, found = to_space(space)
    pages = reading.list_tagged(found, tag, request.args.get("nach", ""), LENGTH + 1)
    more = pages[LENGTH - 1].title_key if len(pages) > LENGTH else ""
    title = _("Schlagwort „%(tag)s“", tag=tag)
    return _list(found, title, pages=pages[:LENGTH], more=more)


@blueprint.get("/<space>/seiten/<which>")
def pages(space: str, which: str) -> ResponseReturnValue:
    depends_on_everything()
    _actor, found = to_space(space)
    titles = _titles()
    if which not in titles:
        raise NotFound("Diese Liste gibt es nicht.")
    title, lead = titles[which]
    after = request.args.get("nach", "")
    if which == "gewuenscht":
        return _list(found, title, lead, wanted=service.wanted(found.scope_id))
    if which == "verwaist":
        rows = service.orphans(found.scope_id, after, LENGTH + 1)
        more = rows[LENGTH - 1].title_key if len(rows) > LENGTH else ""
        return _list(found, title, lead, pages=rows[:LENGTH], more=more)
    if which == "ungeprueft":
        rows = reading.list_unchecked(found, parse_id(after) or 0, LENGTH + 1)
        more = str(rows[LENGTH - 1].id) if len(rows) > LENGTH else ""
        return _list(found, title, lead, pages=rows[:LENGTH], more=more)
    return _list(found, title, lead, pages=reading.list_quiet(found))


def _titles() -> Mapping[str, tuple[str, str]]:
    return {
        "verwaist": (_("Verwaiste Seiten"), _("Zu diesen Seiten führt kein Link.")),
        "gewuenscht": (
            _("Gewünschte Seiten"),
            _("Andere Seiten verweisen darauf, aber noch hat sie niemand geschrieben."),
        ),
        "ungeprueft": (
            _("Lange nicht geprüft"),
            _("Seit über einem Jahr hat niemand diese Seiten geprüft oder geändert."),
        ),
        "still": (_("Stille Seiten"), _("Am längsten nicht geändert.")),
    }


def _list(space: Space, title: str, lead: str = "", **values: Any) -> str:
    shown = {"pages": (), "more": "", "wanted": (), **values}
    return render_template(
        "wiki/list.html", space=space, scope=space.scope, title=title, lead=lead, **shown
    )


@blueprint.get("/<space>/statistik")
def statistics(space: str) -> ResponseReturnValue:
    depends_on_everything()
    _actor, found = to_space(space)
    return render_template(
        "wiki/statistics.html",
        space=found,
        scope=found.scope,
        pages=reading.count_pages([found]).get(found.scope_id, 0),
        times=reading.review_times(found),
    )


@blueprint.get("/mitwirkende/<int:party_id>")
def contributor(party_id: int) -> ResponseReturnValue:
    depends_on_everything()
    party = reading.get_contributor(party_id)
    before = parse_id(request.args.get("vor"))
    rows = reading.list_work(current_actor(), party, before, LENGTH + 1)
    more = rows[LENGTH - 1][0].id if len(rows) > LENGTH else None
    return render_template(
        "wiki/contributor.html",
        party=party,
        rows=rows[:LENGTH],
        more=more,
        name_of=name_of,
        kinds=kind_words(),
    )


@blueprint.get("/<space>/suche")
def find_titles(space: str) -> ResponseReturnValue:
    """For the picker of links: what is public, by title."""
    _actor, found = to_space(space)
    rows = reading.find_titles(found, request.args.get("q", "")[:100])
    return jsonify(
        [{"title": page.title, "path": f"{found.scope.path}/{page.slug}"} for page in rows]
    )
