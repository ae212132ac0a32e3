"""Writing: everything somebody sends becomes a proposal, and nothing typed is lost."""

from dataclasses import replace
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.utils import redirect

from kern.actor import Actor
from kern.errors import Conflict, DomainError, Invalid, NotFound
from kern.i18n import _, say
from kern.ids import parse_id, slugify
from kern.web import commits, current_actor, limit_writing, notice, require_login, shows_again
from kern.web.limit import limit_network
from wiki import service
from wiki.forms import EditForm
from wiki.linking import fold_title
from wiki.models import Draft, Kind, Page, Proposal, ProposalState, Revision, Space
from wiki.rendering import cut_section
from wiki.rules import decides_alone
from wiki.service import State, Wording, merging, places, reading, wordings
from wiki.service.proposals import NO_TEXT
from wiki.service.rendering import preview
from wiki.views import uploads
from wiki.views.begun import Begun, drop, fill_from, is_of, keep, mode, other_draft, place_of
from wiki.views.blueprint import blueprint, kind_words, state_words, to_page, to_space
from wiki.views.own import keep_for_confirmation

UPLOADS_PER_HOUR = 60  # of one network
PREVIEWS_PER_HOUR = 600  # of one network without a login
PREVIEW, KEEP, DISCARD = "vorschau", "entwurf", "verwerfen"
NOTHING = ("rendered", "draft", "other", "drafts", "dropped", "said", "gone")  # beside most editors
OWN = 30  # proposals of a page of the list
PAGE_GONE = (
    "Diese Seite gibt es nicht mehr. Ihr Text ist noch da: "
    "Sie können ihn als neue Seite vorschlagen."
)
PARENT_GONE = "Diese Seite gibt es in diesem Bereich nicht."


def begin(actor: Actor, page: Page, base_id: int | None = None) -> Begun:
    """From what this person has open, else from the version `base_id`, else from today's."""
    waits = service.find_open(actor.party_id, page)
    if waits is not None and waits.kind != Kind.UNDELETE:  # which has no text
        wording = wordings.of_snapshot(merging.newest(waits), Kind(waits.kind))
        return Begun(page.space, page, wording, waits.base_id, waits=waits)
    published = service.get_published(page)
    base = published if base_id is None else _version(page, base_id)
    shown = published if base.hide_text else base  # what is hidden is not copied from there
    found = wordings.of_revision(shown) or Wording(page.title, "")
    plain = replace(found, summary="", minor=False, kind=Kind.EDIT)
    begun = Begun(page.space, page, plain, base.id)
    number = parse_id(request.args.get("abschnitt"))
    cut = cut_section(found.source, number) if number is not None else None
    return replace(begun, cut=cut)


def _version(page: Page, revision_id: int) -> Revision:
    revision = reading.find_version(revision_id)
    if revision is None or revision.page_id != page.id:
        raise NotFound("Diese Fassung gibt es nicht.")
    return revision


def _filled(begun: Begun) -> EditForm:
    wording = begun.wording
    point: Any = (wording.place or {}).get("coordinates") or ()
    is_point = len(point) == 2 and not isinstance(point[0], list)  # noqa: PLR2004 - lon, lat
    shown = begun.cut.text if begun.cut is not None else wording.source
    return EditForm(
        formdata=None,
        data={
            "title": wording.title,
            "text": shown,
            "tags": ", ".join(wording.tags),
            "parent": title_of(wording.parent_id),
            "place": (wording.place or {}).get("label", ""),
            "lat": point[1] if is_point else "",
            "lon": point[0] if is_point else "",
            "summary": wording.summary,
            "minor": wording.minor,
            "base": begun.base_id or "",
        },
    )


def title_of(page_id: int | None) -> str:
    if page_id is None:
        return ""
    try:
        return service.get_page(page_id).title
    except NotFound:
        return ""


