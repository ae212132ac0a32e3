"""Decisions about proposals: each in one transaction, by compare-and-swap, never about something
that nobody read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from kern import audit, notify
from kern.accounts.models import Source
from kern.actor import Actor
from kern.clock import now
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.moderation.cases import open_case, withdraw_cases
from kern.moderation.decisions.choices import Decision
from kern.moderation.decisions.deciding import outcome, set_state
from kern.moderation.models import Case, CaseKind, CaseState, CaseVerdict
from wiki import rules
from wiki.models import (
    OPEN,
    PROPOSAL_KEY,
    Kind,
    Page,
    Proposal,
    ProposalState,
    Revision,
    Snapshot,
    Space,
)
from wiki.service import merging, proposals, publishing, renaming, telling, trust, wordings
from wiki.service.merging import Outlook, State
from wiki.service.pages import get_page, ref_of
from wiki.service.proposals import get_proposal, move
from wiki.service.publishing import Origin
from wiki.service.wordings import Wording

DECIDED = (ProposalState.APPROVED, ProposalState.REJECTED)
SYSTEM_BATCH = 100  # proposals that one run of the clock ends


class MergeToSee(Conflict):
    """Something was published meanwhile: the joined text is read first."""

    def __init__(self, outlook: Outlook, proposal_id: int) -> None:
        super().__init__(
            "Inzwischen wurde die Seite geändert. Beides lässt sich zusammenführen: "
            "Bitte lesen Sie das Ergebnis auf der Seite des Vorschlags %(id)s.",
            id=proposal_id,
        )
        self.outlook = outlook


class Clashing(Conflict):
    """Both sides changed the same lines, or the title is taken, or the page is gone."""

    def __init__(self, outlook: Outlook, proposal_id: int) -> None:
        super().__init__(SENTENCES[outlook.state], id=proposal_id)
        self.outlook = outlook


SENTENCES: Mapping[State, str] = {
    State.CLASH: "Inzwischen wurden dieselben Stellen geändert. Bitte entscheiden Sie auf der "
    "Seite des Vorschlags %(id)s Abschnitt für Abschnitt.",
    State.PAGE_DELETED: "Seite gelöscht: Der Vorschlag %(id)s kann eine neue Seite werden.",
    State.TITLE_TAKEN: "Eine Seite mit diesem Titel gibt es inzwischen. Der Vorschlag %(id)s "
    "braucht einen anderen Titel oder wird eine Änderung jener Seite.",
    State.WITHHELD: "Der Vorschlag %(id)s lässt sich nicht annehmen: Die Seite ist ausgeblendet, "
    "oder ihr Text ist für immer gelöscht oder verborgen.",
}


def submit(
    actor: Actor,
    space: Space,
    page: Page | None,
    wording: Wording,
    base_id: int | None,
    *,
    author_id: int | None = None,
    source: Source = Source.WEB,
) -> Proposal:
    """`proposals.propose`, and published at once where the rules let that happen."""
    proposal = proposals.propose(
        actor, space, page, wording, base_id, author_id=author_id, source=source
    )
    trusted = trust.is_trusted(proposal.author_id)
    if not rules.may_publish_at_once(
        actor, space, page, proposal, now(), minor=wording.minor, trusted=trusted
    ):
        return proposal
    seen = merging.outlook(proposal)
    if seen.state != State.CURRENT or seen.wording is None:
        return proposal
    if not actor.may(rules.DECIDE, space.scope_id) and _is_striking(page, seen.wording):
        return proposal
    revision = _publish(actor, proposal, seen)
    _close_case(actor, proposal)
    if not actor.may(rules.DECIDE, space.scope_id):
        _to_review(revision)
    return proposal


def _is_striking(page: Page | None, wording: Wording) -> bool:
    number = page.published_id if page is not None else None
    revision = db.session.get(Revision, number) if number is not None else None
    published = wordings.of_revision(revision) if revision is not None else None
    return trust.is_striking(wording, published)


def _to_review(revision: Revision) -> None:
    """Public at once; somebody has a look afterwards."""
    page = get_page(revision.page_id)
    withdraw_cases(ref_of(page), (CaseKind.REVIEW,))
    open_case(
        CaseKind.REVIEW,
        ref_of(page),
        revision.number,
        scope_id=page.space_id,
        author_id=revision.author_id,
    )


def approve(
    reviewer: Actor,
    proposal: Proposal,
    snapshot_number: int,
    *,
    version: int | None = None,
    published_id: int | None = None,
    seen_sha: str = "",
    tells: bool = True,
) -> Revision:
    """Publish what the reviewer read. `seen_sha` is that of the outlook they were shown; `tells`
    whether the author hears of this one by itself.

    Raises Conflict when the proposal is another one by now, MergeToSee when something was published
    that they did not see, Clashing when a person has to choose. Of what is published already there
    is no second version: the published one is returned.
    """
    publishing.hold(proposal.space)
    proposal = get_proposal(proposal.id, lock=True)
    rules.require_may_decide(reviewer, proposal.space, proposal)
    _require_newest(proposal, snapshot_number, version)
    seen = merging.outlook(proposal)
    if seen.state in SENTENCES:
        raise Clashing(seen, proposal.id)
    is_other = published_id is not None and published_id != seen.published_id
    if (seen.state == State.MERGED or is_other) and seen.sha != seen_sha:
        raise MergeToSee(seen, proposal.id)
    if seen.state == State.CONTAINED:
        revision = _contained(reviewer, proposal)
    else:
        revision = _publish(reviewer, proposal, seen)
    _close_case(reviewer, proposal)
    audit.record(reviewer, "wiki.approve", f"{PROPOSAL_KEY}:{proposal.id}")
    if tells:
        told = str(proposal.latest)
        telling.tell_author(proposal, telling.DECIDED, told, snapshot=proposal.latest)
    return revision


def _require_newest(proposal: Proposal, snapshot_number: int, version: int | None) -> None:
    if proposal.state != ProposalState.SUBMITTED:
        raise Conflict(rules.ALREADY_DECIDED if proposal.state not in OPEN else rules.READ_ANEW)
    if snapshot_number != proposal.latest or version not in (None, proposal.version):
        raise Conflict(rules.READ_ANEW)


def _publish(actor: Actor, proposal: Proposal, seen: Outlook) -> Revision:
    if seen.wording is None:
        raise Clashing(seen, proposal.id)
    snapshot = merging.newest(proposal)
    page = get_page(proposal.page_id) if proposal.page_id is not None else None
    title = page.title if page is not None else seen.wording.title
    origin = Origin(proposal.author_id, snapshot.created_at, actor.party_id, proposal.id)
    wording = replace(seen.wording, summary=_summary(snapshot))
    revision = publishing.publish(proposal.space, page, wording, origin, links_follow=True)
    _settle(actor, proposal, revision)
    if page is not None and revision.title != title:
        renaming.begin(page, title, revision)
    return revision


def _summary(snapshot: Snapshot) -> str:
    """Whoever edited somebody else's proposal says so where everybody reads it."""
    parts = [part for part in (snapshot.summary, snapshot.note) if part]
    return " · ".join(parts)[: rules.MAX_SUMMARY]


