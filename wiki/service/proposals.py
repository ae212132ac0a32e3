"""Proposals: written, rewritten, withdrawn, talked about. One open one per person and page."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kern import audit, outbox, text
from kern.accounts.models import Source
from kern.actor import Actor
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed, NotFound
from kern.files import service as files
from kern.ids import new_receipt
from kern.moderation import bars
from kern.moderation.cases import open_case, withdraw_cases
from kern.moderation.models import CaseKind
from kern.outbox import Fact
from wiki import rules
from wiki.models import (
    OPEN,
    PROPOSAL_KEY,
    Kind,
    Page,
    PageState,
    Proposal,
    ProposalState,
    Remark,
    Revision,
    Snapshot,
    Space,
)
from wiki.service import drafts, merging, returning, telling, trust, wordings
from wiki.service.pages import get_page
from wiki.service.wordings import Wording

GONE = "Diesen Vorschlag gibt es nicht."
ALONE = frozenset({Kind.DELETE, Kind.UNDELETE})  # kinds that mix with no other change
WAITS_ALREADY = (
    "Zu dieser Seite wartet schon ein Vorschlag von Ihnen. Bitte ziehen Sie ihn zuerst zurück."
)
NO_TEXT = "Dieser Vorschlag hat keinen eigenen Text: Die Seite kommt so wieder, wie sie war."
CHOOSE_FIRST = (
    "Zu dieser Seite wartet schon ein Vorschlag von Ihnen, und inzwischen hat sich die Seite an "
    "denselben Stellen geändert. Bitte bringen Sie den Vorschlag zuerst auf den neuen Stand."
)
FIELDS = ("title", "source", "tags", "parent_id", "place", "files")


def get_proposal_for(actor: Actor, proposal_id: int) -> Proposal:
    """The gate: one's own, or any where one decides; else NotFound."""
    proposal = find_proposal(proposal_id)
    if proposal is None or not rules.may_see_proposal(actor, proposal.space.scope, proposal):
        raise NotFound(GONE)
    return proposal


def may_read_files(actor: Actor, proposal_id: int) -> bool:
    """Of what waits: its author, and whoever decides."""
    try:
        get_proposal_for(actor, proposal_id)
    except NotFound:
        return False
    return True


def find_proposal(proposal_id: int, *, lock: bool = False) -> Proposal | None:
    """Behind no gate. `lock`: nobody else changes it until the transaction ends."""
    if lock:
        holding = select(Proposal.id).where(Proposal.id == proposal_id)
        db.session.execute(holding.with_for_update())
    query = select(Proposal).where(Proposal.id == proposal_id)
    query = query.options(
        joinedload(Proposal.space).joinedload(Space.scope),
        joinedload(Proposal.page),
        joinedload(Proposal.author),
    )
    return db.session.scalar(query.execution_options(populate_existing=True))


def get_proposal(proposal_id: int, *, lock: bool = False) -> Proposal:
    proposal = find_proposal(proposal_id, lock=lock)
    if proposal is None:
        raise NotFound(GONE)
    return proposal


def find_open(party_id: int | None, page: Page) -> Proposal | None:
    """What this person has open for the page: their editor begins with it."""
    if party_id is None:
        return None
    query = select(Proposal).where(
        Proposal.author_id == party_id, Proposal.page_id == page.id, Proposal.state.in_(OPEN)
    )
    return db.session.scalar(query)


def list_own(actor: Actor, before: int | None = None, limit: int = 30) -> Sequence[Proposal]:
    """Newest first."""
    query = select(Proposal).where(Proposal.author_id == actor.party_id)
    if before is not None:
        query = query.where(Proposal.id < before)
    query = query.options(
        joinedload(Proposal.space).joinedload(Space.scope), joinedload(Proposal.page)
    )
    return db.session.scalars(query.order_by(Proposal.id.desc()).limit(limit)).all()


def propose(
    actor: Actor,
    space: Space,
    page: Page | None,
    wording: Wording,
    base_id: int | None,
    *,
    author_id: int | None = None,
    source: Source = Source.WEB,
) -> Proposal:
    """A new proposal, or a new snapshot of the one this person has open there.

    `base_id` is the version the form was filled from, never one read while saving. `author_id`
    says who wrote it when somebody of the office enters it. What needs no second person is
    published by `wiki.service.deciding.submit`, which calls this. Raises Invalid, Protected,
    LoginRequired, Conflict.
    """
    writer = author_id or actor.party_id
    trusted = trust.is_trusted(writer)
    rules.require_may_propose(actor, space, page, now(), trusted=trusted)
    bars.require_may_write(writer, space.scope_id)
    entered = actor.account_id if author_id is not None else None
    return save(space, page, wording, base_id, writer, source=source, entered_by=entered)


