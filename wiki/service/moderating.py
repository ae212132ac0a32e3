"""What moderation does with pages and with what waits: hide, restore, take passages out."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, or_, select

from kern import audit
from kern.actor import Actor
from kern.clock import now
from kern.content import Mention, Redaction, Ref
from kern.db import db
from kern.errors import Conflict, Invalid, NotAllowed
from kern.moderation import quotes, traces
from kern.moderation.redaction import Cut, cut, without
from kern.outbox import Fact
from wiki import rules
from wiki.linking import fold_title
from wiki.models import (
    PAGE_KEY,
    PROPOSAL_KEY,
    Kind,
    Page,
    PageState,
    Proposal,
    ProposalState,
    Revision,
    Snapshot,
    StoredText,
)
from wiki.service import attaching, deciding, merging, proposals, publishing, wordings
from wiki.service.pages import find_page, note, ref_of
from wiki.service.publishing import Before

MAX_COLUMN = 200
MAX_DETAIL = 300
Version = Revision | Snapshot
Part = Literal["text", "summary", "author"]
PARTS: tuple[Part, ...] = ("text", "summary", "author")


def hide(page: Page, actor: Actor, rule: int | None) -> None:
    """Nobody reads it any more; a tombstone says why."""
    _require(actor, rules.HIDE, page.space_id)
    if page.state != PageState.PUBLIC:
        raise Conflict("Diese Seite ist nicht öffentlich.")
    page.state, page.hidden_at, page.hidden_rule = PageState.HIDDEN, now(), rule
    publishing.take_down(page, Before(page.published_id, page.title_key))
    audit.record(actor, "wiki.hide", str(ref_of(page)))


def restore(page: Page, actor: Actor) -> None:
    _require(actor, rules.HIDE, page.space_id)
    if page.state != PageState.HIDDEN:
        raise Conflict("Diese Seite ist nicht ausgeblendet.")
    if find_page(page.space, page.title_key) is not None:
        raise Conflict("Eine andere Seite hat inzwischen diesen Titel. Bitte benennen Sie sie um.")
    revision = db.session.get_one(Revision, page.published_id)
    page.hidden_at = page.hidden_rule = None
    publishing.show_again(page, revision, Before(page.published_id, page.title_key))
    note(page)
    audit.record(actor, "wiki.restore", str(ref_of(page)))


def hide_of_revision(
    actor: Actor, revision: Revision, part: Part, *, hidden: bool, reason: str = ""
) -> None:
    """For everybody who does not decide: in history, comparisons, "wer schrieb was" and exports.

    `reason` goes into the log."""
    _require(actor, rules.HIDE, revision.space_id)
    page = db.session.get_one(Page, revision.page_id)
    is_read = page.state == PageState.PUBLIC and page.published_id == revision.id
    if part == "text" and hidden and is_read:
        raise Conflict(
            "Diese Fassung ist öffentlich. Bitte veröffentlichen Sie zuerst eine andere, "
            "oder blenden Sie die Seite aus."
        )
    setattr(revision, f"hide_{part}", hidden)
    attaching.settle(page)
    db.session.flush()
    act = f"wiki.hide_{part}" if hidden else f"wiki.show_{part}"
    detail = f"Fassung {revision.number}: {reason}".rstrip(": ")
    audit.record(actor, act, str(ref_of(page)), detail[:MAX_DETAIL])
    note(page)


def redact_page(page: Page, actor: Actor, left: Redaction) -> None:
    """Passages go from every version and every proposal, for good."""
    _require(actor, rules.HIDE, page.space_id)
    if page.state == PageState.DELETED:
        raise Conflict("Davon ist nichts mehr da.")
    shown = db.session.get_one(Revision, page.published_id)
    taken = _cut(shown, left)
    query = select(Snapshot).join(Proposal, Proposal.id == Snapshot.proposal_id)
    snapshots = db.session.scalars(query.where(Proposal.page_id == page.id)).all()
    versions = db.session.scalars(select(Revision).where(Revision.page_id == page.id)).all()
    _take_out([*versions, *snapshots], shown, taken)
    traces.take_out(ref_of(page), sum(taken[1:], taken[0]))
    if page.state == PageState.PUBLIC:
        publishing.show_again(page, shown, Before(shown.id, page.title_key, shown.tags))
    else:
        page.title, page.title_key = shown.title, fold_title(shown.title)
    audit.record(actor, "wiki.redact", str(ref_of(page)))
    note(page, Fact.HIDDEN)
    quotes.pursue(ref_of(page), ref_of(page), sum(taken[1:], taken[0]).passages)


def redact_proposal(proposal: Proposal, actor: Actor, left: Redaction) -> None:
    """What waits is released so."""
    _require(actor, rules.HIDE, proposal.space_id)
    if proposal.kind == Kind.UNDELETE:
        raise Conflict(proposals.NO_TEXT)
    snapshots = proposals.list_snapshots(proposal)
    shown = snapshots[-1]
    taken = _cut(shown, left)
    _take_out(snapshots, shown, taken)
    proposal.title, proposal.title_key = shown.title, fold_title(shown.title)
    ref = Ref(PROPOSAL_KEY, proposal.id)
    traces.take_out(ref, sum(taken[1:], taken[0]))
    audit.record(actor, "wiki.redact", str(ref))
    proposals.note(proposal, Fact.HIDDEN)
    db.session.flush()
    if proposal.state == ProposalState.SUBMITTED:
        deciding.approve(actor, proposal, proposal.latest)
    quotes.pursue(ref, ref, sum(taken[1:], taken[0]).passages)


def _cut(shown: Version, left: Redaction) -> list[Cut]:
    """Of text and title. Raises Invalid when nothing or everything went, or a word is new."""
    if not left.text.strip():
        raise Invalid(
            "Dann bliebe nichts übrig. Lehnen Sie den Text ab, oder blenden Sie ihn aus.",
            field="text",
        )
    source = wordings.sources([shown.text_id]).get(shown.text_id or 0, "")
    title = cut(shown.title, shown.title if left.title is None else left.title, "title")
    taken = [cut(source, left.text), title]
    if not any(one.passages for one in taken):
        raise Invalid("Bitte löschen Sie die Stellen, die wegmüssen.", field="text")
    if len(title.text) > MAX_COLUMN:
        raise Invalid("Bitte löschen Sie in der Überschrift weniger Stellen.", field="title")
    return taken


def _take_out(versions: Sequence[Version], shown: Version, taken: Sequence[Cut]) -> None:
    whole = taken[0] + taken[1]
    texts = wordings.sources([one.text_id for one in versions])
    old = set(texts)
    for one in versions:
        is_shown = one is shown
        source = texts.get(one.text_id or 0, "")
        if one.text_id is not None:
            one.text_id = wordings.store(taken[0].text if is_shown else without(source, whole))
        one.title = taken[1].text if is_shown else without(one.title, whole)[:MAX_COLUMN]
        one.summary = without(one.summary, whole)[: rules.MAX_SUMMARY]
        if isinstance(one, Revision):
            one.original = without(one.original, whole) if one.original else None
    db.session.flush()
    forget_texts(old)


def forget_texts(ids: Iterable[int]) -> None:
    """Those that no version and no snapshot has any more."""
    for start in range(0, len(found := sorted(ids)), 500):
        some = found[start : start + 500]
        used = select(Revision.text_id).where(Revision.text_id.is_not(None))
        kept = select(Snapshot.text_id)
        gone = StoredText.id.in_(some), StoredText.id.not_in(used), StoredText.id.not_in(kept)
        query = delete(StoredText).where(*gone).execution_options(synchronize_session=False)
        db.session.execute(query)


def list_in_pages(words: Sequence[str], limit: int) -> Sequence[Mention]:
    rows = _holding(words, limit, Revision, Page, Page.id == Revision.page_id)
    return [
        _mention(PAGE_KEY, page.id, one, source, _is_shown(page, one)) for one, source, page in rows
    ]


def list_in_proposals(words: Sequence[str], limit: int) -> Sequence[Mention]:
    rows = _holding(words, limit, Snapshot, Proposal, Proposal.id == Snapshot.proposal_id)
    return [
        _mention(PROPOSAL_KEY, proposal.id, one, source, _waits(proposal, one))
        for one, source, proposal in rows
    ]


def _holding(
    words: Sequence[str],
    limit: int,
    kind: type[Revision] | type[Snapshot],
    thing: type[Page] | type[Proposal],
    belongs: ColumnElement[bool],
) -> Iterable[Any]:
    """(version, its text, its page or proposal), the newest first."""
    query = select(kind, StoredText.source, thing)
    query = query.join(StoredText, StoredText.id == kind.text_id).join(thing, belongs)
    query = query.where(or_(*(_holds(word, kind) for word in words)))
    return db.session.execute(query.order_by(kind.id.desc()).limit(limit))


def _mention(key: str, id_: int, one: Version, source: str, is_decidable: bool) -> Mention:
    words = f"{one.title}\n{source}\n{one.summary}"
    return Mention(Ref(key, id_), words, Ref(key, id_), one.number, is_decidable)


def _is_shown(page: Page, revision: Revision) -> bool:
    return page.state == PageState.PUBLIC and page.published_id == revision.id


def _waits(proposal: Proposal, snapshot: Snapshot) -> bool:
    return proposal.state == ProposalState.SUBMITTED and snapshot.number == proposal.latest


def _holds(word: str, kind: type[Revision] | type[Snapshot]) -> ColumnElement[bool]:
    columns = (StoredText.source, kind.title, kind.summary)
    return or_(*(column.icontains(word, autoescape=True) for column in columns))


def strike(mention: Mention, take_out: Callable[[str], str]) -> None:
    """Of a version or snapshot that nobody decides about."""
    one: Version | None
    if mention.ref.key == PAGE_KEY:
        query = select(Revision).where(Revision.page_id == mention.ref.id)
        one = db.session.scalar(query.where(Revision.number == mention.wording))
    else:
        other = select(Snapshot).where(Snapshot.proposal_id == mention.ref.id)
        one = db.session.scalar(other.where(Snapshot.number == mention.wording))
    if one is None or one.text_id is None:
        return
    old = one.text_id
    one.text_id = wordings.store(take_out(wordings.sources([old])[old]))
    one.title, one.summary = take_out(one.title)[:MAX_COLUMN], take_out(one.summary)[:300]
    db.session.flush()
    forget_texts([old])


def _require(actor: Actor, permission: str, space_id: int) -> None:
    if not actor.may(permission, space_id):
        raise NotAllowed("Dafür fehlt Ihnen die Berechtigung.")


def newest_source(proposal: Proposal) -> str:
    snapshot = merging.newest(proposal)
    return wordings.sources([snapshot.text_id])[snapshot.text_id]
