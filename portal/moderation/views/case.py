"""One case: everything to decide, the queue beside it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.clock import now
from kern.i18n import _
from kern.moderation import desk, queue
from kern.moderation.filters import Filters, Tab
from kern.moderation.models import Case, CaseState
from kern.moderation.paging import Cursor
from kern.moderation.queue import Queue
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.buttons import buttons_for, keys_of
from portal.moderation.panels import Panel, open_panel
from portal.moderation.views.queue import frame_of, head_of, phases_of


class Line(NamedTuple):
    """As `ui.queue` wants it."""

    title: str
    href: str
    subject: str
    waiting: str
    is_late: bool
    note: str
    is_current: bool


@blueprint.get("/fall/<int:case_id>")
def case(case_id: int) -> ResponseReturnValue:
    actor = moderator()
    found = desk.get_case_for(actor, case_id)
    is_mine = desk.claim(actor, found)
    return case_page(actor, found, request.args.get("tun"), is_mine=is_mine)


def filters_for(found: Case) -> Filters:
    """Those of the address, on a tab that holds the case."""
    filters = words.filters_of(request.args)
    fits = found.kind in filters.tab.kinds
    return filters if fits else replace(filters, tab=Tab.ALL)


def case_page(
    actor: Actor, found: Case, shown: Panel | str | None = None, *, is_mine: bool = False
) -> str:
    """`shown` is the panel that is open, or the name of the one to open."""
    filters = filters_for(found)
    lines = _lines_beside(actor, filters, found)
    place = lines.place_of(found.id)
    item = lines.lines[place].item if place is not None else None
    item = item or queue.items_of([found]).get(queue.ref_of(found))
    look = desk.look(actor, found, item, is_mine=is_mine)
    buttons = buttons_for(actor, look)
    if isinstance(shown, str):
        is_there = item is not None and buttons.form(shown) is not None
        shown = open_panel(actor, found, item, shown) if item and is_there else None
    return render_template(
        "portal/moderation/case.html",
        look=look,
        panel=shown,
        opened=buttons.form(shown.act) if shown else None,
        buttons=buttons,
        keys=keys_of(buttons),
        phase=phases_of([item] if item else []),
        head=head_of(actor, filters),
        lines=_lines(lines, filters, found),
        **_neighbours(lines, filters, place),
        **frame_of(actor, filters),
    )


def _lines_beside(actor: Actor, filters: Filters, found: Case) -> Queue:
    """The page the case was opened from, if it still is on it; else the queue from it on."""
    page = queue.list_queue(actor, filters, Cursor.parse(request.args.get("seite")))
    if found.state != CaseState.OPEN or page.place_of(found.id) is not None:
        return page
    return queue.list_queue(actor, filters, filters.sorting.order.cursor("ab", found))


def case_url(case_id: int, filters: Filters, **more: Any) -> str:
    args = {**words.args_of(filters), "seite": request.args.get("seite"), **more}
    return url_for("moderation.case", case_id=case_id, **args)


def _lines(page: Queue, filters: Filters, found: Case) -> Sequence[Line]:
    at = now()
    return [
        Line(
            title=line.item.author,
            href=case_url(line.case.id, filters),
            subject=line.item.title,
            waiting=words.waited(line.case.opened_at, at),
            is_late=words.is_late(line.case, at),
            note=", ".join(words.notes_of(line)),
            is_current=line.case.id == found.id,
        )
        for line in page.lines
    ]


def _neighbours(page: Queue, filters: Filters, place: int | None) -> dict[str, str]:
    """Addresses for "next" and "previous"; behind the last line, the next page begins."""
    ids = [line.case.id for line in page.lines]
    after = "" if place is None and not ids else case_url(ids[0], filters)
    before = ""
    if place is not None:
        is_last = place == len(ids) - 1
        after = "" if is_last else case_url(ids[place + 1], filters)
        before = case_url(ids[place - 1], filters) if place else ""
        if is_last and page.next is not None:
            args = words.args_of(filters)
            after = url_for("moderation.overview", **args, seite=str(page.next))
    return {"next": after, "previous": before}


def late_page(actor: Actor, case_id: int, sentence: str) -> str:
    """Somebody was faster, or the text moved on: who, what, and how to go on."""
    found = desk.get_case_for(actor, case_id)
    look = desk.look(actor, found, queue.items_of([found]).get(queue.ref_of(found)))
    filters = filters_for(found)
    following = queue.find_next(actor, filters, found)
    return render_template(
        "portal/moderation/late.html",
        look=look,
        sentence=sentence,
        again=case_url(look.newer or found.id, filters),
        next=case_url(following.id, filters) if following else "",
        label=_("Zum nächsten"),
        **frame_of(actor, filters),
    )
