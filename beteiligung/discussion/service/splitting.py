"""Make two posts of one that waits, when half of it belongs elsewhere or may not be shown."""

from beteiligung.discussion import rules
from beteiligung.discussion.models import POST_KEY, Post, Status, TextRevision
from beteiligung.discussion.service import decisions, telling, texts
from kern import audit
from kern.actor import Actor
from kern.content import Ref
from kern.db import db
from kern.errors import Conflict
from kern.ids import new_receipt
from kern.moderation import cases
from kern.moderation.models import Case, CaseKind
from kern.moderation.redaction import require_split
from kern.outbox import Fact


def split(post: Post, revision: int, actor: Actor, first: str, second: str) -> Ref:
    """The first part stays where it was, with picture and number; the second is a post of its own
    by the same person and day. Each waits for its own decision."""
    decisions.require_decider(actor, post)
    if revision != post.latest:
        raise Conflict(decisions.MOVED_ON)
    whole = texts.get_revision(post, revision)
    if whole.state != Status.PENDING:
        raise Conflict("Teilen lässt sich nur, was noch wartet.")
    first, second = (texts.checked(part, rules.MAX_POST) for part in (first, second))
    require_split(whole.source, first, second)
    _add_wording(post, first, whole)
    case = cases.find_open(Ref(POST_KEY, post.id), CaseKind.RELEASE)
    if case is not None:
        case.revision = post.latest
    other = _second(post, second, whole)
    _let_wait(other, case)
    audit.record(actor, "text.split", f"{POST_KEY}:{post.id}", detail=f"{POST_KEY}:{other.id}")
    for one in (post, other):
        decisions.note(one, Fact.SUBMITTED)
    telling.tell_author(post, telling.SPLIT, "split")
    return Ref(POST_KEY, other.id)


def _add_wording(post: Post, source: str, whole: TextRevision) -> None:
    links = decisions.is_known(post.author_id)
    wording = texts.add_revision(post, source, editor_id=whole.editor_id, links=links)
    wording.written_at = whole.written_at


def _second(post: Post, source: str, whole: TextRevision) -> Post:
    other = Post(
        thread_id=post.thread_id,
        scope_id=post.scope_id,
        parent_id=post.parent_id,
        author_id=post.author_id,
        source=post.source,
        entered_by=post.entered_by,
        written_at=post.written_at,
        receipt=new_receipt(),
    )
    other.thread = post.thread
    db.session.add(other)
    db.session.flush()
    _add_wording(other, source, whole)
    return other


def _let_wait(other: Post, case: Case | None) -> None:
    """Beside the first part in the queue: it has waited as long."""
    ref = Ref(POST_KEY, other.id)
    own = cases.open_case(
        CaseKind.RELEASE, ref, other.latest, scope_id=other.scope_id, author_id=other.author_id
    )
    if case is not None:
        own.opened_at, own.due_at = case.opened_at, case.due_at
    db.session.flush()
