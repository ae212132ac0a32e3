"""One case: everything to decide, the queue beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kern.actor import Actor
from kern.clock import now
from kern.i18n import _
from kern.moderation import desk, queue
from kern.moderation.decisions import ANEW, DECIDE, may_take_back, needed, no_for, yes_for
from kern.moderation.desk import Look
from kern.moderation.models import Case, CaseState, CaseVerdict
from kern.moderation.paging import WAITING, Cursor
from kern.moderation.queue import Filters, Queue, Tab
from portal.moderation import words
from portal.moderation.blueprint import blueprint, moderator
from portal.moderation.forms import ReasonForm
from portal.moderation.views.queue import frame_of, head_of


class Line(NamedTuple):
    """As `ui.queue` wants it."""

    title: str
    href: str
    subject: str
    waiting: str
    note: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Buttons:
    """What this moderator may do with this case now; the values of `words.ACTS`."""

    yes: str = ""
    without_picture: bool = False
    no: str = ""
    undo: bool = False
    anew: bool = False


@blueprint.get("/fall/<int:case_id>")
def case(case_id: int) -> ResponseReturnValue:
    actor = moderator()
    found = desk.get_case_for(actor, case_id)
    is_mine = desk.claim(actor, found)
    return case_page(actor, found, ReasonForm(formdata=None), is_mine=is_mine)


def filters_for(found: Case) -> Filters:
    """Those of the address, on the tab the case is on."""
    filters = words.filters_of(request.args)
    tab = next((tab for tab in Tab if found.kind in tab.kinds), filters.tab)
    return replace(filters, tab=tab)


def case_page(
    actor: Actor, found: Case, form: ReasonForm, *, is_mine: bool = False, opened: bool = False
) -> str:
    """`opened`: the reason is being written, so it is shown."""
    filters = filters_for(found)
    lines = _lines_beside(actor, filters, found)
    place = lines.place_of(found.id)
    item = lines.lines[place].item if place is not None else None
    item = item or queue.items_of([found]).get(queue.ref_of(found))
    look = desk.look(actor, found, item, is_mine=is_mine)
    form.fassung.data = str(item.revision) if item else ""
    return render_template(
        "portal/moderation/case.html",
        look=look,
        form=form,
        opened=opened or bool(form.errors) or bool(form.form_errors),
        buttons=buttons_of(actor, look),
        head=head_of(actor, filters),
        lines=_lines(lines, filters, found),
        **_neighbours(lines, filters, place),
        **frame_of(filters),
    )


def _lines_beside(actor: Actor, filters: Filters, found: Case) -> Queue:
    """The page the case was opened from, if it still is on it; else the queue from it on."""
    page = queue.list_queue(actor, filters, Cursor.parse(request.args.get("seite")))
    if found.state != CaseState.OPEN or page.place_of(found.id) is not None:
        return page
    return queue.list_queue(actor, filters, WAITING.cursor("ab", found))


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
            note=", ".join(words.notes_of(line.case, line.holder, at)),
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


def buttons_of(actor: Actor, look: Look) -> Buttons:
    found, item = look.case, look.item
    if item is None:
        return Buttons()
    has_picture = bool(item.pictures)
    if found.state == CaseState.OPEN:
        yes, no = yes_for(found), no_for(found)
        may = actor.may(DECIDE, found.scope_id)
        return Buttons(
            yes=_act(yes) if may else "",
            without_picture=may and has_picture and yes == CaseVerdict.RELEASE,
            no=_act(no) if actor.may(needed(found, no), found.scope_id) else "",
        )
    return _buttons_anew(actor, look, has_picture=has_picture)


def _buttons_anew(actor: Actor, look: Look, *, has_picture: bool) -> Buttons:
    found = look.case
    undo = may_take_back(actor, found, now())
    if found.verdict is None or not look.is_newest:
        return Buttons(undo=undo)
    allowed = [
        verdict
        for verdict in ANEW[found.verdict]
        if actor.may(needed(found, verdict), found.scope_id)
    ]
    no = next((one for one in allowed if one == CaseVerdict.HIDE), None)
    yes = next((one for one in allowed if one != CaseVerdict.HIDE), None)
    return Buttons(
        yes=_act(yes) if yes else "",
        without_picture=has_picture and CaseVerdict.RELEASE_WITHOUT_PICTURE in allowed,
        no=_act(no) if no else "",
        undo=undo,
        anew=True,
    )


def _act(verdict: CaseVerdict) -> str:
    return next(name for name, one in words.ACTS.items() if one == verdict)


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
        **frame_of(filters),
    )
