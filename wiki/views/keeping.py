"""What staff do with pages and spaces: hide of a version, addresses, twins, rules."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from kern.actor import Actor
from kern.errors import Conflict, Invalid, NotAllowed
from kern.i18n import _, say
from kern.ids import parse_id
from kern.moderation import decisions
from kern.moderation.cases import find_open
from kern.moderation.decisions import Decision
from kern.moderation.models import CaseKind, CaseVerdict
from kern.web import commits, current_actor, notice, require_login, shows_again
from wiki import rules, service
from wiki.forms import AddressForm, HidingForm, RejectForm, SpaceForm, TwinForm
from wiki.linking import fold_title
from wiki.models import Page, PageState, Protection, Review, Revision, Space
from wiki.service import moderating
from wiki.service.pages import list_former_addresses
from wiki.service.proposals import ref_of
from wiki.service.spaces import require_manager
from wiki.views.blueprint import blueprint, name_of, to_page, to_space
from wiki.views.deciding import shown_with

PRIVATE = {"Cache-Control": "private, no-store"}


def _page(template: str, form: Any, status: int = 200, **values: Any) -> ResponseReturnValue:
    return render_template(f"wiki/{template}.html", form=form, **values), status, PRIVATE


def _version(space: str, slug: str, number: int) -> tuple[Actor, Page, Revision]:
    actor, page = to_page(space, slug)
    if not actor.may(rules.HIDE, page.space_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    return actor, page, service.get_revision(page, number)


@blueprint.get("/<space>/<slug>/fassung/<int:number>/verbergen")
@require_login
def hiding(space: str, slug: str, number: int) -> ResponseReturnValue:
    _actor, page, revision = _version(space, slug, number)
    held = {part: getattr(revision, f"hide_{part}") for part in moderating.PARTS}
    form = HidingForm(formdata=None, data=held)
    return _page("hiding", form, page=page, revision=revision, name_of=name_of)


@blueprint.post("/<space>/<slug>/fassung/<int:number>/verbergen")
@require_login
@shows_again
@commits
def hide_parts(space: str, slug: str, number: int) -> ResponseReturnValue:
    actor, page, revision = _version(space, slug, number)
    form = HidingForm()
    if not form.is_ok():
        return _page("hiding", form, 422, page=page, revision=revision, name_of=name_of)
    try:
        for part in moderating.PARTS:
            _hide(actor, revision, part, form)
    except Conflict as error:
        form.blame(error)
        return _page("hiding", form, error.status, page=page, revision=revision, name_of=name_of)
    notice(_("Gespeichert."))
    path = service.page_path(page)
    return redirect(f"{path}/geschichte" if page.state == PageState.PUBLIC else path, code=303)


def _hide(actor: Actor, revision: Revision, part: moderating.Part, form: HidingForm) -> None:
    wanted = bool(form[part].data)
    if wanted != getattr(revision, f"hide_{part}"):
        why = form.reason.data or ""
        service.hide_of_revision(actor, revision, part, hidden=wanted, reason=why)


def _managed(space: str, slug: str) -> tuple[Actor, Page]:
    actor, page = to_page(space, slug)
    require_manager(actor, page.space)
    return actor, page


@blueprint.get("/<space>/<slug>/adressen")
@require_login
def addresses(space: str, slug: str) -> ResponseReturnValue:
    _actor, page = _managed(space, slug)
    form = AddressForm(formdata=None)
    return _page("addresses", form, page=page, former=list_former_addresses(page))


@blueprint.post("/<space>/<slug>/adressen")
@require_login
@shows_again
@commits
def remove_address(space: str, slug: str) -> ResponseReturnValue:
    actor, page = _managed(space, slug)
    form = AddressForm()
    former = list_former_addresses(page)
    if not form.is_ok() or form.address.data not in former:
        return _page("addresses", form, 422, page=page, former=former)
    service.remove_address(actor, page, form.address.data or "")
    notice(_("Die alte Adresse führt nicht mehr hierher."))
    return redirect(f"{service.page_path(page)}/adressen", code=303)


@blueprint.get("/<space>/<slug>/leichte-sprache")
@require_login
def twin(space: str, slug: str) -> ResponseReturnValue:
    _actor, page = _managed(space, slug)
    held = service.get_page(page.twin_id).title if page.twin_id is not None else ""
    return _page("twin", TwinForm(formdata=None, data={"twin": held}), page=page)


@blueprint.post("/<space>/<slug>/leichte-sprache")
@require_login
@shows_again
@commits
def save_twin(space: str, slug: str) -> ResponseReturnValue:
    actor, page = _managed(space, slug)
    form = TwinForm()
    if not form.is_ok():
        return _page("twin", form, 422, page=page)
    try:
        service.set_twin(actor, page, _twin(page, form.twin.data or ""))
    except Invalid as error:
        form.blame(error)
        return _page("twin", form, 422, page=page)
    notice(_("Gespeichert."))
    return redirect(service.page_path(page), code=303)


def _twin(page: Page, title: str) -> Page | None:
    if not title.strip():
        return None
    found = service.find_page(page.space, fold_title(title))
    if found is None or found.id == page.id:
        raise Invalid("Bitte nennen Sie den Titel einer anderen Seite dieses Bereichs.", "twin")
    return found


def _space(space: str) -> tuple[Actor, Space]:
    actor, found = to_space(space)
    require_manager(actor, found)
    return actor, found


@blueprint.get("/<space>/bereich")
@require_login
def space_rules(space: str) -> ResponseReturnValue:
    _actor, found = _space(space)
    names = ("intro", "licence", "review", "four_eyes", "protection")
    held = {name: getattr(found, name) for name in names} | {"title": found.scope.title}
    return _page("space_rules", SpaceForm(formdata=None, data=held), scope=found.scope)


@blueprint.post("/<space>/bereich")
@require_login
@shows_again
@commits
def save_space_rules(space: str) -> ResponseReturnValue:
    actor, found = _space(space)
    form = SpaceForm()
    if not form.is_ok():
        return _page("space_rules", form, 422, scope=found.scope)
    try:
        service.save_space(
            actor,
            found,
            title=form.title.data or "",
            intro=form.intro.data or "",
            licence=form.licence.data or "",
            review=Review(form.review.data),
            four_eyes=bool(form.four_eyes.data),
            protection=Protection(form.protection.data),
        )
    except Invalid as error:
        form.blame(error)
        return _page("space_rules", form, 422, scope=found.scope)
    notice(_("Gespeichert."))
    return redirect(found.scope.path, code=303)


@blueprint.post("/vorschlag/<int:proposal_id>/ablehnen")
@require_login
@shows_again
@commits
def reject(proposal_id: int) -> ResponseReturnValue:
    """As at the desk: with a rule or a law and a sentence, and a statement for the author."""
    actor = current_actor()
    found = service.get_proposal_for(actor, proposal_id)
    rules.require_may_decide(actor, found.space, found)
    form = RejectForm()
    case = find_open(ref_of(found), CaseKind.RELEASE)
    if case is None:
        return shown_with(actor, found, form, 409, say(Conflict(rules.ALREADY_DECIDED)))
    number = parse_id(request.form.get("fassung")) or 0
    decision = Decision(
        CaseVerdict.REJECT,
        number,
        parse_id(form.rule.data),
        form.why.data or "",
        form.law.data or "",
    )
    try:
        decisions.decide(actor, case.id, decision)
    except Invalid as error:
        form.blame(Invalid(error.message, FIELDS.get(error.field or "", error.field)))
        return shown_with(actor, found, form, 422)
    except Conflict as error:
        return shown_with(actor, found, form, 409, say(error))
    notice(_("Abgelehnt. Die Person erfährt den Grund."))
    return redirect(service.proposal_path(found.id), code=303)


FIELDS = {"text": "why"}
"""Names of the desk's form, and of ours."""