def propose_confirmed(
    space: Space, page: Page | None, wording: Wording, base_id: int | None, author_id: int
) -> Proposal:
    """From somebody without a login who confirmed by mail: always looked at by somebody else."""
    rules.require_unprotected(Actor(), space, page, now(), trusted=trust.is_trusted(author_id))
    bars.require_may_write(author_id, space.scope_id)
    return save(space, page, wording, base_id, author_id)


def check_confirmed(
    space: Space, page: Page | None, wording: Wording, base_id: int | None
) -> Wording:
    """Whether somebody whose address is not known yet may propose this: before a mail goes out.
    Raises as `propose_confirmed`."""
    rules.require_unprotected(Actor(), space, page, now(), trusted=False)
    wanted = wordings.checked(wording)
    _require_fits(page, wanted, base_id)
    return wanted


def revise_confirmed(proposal: Proposal, source: str, version: int) -> Proposal:
    """Its author, without a login, writes on. Raises Conflict when it changed since."""
    if proposal.state not in OPEN or proposal.version != version or proposal.author_id is None:
        raise Conflict(rules.READ_ANEW)
    wording = wordings.of_snapshot(merging.newest(proposal), Kind(proposal.kind))
    changed = replace(wording, source=source)
    base, author = proposal.base_id, proposal.author_id
    return propose_confirmed(proposal.space, proposal.page, changed, base, author)


def save(
    space: Space,
    page: Page | None,
    wording: Wording,
    base_id: int | None,
    author_id: int | None,
    *,
    source: Source = Source.WEB,
    entered_by: int | None = None,
) -> Proposal:
    wanted = wordings.checked(wording)
    _require_fits(page, wanted, base_id)
    if page is not None and wanted.kind == Kind.UNDELETE:
        wanted = returning.asked(page, wanted.summary)
    open_one = _lock_open(space, page, wanted, author_id)
    if open_one is None:
        open_one = _new(space, page, wanted, author_id, source=source, entered_by=entered_by)
    else:
        wanted, base_id = _on_top(open_one, wanted, base_id)
        rules.require_transition(ProposalState(open_one.state), ProposalState.SUBMITTED)
        open_one.version += 1
    add_snapshot(open_one, wanted, base_id)
    open_one.kind, open_one.state = wanted.kind, ProposalState.SUBMITTED
    open_one.changed_at, open_one.reminded_at = now(), None
    to_desk(open_one)
    drafts.forget(author_id, space, page, wanted.title_key)
    note(open_one, Fact.SUBMITTED)
    return open_one


def _require_fits(page: Page | None, wording: Wording, base_id: int | None) -> None:
    if (page is None) != (wording.kind == Kind.CREATE):
        raise Invalid("Bitte laden Sie die Seite neu.")
    if page is None:
        return
    if page.state == PageState.DELETED and wording.kind != Kind.UNDELETE:
        raise Conflict("Diese Seite ist gelöscht. Sie können vorschlagen, sie wiederherzustellen.")
    if page.state == PageState.HIDDEN:
        raise Conflict("Diese Seite ist ausgeblendet und lässt sich gerade nicht ändern.")
    if wording.kind == Kind.UNDELETE:
        returning.require_possible(page)
    query = select(Revision.page_id).where(Revision.id == base_id)
    if base_id is None or db.session.scalar(query) != page.id:
        raise Invalid("Bitte laden Sie die Seite neu.")
    published = _state_of(page.published_id)
    is_same = published is not None and published.state == wording.state
    if is_same and wording.kind not in ALONE and base_id == page.published_id:
        raise Invalid("Sie haben noch nichts geändert.", field="text")


def _state_of(revision_id: int | None) -> Wording | None:
    revision = db.session.get(Revision, revision_id) if revision_id is not None else None
    return wordings.of_revision(revision) if revision is not None else None


def _lock_open(
    space: Space, page: Page | None, wording: Wording, author_id: int | None
) -> Proposal | None:
    query = select(Proposal.id).where(Proposal.author_id == author_id, Proposal.state.in_(OPEN))
    if page is not None:
        query = query.where(Proposal.page_id == page.id)
    else:
        query = query.where(
            Proposal.page_id.is_(None),
            Proposal.space_id == space.scope_id,
            Proposal.title_key == wording.title_key,
        )
    found = db.session.scalar(query)
    if found is None:
        return None
    locked = get_proposal(found, lock=True)
    return locked if locked.state in OPEN else None


