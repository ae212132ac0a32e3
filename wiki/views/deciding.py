"""A proposal: its author changes or withdraws it, reviewers compare, talk, join and publish."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.utils import redirect

from kern.actor import Actor
from kern.calendar import end_of_day, to_local
from kern.clock import now
from kern.errors import Conflict, Invalid
from kern.i18n import _, say
from kern.ids import parse_id
from kern.moderation.cases import find_open
from kern.moderation.models import CaseKind
from kern.web import commits, current_actor, limit_writing, notice, require_login, shows_again
from wiki import rules, service
from wiki.comparing import Clash
from wiki.forms import ProtectForm, RejectForm, RemarkForm
from wiki.models import OPEN, Kind, Page, Proposal, ProposalState, Protection
from wiki.service import Outlook, State, merging, reading, returning, wordings
from wiki.service.proposals import ref_of
from wiki.service.rendering import preview
from wiki.service.spaces import require_manager
from wiki.views.blueprint import (
    blueprint,
    kind_words,
    name_of,
    state_words,
    to_page,
)
from wiki.views.comparing import Side, compared
from wiki.views.renamed import followed

PRIVATE = {"Cache-Control": "private, no-store"}
MINE, THEIRS, BOTH, OWN = "vorschlag", "seite", "beide", "eigener"


@blueprint.get("/wartet")
@require_login
def waiting() -> ResponseReturnValue:
    actor = current_actor()
    found = reading.list_waiting(actor, service.list_spaces(actor))
    return render_template(
        "wiki/waiting.html", proposals=found, kinds=kind_words(), name_of=name_of
    )


@blueprint.get("/vorschlag/<int:proposal_id>")
@require_login
def proposal(proposal_id: int) -> ResponseReturnValue:
    actor = current_actor()
    return _shown(actor, service.get_proposal_for(actor, proposal_id), RemarkForm(formdata=None))


def shown_with(
    actor: Actor, found: Proposal, refusing: RejectForm, status: int, said: str = ""
) -> ResponseReturnValue:
    """The page of a proposal with a refusal that is not done yet."""
    return _shown(actor, found, RemarkForm(formdata=None), status, said, refusing=refusing)


def _shown(
    actor: Actor,
    found: Proposal,
    form: RemarkForm,
    status: int = 200,
    said: str = "",
    *,
    refusing: RejectForm | None = None,
) -> ResponseReturnValue:
    is_open = found.state in OPEN
    seen = service.outlook(found) if is_open else None
    snapshot = merging.newest(found)
    is_return = found.kind == Kind.UNDELETE
    published = None if is_return else _published(found)
    after = _after(actor, found, seen)
    made = preview(found.space, after.source, after.files, found.page)
    html = render_template(
        "wiki/proposal.html",
        proposal=found,
        snapshot=snapshot,
        scope=found.space.scope,
        page=found.page,
        seen=seen,
        after=after,
        is_return=is_return,
        hides_text=is_return and not after.source,
        before_title=published.title if published else "",
        compared=compared(found.space, found.page, _side(published), _side(after)),
        html=Markup(made.html),  # noqa: S704 - kern.text has sanitised it
        remarks=service.list_remarks(found),
        state=state_words()[ProposalState(found.state)],
        kind=kind_words()[Kind(found.kind)],
        is_own=rules.is_own(found, actor),
        may_decide=actor.may(rules.DECIDE, found.space_id),
        clashes=_clashes(seen),
        desk=_desk(found),
        form=form,
        refusing=refusing or RejectForm(formdata=None),
        said=said,
        renamed=followed(service.renaming_of(found.merged_id)),
        name_of=name_of,
    )
    return html, status, PRIVATE


def _side(wording: service.Wording | None) -> Side:
    return (wording.source, wording.files) if wording is not None else ("", ())


def _after(actor: Actor, found: Proposal, seen: Outlook | None) -> service.Wording:
    """What publishing it makes; of a page that shall come back only what this person may read."""
    wording = wordings.of_snapshot(merging.newest(found), Kind(found.kind))
    if found.kind == Kind.UNDELETE:
        return returning.find_readable(actor, found) or wording
    return seen.wording if seen is not None and seen.wording is not None else wording


def _clashes(seen: Outlook | None) -> Sequence[Clash]:
    return seen.clashes if seen is not None and seen.state == State.CLASH else ()


def _published(found: Proposal) -> service.Wording | None:
    """What the proposal stands beside: today's page while it is open, then what it began with."""
    now = found.page.published_id if found.page is not None else None
    beside = now if found.state in OPEN else found.base_id
    revision = reading.find_version(beside) if beside is not None else None
    return None if revision is None or revision.hide_text else wordings.of_revision(revision)


