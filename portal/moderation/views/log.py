"""The log of decisions."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.clock import now
from kern.i18n import _, _l
from kern.moderation import log as records
from kern.moderation import queue
from kern.moderation.paging import Cursor
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.views.queue import Link, tabs_of

CHOICES = (
    ("", _l("Alle")),
    ("freigegeben", _l("Freigegeben")),
    ("abgelehnt", _l("Abgelehnt")),
    ("ausgeblendet", _l("Ausgeblendet")),
    ("in-ordnung", _l("In Ordnung")),
)


@blueprint.get("/erledigt")
def log() -> ResponseReturnValue:
    actor = moderator()
    filters = words.log_filters_of(request.args)
    page = records.list_log(actor, filters, Cursor.parse(request.args.get("seite")))
    return render_template(
        "portal/moderation/log.html",
        log=page,
        tabs=tabs_of(queue.count_queue(actor), None),
        choices=_choices(),
        projects=_projects(records.list_scopes(actor), filters.scope_id),
        mine=(_("Nur meine"), _url(von=None if filters.mine else "mir"), filters.mine),
        previous=_url(seite=str(page.previous)) if page.previous else "",
        next=_url(seite=str(page.next)) if page.next else "",
        words=words,
        at=now(),
    )


def _url(**changes: object) -> str:
    """This address with one filter changed; the page begins anew."""
    names = ("entscheidung", "projekt", "art", "von")
    args: dict[str, Any] = {name: request.args.get(name) for name in names}
    return url_for(".log", **{**args, **changes})


def _choices() -> Sequence[Link]:
    chosen = request.args.get("entscheidung", "")
    return [
        (str(label), _url(entscheidung=value or None), value == chosen) for value, label in CHOICES
    ]


def _projects(scopes: Sequence[tuple[int, str]], chosen: int | None) -> Sequence[Link]:
    return [
        (title, _url(projekt=None if id_ == chosen else id_), id_ == chosen)
        for id_, title in scopes
    ]