def _editor(begun: Begun, form: EditForm, status: int = 200, **more: Any) -> ResponseReturnValue:
    shown = dict.fromkeys(NOTHING) | more
    known = places.list_known(begun.space)
    html = render_template(
        "wiki/edit.html",
        begun=begun,
        space=begun.space,
        scope=begun.space.scope,
        page=begun.page,
        form=form,
        path=begun.path + mode(),
        keeps_as=f"wiki-{begun.page.id if begun.page else begun.path}{mode()}",
        is_at_once=not begun.own_path and decides_alone(current_actor(), begun.space),
        known=known,
        center=places.middle_of(known),
        **shown,
    )
    return html, status, {"Cache-Control": "private, no-store"}


@blueprint.get("/<space>/neu")
def new_page(space: str) -> ResponseReturnValue:
    actor, found = to_space(space)
    title = request.args.get("titel", "")[:120]
    existing = service.find_page(found, fold_title(title)) if title else None
    if existing is not None:
        return redirect(f"{service.page_path(existing)}/bearbeiten")
    begun = _new(found, title, _about_project())
    if not title:
        return _editor(begun, _filled(begun), drafts=service.list_drafts(actor, found))
    return _came_back(begun, service.find_draft(actor, found, None, fold_title(title)))


def _came_back(begun: Begun, draft: Draft | None) -> ResponseReturnValue:
    """With the draft filled in, where it is one of this editor."""
    form = _filled(begun)
    if draft is None or not is_of(draft, mode()):
        return _editor(begun, form, other=draft)
    fill_from(draft, begun, form)
    return _editor(begun, form, draft=draft)


def _about_project() -> str:
    """The first line of a page that somebody begins at a project: the link leads there, and it
    brings the page to the project."""
    slug = request.args.get("projekt", "")
    if not slug or slugify(slug) != slug:
        return ""
    return _("Das gehört zum Projekt [[Projekt:%(slug)s]].", slug=slug) + "\n\n"


def _sent_form() -> EditForm:
    form = EditForm()
    if form.picture.has_upload or form.document.has_upload:
        limit_network("upload", UPLOADS_PER_HOUR)  # each costs a second of a core
    uploads.take(form)
    return form


@blueprint.post("/<space>/neu")
@shows_again
@commits
def save_new_page(space: str) -> ResponseReturnValue:
    form = _sent_form()
    actor, found = to_space(space)
    return _save(actor, _new(found), form)


def _new(space: Space, title: str = "", source: str = "") -> Begun:
    return Begun(space, None, Wording(title, source, kind=Kind.CREATE), None)


@blueprint.get("/<space>/<slug>/bearbeiten")
def edit(space: str, slug: str) -> ResponseReturnValue:
    try:
        actor, page = to_page(space, slug)
    except NotFound:
        return _draft_of_gone(*to_space(space), slug)
    begun = _back_to(begin(actor, page))
    return _came_back(begun, service.find_draft(actor, page.space, page))


def _back_to(begun: Begun) -> Begun:
    """With the whole state of the former version that the address names: title, text, tags, place,
    files, all on top of what holds today."""
    number = parse_id(request.args.get("fassung"))
    if number is None or begun.page is None:
        return begun
    revision = service.get_revision(begun.page, number)
    former = None if revision.hide_text else wordings.of_revision(revision)
    if former is None:
        raise NotFound("Der Text dieser Fassung ist nicht mehr öffentlich.")
    why = _("Zurück zu Fassung %(n)s", n=number)
    wording = replace(former, kind=Kind.REVERT, summary=why, minor=False)
    return replace(begun, wording=wording, cut=None)


@blueprint.post("/<space>/<slug>/bearbeiten")
@shows_again
@commits
def save_edit(space: str, slug: str) -> ResponseReturnValue:
    form = _sent_form()
    try:
        actor, page = to_page(space, slug)
        begun = begin(actor, page, parse_id(form.base.data))
    except NotFound:
        return _typed_on_gone(to_space(space)[1], form)
    if str(begun.base_id) != (form.base.data or ""):
        begun = replace(begun, base_id=parse_id(form.base.data))
    return _save(actor, _back_to(begun), form)


def _draft_of_gone(actor: Actor, space: Space, slug: str) -> ResponseReturnValue:
    """Raises NotFound where this person kept nothing."""
    page = reading.find_gone(space, slug)
    draft = service.find_draft(actor, space, page) if page is not None else None
    if draft is None:
        raise NotFound("Diese Seite gibt es nicht.")
    begun = _new(space)
    form = _filled(begun)
    fill_from(draft, begun, form)
    return _instead(begun, form)


