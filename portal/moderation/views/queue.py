"""The list of what waits, with its filters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from beteiligung.project.service.phases import titles_at
from kern.accounts import nameless
from kern.accounts.parties import find_party
from kern.actor import Actor
from kern.clock import now
from kern.content import DeskItem, registry
from kern.errors import NotFound
from kern.i18n import _
from kern.moderation import queue, recent
from kern.moderation.filters import Filters, Tab
from kern.moderation.paging import Cursor
from kern.moderation.persons import shown_name
from kern.moderation.queue import Counts
from kern.scope import get_scope
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator

Link = tuple[str, str, bool] | tuple[str, str, bool, int]
ALWAYS = (Tab.ALL, Tab.CHECK, Tab.REPORTED)
Option = tuple[str, str, bool]  # value, label, is it chosen


@dataclass(frozen=True, slots=True)
class Choice:
    """One question of the filter form; `name` stands in the address."""

    name: str
    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the queue: tabs, the filter form, and what narrows it beyond that."""

    counts: Counts
    tabs: Sequence[Link]
    choices: Sequence[Choice]
    narrowings: Sequence[tuple[str, str]]  # what, and the address without it
    is_narrow: bool


@blueprint.get("/")
def overview() -> ResponseReturnValue:
    actor = moderator()
    filters = words.filters_of(request.args)
    page = queue.list_queue(actor, filters, Cursor.parse(request.args.get("seite")))
    return render_template(
        "portal/moderation/queue.html",
        head=head_of(actor, filters),
        queue=page,
        phases=phases_of(line.item for line in page.lines),
        all_marked="markiert" in request.args,
        previous=page_url(filters, page.previous),
        next=page_url(filters, page.next),
        **frame_of(actor, filters),
    )


def frame_of(actor: Actor, filters: Filters) -> dict[str, object]:
    """What all pages of the desk share."""
    at = now()
    return {
        "filters": filters,
        "args": words.args_of(filters),
        "words": words,
        "at": at,
        "seite": request.args.get("seite"),
        "done": recent.last_done(actor, at),
    }


def phases_of(items: Iterable[DeskItem]) -> dict[int, str]:
    ids = {item.scope_id for item in items if item.scope_id is not None}
    return titles_at(sorted(ids), now()) if ids else {}


def page_url(filters: Filters, cursor: Cursor | None) -> str:
    if cursor is None:
        return ""
    return url_for("moderation.overview", **words.args_of(filters), seite=str(cursor))


def url_of(filters: Filters) -> str:
    return url_for("moderation.overview", **words.args_of(filters))


def tabs_of(counts: Counts, current: Tab | None) -> Sequence[Link]:
    """Of other tabs nothing is filtered: they show everything there is."""
    links: list[Link] = [
        (str(label), url_of(Filters(tab)), tab is current, counts.tabs[tab])
        for tab, label in words.TABS.items()
        if tab in ALWAYS or tab is current or counts.tabs[tab]
    ]
    return [*links, (_("Protokoll"), url_for("moderation.log"), current is None)]


def head_of(actor: Actor, filters: Filters) -> Head:
    counts = queue.count_queue(actor, filters.tab)
    return Head(
        counts=counts,
        tabs=tabs_of(counts, filters.tab),
        choices=_choices(counts, filters),
        narrowings=_narrowings(filters),
        is_narrow=filters.is_narrow,
    )


def _choices(counts: Counts, filters: Filters) -> Sequence[Choice]:
    places = {str(one.scope_id): f"{one.title} ({one.count})" for one in counts.scopes}
    if filters.scope_id is not None and str(filters.scope_id) not in places:
        places[str(filters.scope_id)] = _title_of(filters.scope_id)
    shown = sorted({*counts.keys, *([filters.key] if filters.key else [])} & registry().keys())
    kinds = {key: f"{registry()[key].plural} ({counts.keys.get(key, 0)})" for key in shown}
    holders = {str(one): str(label) for one, label in words.HOLDERS.items()}
    sortings = {str(one): str(label) for one, label in words.SORTINGS.items()}
    return [
        choice_of("projekt", _("Projekt"), _("Alle Projekte"), places, filters.scope_id),
        choice_of("art", _("Art"), _("Alle Arten"), kinds, filters.key),
        choice_of("bei", _("Bei wem"), _("Bei allen"), holders, filters.holder),
        choice_of(
            "hinweis",
            _("Hinweise"),
            _("Mit und ohne Hinweis"),
            {words.HINTED: _("Mit Hinweis"), **{str(k): str(v) for k, v in words.HINTS.items()}},
            words.hint_of(filters),
        ),
        choice_of("zuerst", _("Reihenfolge"), "", sortings, filters.sorting),
    ]


def _title_of(scope_id: int) -> str:
    try:
        return get_scope(scope_id).title
    except NotFound:
        return _("Unbekannt")


def choice_of(
    name: str, label: str, everything: str, values: Mapping[str, str], chosen: object
) -> Choice:
    value = "" if chosen is None else str(chosen)
    options = [(one, words_, one == value) for one, words_ in values.items()]
    if everything:
        options.insert(0, ("", everything, not value))
    return Choice(name, label, options)


def _narrowings(filters: Filters) -> Sequence[tuple[str, str]]:
    """What came by a link and has no field in the form."""
    found = []
    if filters.author_id is not None:
        name = name_of_person(filters.author_id)
        found.append((_("Von %(name)s", name=name), url_of(replace(filters, author_id=None))))
    if filters.group_id is not None:
        found.append((_("Ähnliche Texte"), url_of(replace(filters, group_id=None))))
    return found


def name_of_person(party_id: int) -> str:
    """As it stands within a sentence."""
    party = find_party(party_id)
    return nameless.within(shown_name(party) if party else str(nameless.GONE))