def _settle(actor: Actor, proposal: Proposal, revision: Revision) -> None:
    move(proposal, ProposalState.APPROVED)
    proposal.page_id, proposal.merged_id = revision.page_id, revision.id
    proposal.decided_at, proposal.decided_by = now(), actor.party_id
    db.session.flush()
    proposals.note(proposal)


def _contained(actor: Actor, proposal: Proposal) -> Revision:
    page = get_page(proposal.page_id or 0)
    published = db.session.get_one(Revision, page.published_id)
    _settle(actor, proposal, published)
    return published


def _close_case(actor: Actor, proposal: Proposal) -> None:
    """Decided away from the desk: its case says so. At the desk it is closed already."""
    decision = Decision(CaseVerdict.RELEASE, proposal.latest)
    about = (Case.content_key == PROPOSAL_KEY) & (Case.content_id == proposal.id)
    set_state(
        about & (Case.kind == CaseKind.RELEASE), CaseState.OPEN, outcome(actor, decision, now())
    )


def reject(reviewer: Actor, proposal: Proposal, snapshot_number: int) -> None:
    """The desk calls it: reason and statement are kept there."""
    proposal = get_proposal(proposal.id, lock=True)
    rules.require_may_decide(reviewer, proposal.space, proposal)
    _require_newest(proposal, snapshot_number, None)
    move(proposal, ProposalState.REJECTED)
    proposal.decided_at, proposal.decided_by = now(), reviewer.party_id
    audit.record(reviewer, "wiki.reject", f"{PROPOSAL_KEY}:{proposal.id}")
    proposals.note(proposal)


def ask_for_changes(reviewer: Actor, proposal: Proposal, snapshot_number: int, words: str) -> None:
    """The author has 30 days; the desk has it back with the next snapshot."""
    proposal = get_proposal(proposal.id, lock=True)
    rules.require_may_decide(reviewer, proposal.space, proposal)
    _require_newest(proposal, snapshot_number, None)
    remark = proposals.remark_on(reviewer, proposal, words, is_request=True)
    move(proposal, ProposalState.CHANGES_REQUESTED)
    withdraw_cases(proposals.ref_of(proposal))
    audit.record(reviewer, "wiki.ask", f"{PROPOSAL_KEY}:{proposal.id}")
    telling.tell_author(proposal, telling.ASKED, f"ask:{remark.id}", remark=remark.id)
    proposals.note(proposal)