def _on_top(
    proposal: Proposal, wording: Wording, base_id: int | None
) -> tuple[Wording, int | None]:
    """Another kind of change than the open one: what this form left as it was keeps what waits.

    Form and proposal may come from two versions: both are brought to the newer one, which is
    returned beside, so that what was published in between stays. Raises Conflict where a person
    has to choose first.
    """
    if wording.kind == proposal.kind or proposal.page_id is None:
        return wording, base_id
    if wording.kind in ALONE or proposal.kind in ALONE:
        raise Conflict(WAITS_ALREADY)
    newer = max(base_id or 0, proposal.base_id or 0) or None
    base = _state_of(newer)
    if base is None and base_id == proposal.base_id:
        return replace(wording, kind=Kind.EDIT), base_id
    newest = wordings.of_snapshot(merging.newest(proposal), Kind(proposal.kind))
    waiting = merging.carried(newest, proposal.base_id, newer)
    wanted = merging.carried(wording, base_id, newer)
    if base is None or waiting is None or wanted is None:
        raise Conflict(CHOOSE_FIRST)
    kept = {
        name: getattr(waiting, name)
        for name in FIELDS
        if getattr(wanted, name) == getattr(base, name)
    }
    return replace(wanted, kind=Kind.EDIT, **kept), newer


def _new(
    space: Space,
    page: Page | None,
    wording: Wording,
    author_id: int | None,
    *,
    source: Source,
    entered_by: int | None,
) -> Proposal:
    """Raises Conflict when the same person saved it from two windows at once."""
    proposal = Proposal(
        space_id=space.scope_id,
        page_id=page.id if page is not None else None,
        kind=wording.kind,
        author_id=author_id,
        title=wording.title,
        title_key=wording.title_key,
        receipt=new_receipt(),
        source=source,
        entered_by=entered_by,
    )
    proposal.space, proposal.page = space, page
    try:
        with db.session.begin_nested():
            db.session.add(proposal)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict("Das ist gerade schon gespeichert worden. Bitte laden Sie neu.") from error
    return proposal


def add_snapshot(
    proposal: Proposal,
    wording: Wording,
    base_id: int | None,
    editor_id: int | None = None,
    remark: str = "",
) -> Snapshot:
    proposal.latest += 1
    snapshot = Snapshot(
        proposal_id=proposal.id,
        number=proposal.latest,
        text_id=wordings.store(wording.source),
        title=wording.title,
        page_parent_id=wording.parent_id,
        tags=list(wording.tags),
        place=dict(wording.place) if wording.place else None,
        files=[dict(file) for file in wording.files],
        summary=wording.summary,
        minor=wording.minor,
        base_id=base_id,
        editor_id=editor_id,
        note=remark,
    )
    db.session.add(snapshot)
    for file in wording.files:  # those of a page stay with it
        files.attach(int(file["file_id"]), ref_of(proposal))
    proposal.base_id, proposal.title, proposal.title_key = base_id, wording.title, wording.title_key
    db.session.flush()
    return snapshot


def ref_of(proposal: Proposal) -> Ref:
    return Ref(PROPOSAL_KEY, proposal.id)


def proposal_path(proposal_id: int) -> str:
    return f"/wiki/vorschlag/{proposal_id}"


def to_desk(proposal: Proposal) -> None:
    """It waits for a decision about its newest snapshot; whoever looked after an older one begins
    anew."""
    ref = ref_of(proposal)
    author = proposal.author_id
    open_case(CaseKind.RELEASE, ref, proposal.latest, scope_id=proposal.space_id, author_id=author)


def list_snapshots(proposal: Proposal) -> Sequence[Snapshot]:
    query = select(Snapshot).where(Snapshot.proposal_id == proposal.id)
    query = query.options(joinedload(Snapshot.stored))
    return db.session.scalars(query.order_by(Snapshot.number)).all()


def withdraw(actor: Actor, proposal: Proposal) -> None:
    proposal = get_proposal(proposal.id, lock=True)
    rules.require_author(actor, proposal)
    move(proposal, ProposalState.WITHDRAWN)
    withdraw_cases(ref_of(proposal))
    note(proposal)


def ask_again(actor: Actor, proposal: Proposal) -> None:
    """The author of a rejected proposal asks for a second look, once."""
    proposal = get_proposal(proposal.id, lock=True)
    rules.require_may_ask_again(actor, proposal)
    _open_again(proposal)
    proposal.appealed = True


