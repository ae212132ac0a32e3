"""The list of what waits, with its filters."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.clock import now
from kern.content import registry
from kern.i18n import _
from kern.moderation import queue
from kern.moderation.paging import Cursor
from kern.moderation.queue import Counts, Filters, Queue, Tab
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator

Link = tuple[str, str, bool] | tuple[str, str, bool, int]


@dataclass(frozen=True, slots=True)
class Head:
    """Tabs and filters above the queue, as links."""

    tabs: Sequence[Link]
    projects: Sequence[Link]
    kinds: Sequence[Link]
    holders: Sequence[Link]
    is_filtered: bool
    counts: Counts


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    actor = moderator()
    filters = words.filters_of(request.args)
    page = queue.list_queue(actor, filters, Cursor.parse(request.args.get("seite")))
    return render_template(
        "portal/moderation/queue.html",
        head=head_of(actor, filters),
        queue=page,
        previous=page_url(filters, page.previous),
        next=page_url(filters, page.next),
        **frame_of(filters),
    )


def frame_of(filters: Filters) -> dict[str, object]:
    """What all pages of the desk share."""
    return {"filters": filters, "args": words.args_of(filters), "words": words, "at": now()}


def page_url(filters: Filters, cursor: Cursor | None) -> str:
    if cursor is None:
        return ""
    return url_for("moderation.overview", **words.args_of(filters), seite=str(cursor))


def url_of(filters: Filters) -> str:
    return url_for("moderation.overview", **words.args_of(filters))


def tabs_of(counts: Counts, current: Tab | None) -> Sequence[Link]:
    """Of other tabs nothing is filtered: they show everything there is."""
    labels = (
        (Tab.CHECK, _("Prüfen")),
        (Tab.REPORTED, _("Gemeldet")),
        (Tab.OBJECTED, _("Einsprüche")),
    )
    links: list[Link] = [
        (label, url_of(Filters(tab)), tab is current, counts.tabs[tab]) for tab, label in labels
    ]
    return [*links, (_("Erledigt"), url_for("moderation.log"), current is None)]


def head_of(actor: Actor, filters: Filters) -> Head:
    counts = queue.count_queue(actor, filters.tab)
    return Head(
        tabs=tabs_of(counts, filters.tab),
        projects=_projects(counts, filters),
        kinds=_kinds(counts, filters),
        holders=_holders(filters),
        is_filtered=filters != Filters(filters.tab),
        counts=counts,
    )


def _projects(counts: Counts, filters: Filters) -> Sequence[Link]:
    chosen = filters.scope_id
    links: list[Link] = [
        (
            place.title,
            url_of(replace(filters, scope_id=None if place.scope_id == chosen else place.scope_id)),
            place.scope_id == chosen,
            place.count,
        )
        for place in counts.scopes
    ]
    return links


def _kinds(counts: Counts, filters: Filters) -> Sequence[Link]:
    links: list[Link] = [
        (
            str(registry()[key].plural),
            url_of(replace(filters, key=None if key == filters.key else key)),
            key == filters.key,
            count,
        )
        for key, count in sorted(counts.keys.items())
        if key in registry()
    ]
    return links


def _holders(filters: Filters) -> Sequence[Link]:
    return [
        (
            str(label),
            url_of(replace(filters, holder=None if holder is filters.holder else holder)),
            holder is filters.holder,
        )
        for holder, label in words.HOLDERS.items()
    ]


def around(actor: Actor, filters: Filters, page: Cursor | None, start: Cursor | None) -> Queue:
    """The list beside an open case: the page it was opened from, or from the case on."""
    return queue.list_queue(actor, filters, page or start)