def _typed_on_gone(space: Space, form: EditForm) -> ResponseReturnValue:
    """The page went while they wrote. Raises NotFound where nothing was typed."""
    if not (form.text.data or "").strip():
        raise NotFound("Diese Seite gibt es nicht.")
    return _instead(_new(space), form)


def _instead(begun: Begun, form: EditForm) -> ResponseReturnValue:
    """As a new page, since the one it was written on is gone."""
    form.base.data = form.kept.data = ""
    form.keep_uploads()
    return _editor(begun, form, 409, gone=say(Conflict(PAGE_GONE)))


def _save(actor: Actor, begun: Begun, form: EditForm) -> ResponseReturnValue:
    act = request.form.get("aktion", "")
    if act == DISCARD:
        return _discard(actor, begun, form)
    if act in {PREVIEW, KEEP}:
        return _look(actor, begun, form, act)
    if not form.is_ok():
        return _editor(begun, form, 422)
    try:
        limit_writing(actor.account_id)
        wording = _wording(actor, begun, form)
        if not actor.is_authenticated:
            return _confirm_by_mail(begun, wording, form)
        proposal = service.submit(actor, begun.space, begun.page, wording, begun.base_id)
    except DomainError as error:
        form.blame(error)
        return _editor(begun, form, error.status)
    if begun.page is None:
        service.discard_draft(actor, begun.space, None, fold_title(form.kept.data or ""))
    return sent(proposal)


def _confirm_by_mail(begun: Begun, wording: Wording, form: EditForm) -> ResponseReturnValue:
    return keep_for_confirmation(
        begun.space,
        begun.page,
        wording,
        begun.base_id,
        email=form.email.data or "",
        typed_ms=parse_id(form.typed.data),
    )


def sent(proposal: Proposal) -> ResponseReturnValue:
    if proposal.state == ProposalState.APPROVED and proposal.page_id is not None:
        notice(_published_words(Kind(proposal.kind)))
        return redirect(service.page_path(service.get_page(proposal.page_id)), code=303)
    notice(_("Danke! Ihr Vorschlag ist da. Er erscheint, sobald ihn jemand geprüft hat."))
    return redirect(service.proposal_path(proposal.id), code=303)


def _published_words(kind: Kind) -> str:
    words = {
        Kind.CREATE: _("Ihre Seite ist veröffentlicht."),
        Kind.DELETE: _("Die Seite ist gelöscht. Sie lässt sich wiederherstellen."),
        Kind.UNDELETE: _("Die Seite ist wieder da."),
    }
    return words.get(kind) or _("Ihre Änderung ist veröffentlicht.")


def _discard(actor: Actor, begun: Begun, form: EditForm) -> ResponseReturnValue:
    """Begins anew; what was typed can still be copied from this one page."""
    drop(actor, begun, form)
    said = _("Der Entwurf ist verworfen.")
    return _editor(begun, _filled(begun), said=said, dropped=form.text.data or "")


def _look(actor: Actor, begun: Begun, form: EditForm, act: str) -> ResponseReturnValue:
    """The text as it will look; kept as a private draft as well."""
    form.validate()
    form.form_errors.clear()
    form.keep_uploads()
    try:
        is_kept = keep(actor, begun, form)
    except Invalid as error:
        form.blame(error)
        return _editor(begun, form, error.status)
    said = _("Als Entwurf gespeichert. Nur Sie sehen ihn.") if is_kept and act == KEEP else ""
    html = _rendered(begun, form)
    other = None if is_kept else other_draft(actor, begun, form)
    return _editor(begun, form, rendered=html if act == PREVIEW else None, said=said, other=other)


def _wording(actor: Actor, begun: Begun, form: EditForm) -> Wording:
    """Raises Invalid at the field that is wrong."""
    text = uploads.with_files(form, form.text.data or "")
    is_new = begun.page is None
    return Wording(
        title=(form.title.data or "") if is_new else begun.wording.title,
        source=begun.cut.with_text(text) if begun.cut is not None else text,
        tags=tuple((form.tags.data or "").split(",")),
        parent_id=parent_of(begun.space, form.parent.data or ""),
        place=place_of(begun, form),
        files=uploads.all_files(actor, form, begun.wording),
        summary=form.summary.data or "",
        minor=bool(form.minor.data),
        kind=Kind.CREATE if is_new and not begun.waits else _kind(begun),
    )


