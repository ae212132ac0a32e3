"""Deleted pages that may come back. Whoever asks for it says why and reads nothing of them: such a
proposal keeps the address and the reason, and what comes back is read when it is decided."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import aliased, joinedload

from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, NotFound
from wiki import rules
from wiki.models import Kind, Page, PageState, Proposal, Revision
from wiki.service import reading, trust, wordings
from wiki.service.spaces import get_space_for
from wiki.service.wordings import Wording

WITHHELD = (
    "Diese Seite kann nicht wiederkommen: Sie ist ausgeblendet, oder ihr Text ist für immer "
    "gelöscht oder verborgen."
)


def get_gone_for(actor: Actor, space: str, slug: str) -> Page:
    """The gate: a deleted page of a space one may read. Raises NotFound; also where it cannot come
    back, but to those who decide, who are told why."""
    found = get_space_for(actor, space)
    page = reading.find_gone(found, slug)
    if page is None or page.state != PageState.DELETED:
        raise NotFound("Diese Seite ist nicht gelöscht.")
    if not actor.may(rules.DECIDE, found.scope_id) and find_wording(page) is None:
        raise NotFound(WITHHELD)
    return page


def may_ask(actor: Actor, page: Page) -> bool:
    """Whether the page that says it is gone leads to the form; people without a login get there
    through theirs."""
    if page.state != PageState.DELETED or find_wording(page) is None:
        return False
    try:
        trusted = trust.is_trusted(actor.party_id)
        rules.require_unprotected(actor, page.space, page, now(), trusted=trusted)
    except rules.Protected:
        return False
    return True


def asked(page: Page, why: str) -> Wording:
    """All that a proposal to bring this page back keeps: nothing its author may not read."""
    return Wording(page.slug, "", summary=why, kind=Kind.UNDELETE)


def require_possible(page: Page) -> None:
    if page.state == PageState.PUBLIC:
        raise Conflict("Diese Seite ist nicht gelöscht.")
    if find_wording(page) is None:
        raise Conflict(WITHHELD)


def find_wording(page: Page) -> Wording | None:
    """What would come back."""
    revision = list_versions([page.id]).get(page.id)
    return wordings.of_revision(revision) if revision is not None else None


def list_versions(page_ids: Collection[int]) -> Mapping[int, Revision]:
    """By page, the version that would come back, with its text, in one query. Of pages that were
    taken away, and where the text was erased or is hidden in any version, there is none."""
    twin = aliased(Revision)
    same = twin.page_id == Revision.page_id, twin.text_id == Revision.text_id
    hidden = select(twin.id).where(*same, twin.hide_text).exists()
    query = select(Revision).join(Page, Page.published_id == Revision.id)
    query = query.where(Page.id.in_(page_ids), Page.state == PageState.DELETED)
    query = query.where(Revision.text_id.is_not(None), ~hidden)
    found = db.session.scalars(query.options(joinedload(Revision.stored)))
    return {one.page_id: one for one in found}


def find_readable(actor: Actor, proposal: Proposal) -> Wording | None:
    """What this proposal brings back, where this person may read it: once it is public, or to
    decide."""
    page = proposal.page
    if page is None:
        return None
    if page.state == PageState.PUBLIC:
        revision = reading.find_version(page.published_id or 0)
        return wordings.of_revision(revision) if revision is not None else None
    return find_wording(page) if actor.may(rules.DECIDE, proposal.space_id) else None