def _desk(found: Proposal) -> str:
    case = find_open(ref_of(found), CaseKind.RELEASE)
    return f"/moderation/fall/{case.id}" if case is not None else ""


def _number(name: str) -> int:
    return parse_id(request.form.get(name)) or 0


def _open_proposal(proposal_id: int) -> tuple[Actor, Proposal]:
    actor = current_actor()
    return actor, service.get_proposal_for(actor, proposal_id)


def _back(proposal_id: int, sentence: str) -> ResponseReturnValue:
    notice(sentence)
    return redirect(service.proposal_path(proposal_id), code=303)


@blueprint.post("/vorschlag/<int:proposal_id>/veroeffentlichen")
@require_login
@commits
def approve(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    try:
        revision = service.approve(
            actor,
            found,
            _number("fassung"),
            version=_number("version"),
            published_id=parse_id(request.form.get("stand")),
            seen_sha=request.form.get("gesehen", ""),
        )
    except Conflict as error:
        return _shown(actor, found, RemarkForm(formdata=None), 409, say(error))
    notice(_("Veröffentlicht."))
    return redirect(service.page_path(service.get_page(revision.page_id)), code=303)


@blueprint.post("/vorschlag/<int:proposal_id>/aenderungen")
@require_login
@shows_again
@commits
def ask(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    form = RemarkForm()
    if not form.is_ok():
        return _shown(actor, found, form, 422)
    try:
        service.ask_for_changes(actor, found, _number("fassung"), form.text.data or "")
    except (Conflict, Invalid) as error:
        form.blame(error)
        return _shown(actor, found, form, error.status)
    return _back(found.id, _("Wir haben um Änderungen gebeten."))


@blueprint.post("/vorschlag/<int:proposal_id>/anmerkung")
@require_login
@shows_again
@commits
def remark(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    form = RemarkForm()
    if not form.is_ok():
        return _shown(actor, found, form, 422)
    limit_writing(actor.account_id)
    try:
        service.remark_on(actor, found, form.text.data or "")
    except Invalid as error:
        form.blame(error)
        return _shown(actor, found, form, 422)
    return _back(found.id, _("Ihre Anmerkung ist da."))


@blueprint.post("/vorschlag/<int:proposal_id>/zurueckziehen")
@require_login
@commits
def withdraw(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    service.withdraw(actor, found)
    return _back(found.id, _("Zurückgezogen. Der Text bleibt hier für Sie lesbar."))


@blueprint.post("/vorschlag/<int:proposal_id>/noch-einmal")
@require_login
@commits
def ask_again(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    service.ask_again(actor, found)
    return _back(found.id, _("Ihr Vorschlag wird noch einmal geprüft."))


@blueprint.post("/vorschlag/<int:proposal_id>/wieder-oeffnen")
@require_login
@commits
def reopen(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    service.reopen(actor, found)
    return _back(found.id, _("Der Vorschlag wartet wieder."))


@blueprint.post("/vorschlag/<int:proposal_id>/neue-seite")
@require_login
@commits
def become_creation(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    service.become_creation(actor, found)
    return _back(found.id, _("Ihr Vorschlag ist jetzt einer für eine neue Seite."))


@blueprint.post("/vorschlag/<int:proposal_id>/als-aenderung")
@require_login
@commits
def become_edit(proposal_id: int) -> ResponseReturnValue:
    actor, found = _open_proposal(proposal_id)
    service.become_edit(actor, found)
    sentence = _(
        "Ihr Vorschlag ändert jetzt die Seite dieses Titels. Bitte wählen Sie, was bleibt."
    )
    return _back(found.id, sentence)


@blueprint.post("/vorschlag/<int:proposal_id>/zusammenfuehren")
@require_login
@commits
def resolve(proposal_id: int) -> ResponseReturnValue:
    """On today's version: joined by itself, or with one choice for each clash."""
    actor, found = _open_proposal(proposal_id)
    seen = service.outlook(found)
    try:
        service.resolve(
            actor,
            found,
            _number("version"),
            choices=[_chosen(number, clash) for number, clash in enumerate(seen.clashes)],
            fields={clash.name: _field(number, clash) for number, clash in enumerate(seen.fields)},
            seen_sha=request.form.get("gesehen") or None,
        )
    except (Conflict, Invalid) as error:
        return _shown(actor, found, RemarkForm(formdata=None), error.status, say(error))
    return _back(found.id, _("Der Vorschlag ist auf dem neuen Stand. Bitte lesen Sie ihn noch."))


def _chosen(number: int, clash: Clash) -> str:
    """Raises Invalid when nothing was chosen."""
    choice = request.form.get(f"wahl-{number}", "")
    texts = {
        MINE: clash.proposed,
        THEIRS: clash.published,
        BOTH: clash.published.rstrip("\n") + "\n\n" + clash.proposed,
        OWN: request.form.get(f"text-{number}", "").replace("\r\n", "\n"),
    }
    if choice not in texts:
        raise Invalid("Bitte entscheiden Sie jeden Abschnitt.", field="choices")
    return texts[choice]


def _field(number: int, clash: service.FieldClash) -> Any:
    choice = request.form.get(f"feld-{number}", "")
    if choice not in {MINE, THEIRS}:
        raise Invalid("Bitte entscheiden Sie jeden Abschnitt.", field="choices")
    return clash.proposed if choice == MINE else clash.published


@blueprint.post("/<space>/<slug>/geprueft")
@require_login
@commits
def mark_checked(space: str, slug: str) -> ResponseReturnValue:
    actor, page = to_page(space, slug)
    service.mark_checked(actor, page)
    notice(_("Als geprüft gekennzeichnet."))
    return redirect(service.page_path(page), code=303)


@blueprint.get("/<space>/<slug>/schutz")
@require_login
def protection(space: str, slug: str) -> ResponseReturnValue:
    actor, page = to_page(space, slug)
    require_manager(actor, page.space)
    form = ProtectForm(formdata=None, data=_held(page))
    return render_template("wiki/protect.html", page=page, form=form)


def _held(page: Page) -> dict[str, Any]:
    """What protects it today, so that saving again changes nothing unseen."""
    until = page.protected_until
    if page.protection is None or (until is not None and until <= now()):
        return {"protection": ""}
    last_day = to_local(until - timedelta(seconds=1)).date() if until is not None else None
    return {"protection": page.protection, "until": last_day}


@blueprint.post("/<space>/<slug>/schutz")
@require_login
@shows_again
@commits
def protect(space: str, slug: str) -> ResponseReturnValue:
    form = ProtectForm()
    actor, page = to_page(space, slug)
    if not form.is_ok():
        return render_template("wiki/protect.html", page=page, form=form), 422
    wanted = Protection(form.protection.data) if form.protection.data else None
    until = end_of_day(form.until.data) if form.until.data else None
    service.protect(actor, page, wanted, until)
    notice(_("Gespeichert."))
    return redirect(service.page_path(page), code=303)
