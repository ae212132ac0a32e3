"""Changes beside the text, each a proposal: another title or place, that a page goes, and that it
comes back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kern.actor import Actor
from kern.errors import DomainError
from kern.ids import parse_id
from kern.web import commits, current_actor, limit_writing, require_login, shows_again
from wiki import rules, service
from wiki.forms import DeleteForm, TitleForm, UndeleteForm
from wiki.models import Kind, Page
from wiki.rules import decides_alone
from wiki.service import Wording, returning
from wiki.service.rendering import preview
from wiki.views.blueprint import blueprint, to_page
from wiki.views.writing import begin, parent_of, sent, title_of

RENAMING, DELETING = "wiki/rename.html", "wiki/delete.html"
PRIVATE = {"Cache-Control": "private, no-store"}


def _change(
    space: str, slug: str, form: Any, template: str, make: Callable[[Page, Wording], Wording]
) -> ResponseReturnValue:
    """A change beside the text, shown again with what was typed when it cannot be."""
    actor, page = to_page(space, slug)
    begun = begin(actor, page, parse_id(form.base.data))
    if not form.is_ok():
        return _shown(template, actor, page, form), 422
    try:
        limit_writing(actor.account_id)
        wording = make(page, begun.wording)
        proposal = service.submit(actor, page.space, page, wording, begun.base_id)
    except DomainError as error:
        form.blame(error)
        return _shown(template, actor, page, form), error.status
    return sent(proposal)


def _shown(template: str, actor: Actor, page: Page, form: Any) -> str:
    count = service.count_backlinks if template == DELETING else service.count_touched
    return render_template(
        template,
        page=page,
        form=form,
        touched=count(page),
        is_at_once=decides_alone(actor, page.space),
    )


@blueprint.get("/<space>/<slug>/umbenennen")
@require_login
def rename(space: str, slug: str) -> ResponseReturnValue:
    actor, page = to_page(space, slug)
    data = {"title": page.title, "parent": title_of(page.parent_id), "base": page.published_id}
    return _shown(RENAMING, actor, page, TitleForm(formdata=None, data=data))


@blueprint.post("/<space>/<slug>/umbenennen")
@require_login
@shows_again
@commits
def save_rename(space: str, slug: str) -> ResponseReturnValue:
    form = TitleForm()

    def make(page: Page, wording: Wording) -> Wording:
        is_named = (form.title.data or "").strip() != wording.title
        return replace(
            wording,
            title=form.title.data or "",
            parent_id=parent_of(page.space, form.parent.data or ""),
            summary=form.summary.data or "",
            kind=Kind.RENAME if is_named else Kind.MOVE,
        )

    return _change(space, slug, form, RENAMING, make)


@blueprint.get("/<space>/<slug>/loeschen")
@require_login
def delete(space: str, slug: str) -> ResponseReturnValue:
    actor, page = to_page(space, slug)
    form = DeleteForm(formdata=None, data={"base": page.published_id})
    return _shown(DELETING, actor, page, form)


@blueprint.post("/<space>/<slug>/loeschen")
@require_login
@shows_again
@commits
def save_delete(space: str, slug: str) -> ResponseReturnValue:
    form = DeleteForm()

    def make(_page: Page, wording: Wording) -> Wording:
        return replace(wording, summary=form.summary.data or "", kind=Kind.DELETE)

    return _change(space, slug, form, DELETING, make)


@blueprint.get("/<space>/<slug>/wiederherstellen")
@require_login
def undelete(space: str, slug: str) -> ResponseReturnValue:
    actor = current_actor()
    page = returning.get_gone_for(actor, space, slug)
    return _undelete(actor, page, UndeleteForm(formdata=None, data={"base": page.published_id}))


def _undelete(
    actor: Actor, page: Page, form: UndeleteForm, status: int = 200
) -> ResponseReturnValue:
    """Those who decide see the page as it would come back; everybody else gives a reason."""
    may_decide = actor.may(rules.DECIDE, page.space_id)
    former = returning.find_wording(page) if may_decide else None
    made = preview(page.space, former.source, former.files, page) if former else None
    html = render_template(
        "wiki/undelete.html",
        form=form,
        scope=page.space.scope,
        former=former,
        hiding=f"{service.page_path(page)}/fassung/{service.get_published(page).number}/verbergen"
        if former is not None and actor.may(rules.HIDE, page.space_id)
        else "",
        html=Markup(made.html) if made else "",  # noqa: S704 - kern.text has sanitised it
        is_at_once=decides_alone(actor, page.space),
    )
    return html, status, PRIVATE


@blueprint.post("/<space>/<slug>/wiederherstellen")
@require_login
@shows_again
@commits
def save_undelete(space: str, slug: str) -> ResponseReturnValue:
    actor = current_actor()
    page = returning.get_gone_for(actor, space, slug)
    form = UndeleteForm()
    if not form.is_ok():
        return _undelete(actor, page, form, 422)
    try:
        limit_writing(actor.account_id)
        wanted = returning.asked(page, form.summary.data or "")
        proposal = service.submit(actor, page.space, page, wanted, parse_id(form.base.data))
    except DomainError as error:
        form.blame(error)
        return _undelete(actor, page, form, error.status)
    return sent(proposal)