def _kind(begun: Begun) -> Kind:
    if begun.wording.kind == Kind.REVERT:
        return Kind.REVERT
    return Kind(begun.waits.kind) if begun.waits is not None else Kind.EDIT


def parent_of(space: Space, title: str) -> int | None:
    if not title.strip():
        return None
    page = service.find_page(space, fold_title(title))
    if page is None:
        raise Invalid(PARENT_GONE, field="parent")
    return page.id


def _rendered(begun: Begun, form: EditForm) -> Markup:
    made = preview(begun.space, form.text.data or "", begun.wording.files, begun.page)
    return Markup(made.html)  # noqa: S704 - kern.text has sanitised it


@blueprint.post("/<space>/vorschau")
def live_preview(space: str) -> ResponseReturnValue:
    """The text as HTML, for the editor's script, with the files of the page `seite`; nothing is
    kept."""
    actor, found = to_space(space)
    if not actor.is_authenticated:
        limit_network("wiki.preview", PREVIEWS_PER_HOUR)
    slug = request.form.get("seite", "")
    begun = begin(actor, service.get_page_for(actor, space, slug)) if slug else None
    files = begun.wording.files if begun is not None else ()
    made = preview(found, request.form.get("text", ""), files, begun.page if begun else None)
    return made.html, 200, {"Cache-Control": "private, no-store"}


def _of_proposal(actor: Actor, proposal_id: int) -> tuple[Proposal, Begun]:
    """Of a page that is to be: nothing published could be lost. Of another one while nothing was
    published since; else its author joins both first."""
    found = service.get_proposal_for(actor, proposal_id)
    if found.kind == Kind.UNDELETE:
        raise Conflict(NO_TEXT)
    seen = service.outlook(found)
    if found.page_id is not None and seen.state != State.CURRENT:
        raise Conflict("Inzwischen wurde die Seite geändert. Bitte führen Sie beides zusammen.")
    wording = wordings.of_snapshot(merging.newest(found), Kind(found.kind))
    path = f"{service.proposal_path(found.id)}/bearbeiten"
    return found, Begun(found.space, None, wording, found.base_id, waits=found, own_path=path)


@blueprint.get("/vorschlag/<int:proposal_id>/bearbeiten")
@require_login
def edit_proposal(proposal_id: int) -> ResponseReturnValue:
    found, begun = _of_proposal(current_actor(), proposal_id)
    form = _filled(begun)
    form.base.data = str(found.version)
    return _editor(begun, form)


@blueprint.post("/vorschlag/<int:proposal_id>/bearbeiten")
@require_login
@shows_again
@commits
def save_proposal(proposal_id: int) -> ResponseReturnValue:
    """Whoever decides may mend it: the author stays the author."""
    form = EditForm()
    uploads.take(form)
    actor = current_actor()
    found, begun = _of_proposal(actor, proposal_id)
    if request.form.get("aktion") == PREVIEW:
        form.validate()
        form.keep_uploads()
        html = _rendered(begun, form)
        return _editor(begun, form, rendered=html)
    if not form.is_ok():
        return _editor(begun, form, 422)
    try:
        limit_writing(actor.account_id)
        wording = _wording(actor, begun, form)
        version = parse_id(form.base.data) or 0
        service.resolve(actor, found, version, wording=wording)
    except DomainError as error:
        form.blame(error)
        return _editor(begun, form, error.status)
    return sent(found)


@blueprint.get("/vorschlaege")
@require_login
def own_proposals() -> ResponseReturnValue:
    before = parse_id(request.args.get("vor"))
    found = service.list_own(current_actor(), before, OWN + 1)
    more = found[OWN - 1].id if len(found) > OWN else None
    return render_template(
        "wiki/own.html",
        proposals=found[:OWN],
        drafts=service.list_drafts(current_actor()) if before is None else (),
        more=more,
        states=state_words(),
        kinds=kind_words(),
    )
