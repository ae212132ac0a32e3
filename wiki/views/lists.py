"""Lists of a space: changes, tags, what is missing, figures, who takes part, search for titles."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flask import Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from kern.actor import GUEST
from kern.content import Within
from kern.errors import NotFound
from kern.i18n import _, _n
from kern.ids import parse_id
from kern.web import current_actor, depends_on_everything
from kern.web.feeds import Feed, atom
from wiki import service
from wiki.models import Space
from wiki.service import reading, tallies
from wiki.service.tallies import Count, Line
from wiki.views.blueprint import blueprint, kind_words, name_of, to_space

LENGTH = reading.LENGTH
LONG = 48  # hours from which days are said


@blueprint.get("/<space>/aenderungen")
def changes(space: str) -> ResponseReturnValue:
    depends_on_everything()
    _actor, found = to_space(space)
    before = parse_id(request.args.get("vor"))
    rows = reading.recent_changes([found], before, LENGTH + 1)
    more = rows[LENGTH - 1].id if len(rows) > LENGTH else None
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
    lines = reading.list_tagged(found, tag, request.args.get("nach", ""), LENGTH + 1)
    return _list(found, _("Schlagwort „%(tag)s“", tag=tag), lines=lines, key=_by_title)


@blueprint.get("/<space>/seiten/<which>")
def pages(space: str, which: str) -> ResponseReturnValue:
    depends_on_everything()
    _actor, found = to_space(space)
    titles = _titles()
    if which not in titles:
        raise NotFound("Diese Liste gibt es nicht.")
    title, lead = titles[which]
    if which == "gewuenscht":
        return _list(found, title, lead, wanted=tallies.list_wanted(found))
    if which == "a-z":
        return _list(found, title, lines=_alphabet(found), letters=tallies.list_letters(found))
    if which == "verwaist":
        after = request.args.get("nach", "")
        return _list(found, title, lead, lines=tallies.list_orphans(found, after, LENGTH + 1))
    listed = reading.list_unchecked if which == "ungeprueft" else reading.list_quiet
    lines = listed(found, _after_change(request.args.get("nach", "")), LENGTH + 1)
    return _list(found, title, lead, lines=lines, key=_by_change)


def _alphabet(space: Space) -> Sequence[Line]:
    after, letter = request.args.get("nach", ""), request.args.get("ab", "")[:1]
    if after or not letter.isalpha():
        return reading.list_by_title(space, after, LENGTH + 1)
    return reading.list_from_letter(space, letter, LENGTH + 1)


def _by_title(line: Line) -> str:
    return line.title_key


def _by_change(line: Line) -> str:
    return f"{line.changed_at.isoformat()}_{line.id}"


def _after_change(said: str) -> tuple[datetime, int] | None:
    """From the beginning where it is nothing `_by_change` says."""
    at, _sign, id_ = said.rpartition("_")
    try:
        time = datetime.fromisoformat(at)
    except ValueError:
        return None
    number = parse_id(id_)
    return (time, number) if number is not None and time.tzinfo is not None else None


def _titles() -> Mapping[str, tuple[str, str]]:
    return {
        "a-z": (_("Von A bis Z"), ""),
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


def _list(
    space: Space,
    title: str,
    lead: str = "",
    *,
    lines: Sequence[Line] = (),
    key: Callable[[Line], str] = _by_title,
    letters: Sequence[Count] = (),
    wanted: Sequence[Count] = (),
) -> str:
    """`lines` are one more than shown where the list goes on, after the `key` of the last one."""
    return render_template(
        "wiki/list.html",
        space=space,
        scope=space.scope,
        title=title,
        lead=lead,
        pages=lines[:LENGTH],
        more=key(lines[LENGTH - 1]) if len(lines) > LENGTH else "",
        letters=letters,
        wanted=wanted,
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
        span=_span,
    )


def _span(hours: float) -> str:
    """For "nach …": as exact as a reader plans with it."""
    if hours < 1:
        return _("weniger als einer Stunde")
    if hours < LONG:
        return _n("einer Stunde", "%(num)s Stunden", round(hours))
    return _("%(num)s Tagen", num=round(hours / 24))


@blueprint.get("/mitwirkende/<int:party_id>")
def contributor(party_id: int) -> ResponseReturnValue:
    depends_on_everything()
    party = reading.get_contributor(party_id)
    before = parse_id(request.args.get("vor"))
    rows = reading.list_work(current_actor(), party, before, LENGTH + 1)
    more = rows[LENGTH - 1].id if len(rows) > LENGTH else None
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