def reopen(reviewer: Actor, proposal: Proposal) -> None:
    """A rejected one waits again."""
    proposal = get_proposal(proposal.id, lock=True)
    if not reviewer.may(rules.DECIDE, proposal.space_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if proposal.state != ProposalState.REJECTED:
        raise Conflict(rules.READ_ANEW)
    _open_again(proposal)
    audit.record(reviewer, "wiki.reopen", f"{PROPOSAL_KEY}:{proposal.id}")


def _open_again(proposal: Proposal) -> None:
    require_alone(proposal, proposal.page_id)
    move(proposal, ProposalState.SUBMITTED)
    proposal.decided_at = proposal.decided_by = None
    to_desk(proposal)
    note(proposal, Fact.SUBMITTED)


def require_alone(proposal: Proposal, page_id: int | None) -> None:
    """A newer one by the same person may be open by now: that one holds."""
    query = select(Proposal.id).where(
        Proposal.author_id == proposal.author_id,
        Proposal.state.in_(OPEN),
        Proposal.id != proposal.id,
        Proposal.space_id == proposal.space_id,
    )
    if page_id is not None:
        query = query.where(Proposal.page_id == page_id)
    else:
        query = query.where(Proposal.page_id.is_(None), Proposal.title_key == proposal.title_key)
    if proposal.author_id is not None and db.session.scalar(query.limit(1)) is not None:
        raise Conflict("Dazu wartet schon ein neuerer Vorschlag derselben Person.")


def become_creation(actor: Actor, proposal: Proposal) -> None:
    """Its page was deleted: the proposal is one for a new page."""
    proposal = get_proposal(proposal.id, lock=True)
    rules.require_author(actor, proposal)
    page = proposal.page
    if page is None or page.state != PageState.DELETED or proposal.state not in OPEN:
        raise Conflict(rules.READ_ANEW)
    if proposal.kind == Kind.UNDELETE:
        raise Conflict(NO_TEXT)
    _turn(proposal, Kind.CREATE, None)


def become_edit(actor: Actor, proposal: Proposal) -> None:
    """Another page has its title by now: the proposal is a change of that one. It was written
    without that page's text, so somebody chooses between the two."""
    proposal = get_proposal(proposal.id, lock=True)
    rules.require_author(actor, proposal)
    is_new = proposal.page_id is None and proposal.state in OPEN
    other = merging.outlook(proposal).other_page_id if is_new else None
    if other is None:
        raise Conflict(rules.READ_ANEW)
    page = get_page(other)
    trusted = trust.is_trusted(proposal.author_id)
    rules.require_unprotected(actor, proposal.space, page, now(), trusted=trusted)
    _turn(proposal, Kind.EDIT, page)


def _turn(proposal: Proposal, kind: Kind, page: Page | None) -> None:
    """Into one of another kind, written on no version."""
    page_id = page.id if page is not None else None
    require_alone(proposal, page_id)
    wording = wordings.of_snapshot(merging.newest(proposal), kind)
    proposal.page_id, proposal.kind = page_id, kind
    db.session.flush()
    db.session.refresh(proposal, ["page"])
    add_snapshot(proposal, wording, None)
    proposal.version += 1
    proposal.state, proposal.changed_at = ProposalState.SUBMITTED, now()
    to_desk(proposal)
    note(proposal, Fact.SUBMITTED)


def move(proposal: Proposal, state: ProposalState) -> None:
    """The one way to another state. Flushes; the caller holds the row."""
    rules.require_transition(ProposalState(proposal.state), state)
    proposal.state, proposal.changed_at = state, now()
    proposal.version += 1
    db.session.flush()


def remark_on(actor: Actor, proposal: Proposal, words: str, *, is_request: bool = False) -> Remark:
    """Author and reviewers talk; the author hears of what others say."""
    said = words.replace("\r\n", "\n").strip()
    if not said:
        raise Invalid("Bitte schreiben Sie etwas.", field="text")
    if len(said) > rules.MAX_REMARK:
        raise Invalid("Bitte höchstens %(limit)s Zeichen.", field="text", limit=rules.MAX_REMARK)
    if rules.is_own(proposal, actor):
        bars.require_may_write(actor.party_id, proposal.space_id)
    remark = Remark(
        proposal_id=proposal.id, party_id=actor.party_id, text=said, is_request=is_request
    )
    db.session.add(remark)
    db.session.flush()
    if not is_request and not rules.is_own(proposal, actor):
        telling.tell_author(proposal, telling.REMARKED, f"remark:{remark.id}")
    note(proposal)
    return remark


def list_remarks(proposal: Proposal) -> Sequence[Remark]:
    query = select(Remark).where(Remark.proposal_id == proposal.id)
    return db.session.scalars(query.options(joinedload(Remark.party)).order_by(Remark.id)).all()


def note(proposal: Proposal, fact: Fact = Fact.CHANGED) -> None:
    outbox.note(PROPOSAL_KEY, proposal.id, fact)


def excerpt(source: str, length: int = 200) -> str:
    return text.excerpt(source, length)
