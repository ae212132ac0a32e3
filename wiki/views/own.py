"""Proposals of people without a login: sent, on their way, and the private page of each."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from kern.accounts import pending
from kern.accounts.emails import fold_email
from kern.content import Ref
from kern.errors import DomainError, TooMany
from kern.i18n import _, language
from kern.ids import parse_id
from kern.moderation.desk import reason_for
from kern.web import commits, limit_writing, notice, shows_again
from kern.web.limit import limit_mails, limit_withdrawing
from wiki import acts, service
from wiki.forms import OwnForm
from wiki.models import OPEN, PROPOSAL_KEY, Kind, Page, Proposal, ProposalState, Space
from wiki.rendering import difference_view
from wiki.service import Wording, merging, own_links, reading, wordings
from wiki.service.proposals import check_confirmed, revise_confirmed
from wiki.views.blueprint import blueprint, kind_words, name_of, state_words


def keep_for_confirmation(
    space: Space,
    page: Page | None,
    wording: Wording,
    base_id: int | None,
    *,
    email: str,
    typed_ms: int | None,
) -> ResponseReturnValue:
    """Kept as typed; it waits at the desk when the mail's page is confirmed. Raises as
    `check_confirmed`, and Invalid at "email"."""
    checked = check_confirmed(space, page, wording, base_id)
    address = fold_email(email)
    limit_mails(address)
    payload = acts.payload_of(space, page, checked, base_id, typed_ms)
    pending.submit(acts.ACT, address, payload, language())
    return redirect("/wiki/unterwegs", code=303)


@blueprint.get("/unterwegs")
def on_its_way() -> ResponseReturnValue:
    """Shown after writing without a login: look into your mailbox."""
    return render_template("wiki/on_its_way.html")


@blueprint.get("/mein-vorschlag/<int:proposal_id>/<signature>")
def by_link(proposal_id: int, signature: str) -> ResponseReturnValue:
    found = own_links.get_by_link(proposal_id, signature)
    wording = _newest(found)
    return _shown(found, wording, OwnForm(formdata=None, data={"text": wording.source}))


def _newest(found: Proposal) -> Wording:
    return wordings.of_snapshot(merging.newest(found), Kind(found.kind))


def _shown(
    found: Proposal, wording: Wording, form: OwnForm, status: int = 200
) -> ResponseReturnValue:
    is_written = found.base_id is not None and found.kind != Kind.UNDELETE
    base = reading.find_version(found.base_id or 0) if is_written else None
    before = wordings.of_revision(base) if base is not None and not base.hide_text else None
    html = render_template(
        "wiki/own_link.html",
        proposal=found,
        wording=wording,
        here=own_links.link_path(found),
        difference=difference_view(before.source if before else "", wording.source),
        state=state_words()[ProposalState(found.state)],
        kind=kind_words()[Kind(found.kind)],
        remarks=service.list_remarks(found),
        reason=reason_for(Ref(PROPOSAL_KEY, found.id), found.latest)
        if found.state == ProposalState.REJECTED
        else None,
        path=service.page_path(service.get_page(found.page_id))
        if found.state == ProposalState.APPROVED and found.page_id is not None
        else "",
        is_open=found.state in OPEN,
        version=parse_id(request.form.get("version")) or found.version,
        form=form,
        name_of=name_of,
    )
    return html, status


@blueprint.post("/mein-vorschlag/<int:proposal_id>/<signature>")
@shows_again
@commits
def edit_by_link(proposal_id: int, signature: str) -> ResponseReturnValue:
    found = own_links.get_by_link(proposal_id, signature)
    form = OwnForm()
    wording = _newest(found)
    if not form.is_ok():
        return _shown(found, wording, form, 422)
    try:
        limit_writing()
        version = parse_id(request.form.get("version")) or 0
        revise_confirmed(found, form.text.data or "", version)
    except (DomainError, TooMany) as error:
        form.blame(error)
        return _shown(found, wording, form, error.status)
    notice(_("Ihre Änderung ist da. Sie wird geprüft."))
    return redirect(own_links.link_path(found), code=303)


@blueprint.post("/mein-vorschlag/<int:proposal_id>/<signature>/zurueckziehen")
@commits
def withdraw_by_link(proposal_id: int, signature: str) -> ResponseReturnValue:
    found = own_links.get_by_link(proposal_id, signature)
    limit_withdrawing()
    service.withdraw(own_links.author_as_actor(found), found)
    notice(_("Zurückgezogen. Der Text bleibt hier für Sie lesbar."))
    return redirect(own_links.link_path(found), code=303)