def resolve(
    actor: Actor,
    proposal: Proposal,
    version: int,
    *,
    choices: Sequence[str] = (),
    fields: Mapping[str, Any] | None = None,
    wording: Wording | None = None,
    seen_sha: str | None = None,
    remark: str = "",
) -> Snapshot:
    """A new snapshot on today's version: one text for each clash, or a whole wording.

    The author stays the author; whoever else chose stands beside. Raises Conflict when proposal or
    page are others by now, so nobody chooses between texts they did not read.
    """
    proposal = get_proposal(proposal.id, lock=True)
    own = rules.is_own(proposal, actor)
    if not own and not actor.may(rules.DECIDE, proposal.space_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if proposal.state not in OPEN or version != proposal.version:
        raise Conflict(rules.READ_ANEW)
    if proposal.kind == Kind.UNDELETE:
        raise Conflict(proposals.NO_TEXT)
    seen = merging.outlook(proposal)
    if seen_sha is not None and seen.sha != seen_sha:
        raise Conflict(rules.READ_ANEW)
    if wording is None:
        wording = _chosen(seen, choices, fields or {})
    checked = wordings.checked(replace(wording, kind=Kind(proposal.kind)))
    editor = None if own else actor.party_id
    snapshot = proposals.add_snapshot(proposal, checked, seen.published_id, editor, remark[:300])
    move(proposal, ProposalState.SUBMITTED)
    proposals.to_desk(proposal)
    proposals.note(proposal)
    return snapshot


def _chosen(seen: Outlook, choices: Sequence[str], fields: Mapping[str, Any]) -> Wording:
    if seen.wording is not None:
        return seen.wording
    try:
        return merging.resolved(seen, choices, fields)
    except ValueError as error:
        raise Invalid("Bitte entscheiden Sie jeden Abschnitt.", field="choices") from error


def take_back(actor: Actor, proposal: Proposal, snapshot_number: int) -> None:
    """Within the undo time: it waits again, and what it published is gone."""
    proposal = get_proposal(proposal.id, lock=True)
    if not actor.may(rules.DECIDE, proposal.space_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")
    if snapshot_number != proposal.latest or proposal.state not in DECIDED:
        raise Conflict(rules.READ_ANEW)
    revision = _made_by(proposal)
    is_gone = revision is not None and revision.number == 1  # the page began with it
    proposals.require_alone(proposal, None if is_gone else proposal.page_id)
    proposal.merged_id = None
    if revision is not None:
        _unpublish(proposal, revision)
    move(proposal, ProposalState.SUBMITTED)
    proposal.decided_at = proposal.decided_by = None
    notify.take_back(f"{PROPOSAL_KEY}:{proposal.id}:{proposal.latest}")
    audit.record(actor, "wiki.undo", f"{PROPOSAL_KEY}:{proposal.id}")
    proposals.note(proposal)


def _made_by(proposal: Proposal) -> Revision | None:
    """None where it was contained: nothing of its own was published."""
    revision = db.session.get(Revision, proposal.merged_id) if proposal.merged_id else None
    return revision if revision is not None and revision.proposal_id == proposal.id else None


def _unpublish(proposal: Proposal, revision: Revision) -> None:
    page = get_page(revision.page_id)
    if revision.number == 1:
        proposal.page_id = None
    db.session.flush()
    renaming.take_back(revision)
    publishing.take_back(page, revision)


def expire_due(at: datetime) -> int:
    """Requests for changes that nobody answered; authors are reminded a week before."""
    _remind(at)
    query = select(Proposal.id).where(
        Proposal.state == ProposalState.CHANGES_REQUESTED,
        Proposal.changed_at <= at - rules.EXPIRES_AFTER,
    )
    ids = db.session.scalars(query.order_by(Proposal.changed_at).limit(SYSTEM_BATCH)).all()
    for id_ in ids:
        proposal = get_proposal(id_, lock=True)
        if proposal.state != ProposalState.CHANGES_REQUESTED:
            continue
        move(proposal, ProposalState.EXPIRED)
        telling.tell_author(proposal, telling.EXPIRED, "expired")
        proposals.note(proposal)
    return len(ids)


def _remind(at: datetime) -> None:
    query = select(Proposal).where(
        Proposal.state == ProposalState.CHANGES_REQUESTED,
        Proposal.changed_at <= at - rules.REMINDED_AFTER,
        Proposal.changed_at > at - rules.EXPIRES_AFTER,
        Proposal.reminded_at.is_(None),
    )
    for proposal in db.session.scalars(query.limit(SYSTEM_BATCH)):
        proposal.reminded_at = at
        telling.tell_author(proposal, telling.REMINDED, "reminded")


def on_tick(_since: datetime, until: datetime) -> bool:
    return expire_due(until) > 0
