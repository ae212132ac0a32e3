"""How threads and posts appear in search, on the desk, in notices and exports."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import joinedload

from beteiligung.discussion.models import POST_KEY, THREAD_KEY, Post, Status, TextRevision, Thread
from beteiligung.discussion.rules import OUTCOME_LABELS
from beteiligung.discussion.service import (
    decisions,
    erasure,
    feeds,
    many,
    mentioning,
    mine,
    moving,
    redacting,
    splitting,
    threads,
)
from beteiligung.discussion.service.addresses import post_path, thread_path
from beteiligung.discussion.service.names import (
    SOURCE_LABELS,
    STATUS_LABELS,
    author_name,
    shown_name,
)
from beteiligung.project.rules import PROJECT_KEY
from kern import text
from kern.accounts.models import Party
from kern.actor import Actor
from kern.content import (
    FOREVER,
    LONG_AGO,
    Card,
    ContentType,
    DeskItem,
    Document,
    FoundAs,
    Ref,
    Verdict,
    cards_of,
)
from kern.db import Quick, among, db, lasting_alias
from kern.i18n import _, _l
from kern.scope import Act, Scope, Window
from kern.scope.rules import audience_of, shown

SHORT = 200
# Made once: a new one for each query costs more than the query.
_SHOWN = lasting_alias(TextRevision)
_PARENT = lasting_alias(Post)
_BEFORE_THREAD = lasting_alias(Thread)
_BEFORE_SCOPE = lasting_alias(Scope)


def _public_threads(*columns: Any) -> Select[Any]:
    query = select(Thread.id, Thread.title, Thread.plain, Thread.outcome, *columns)
    query = query.join(Scope, Scope.id == Thread.scope_id)
    return query.where(among(Thread.id, "ids"), Thread.status == Status.PUBLIC, shown())


def _public_posts(*columns: Any) -> Select[Any]:
    query = select(Post.id, Thread.title, Post.plain, Post.outcome, *columns)
    query = query.join(Thread, Thread.id == Post.thread_id).join(Scope, Scope.id == Post.scope_id)
    query = query.where(Post.status == Status.PUBLIC, Thread.status == Status.PUBLIC)
    return query.where(among(Post.id, "ids"), shown())


# Columns and no rows of the mapper, written once: a page of hits asks for all of these.
_AUTHOR = (Party.id.label("author_id"), Party.name, Party.kind, Party.erased_at)
_THREADS_FOUND = Quick(
    _public_threads(
        *(Thread.posts_count, Thread.written_at, Thread.by_office, Thread.scope_id),
        *(Thread.outcome_reason, Thread.answers_count, Thread.closed_at, Thread.closes_at),
        *(Scope.visibility, *_AUTHOR),
    ).outerjoin(Party, Party.id == Thread.author_id)
)
_THREAD_SCOPE = lasting_alias(Scope)
_POSTS_FOUND = Quick(
    _public_posts(
        *(Post.agree, Post.is_answer, Post.office, Post.written_at, Post.scope_id),
        *(Post.outcome_reason, _THREAD_SCOPE.id.label("thread_scope"), _THREAD_SCOPE.visibility),
        *_AUTHOR,
    )
    .join(_THREAD_SCOPE, _THREAD_SCOPE.id == Thread.scope_id)
    .outerjoin(Party, Party.id == Post.author_id)
)
_PHASES = Quick(
    select(Window.scope_id, Window.closes_at).where(
        among(Window.scope_id, "scopes"), Window.act == Act.DISCUSS
    )
)


def _thread_cards(ids: Sequence[int]) -> Mapping[int, Card]:
    return {row.id: _thread_card(row) for row in _THREADS_FOUND.named({"ids": ids})}


def _thread_card(row: Any) -> Card:
    facts = [_("%(n)s Beiträge", n=row.posts_count)]
    if row.outcome is not None:
        facts.append(str(OUTCOME_LABELS[row.outcome]))
    return Card(
        ref=Ref(THREAD_KEY, row.id),
        label=_("Gespräch"),
        title=row.title,
        text=text.excerpt(row.plain, SHORT),
        path=thread_path(row.id),
        at=row.written_at,
        author=_name(row, office=row.by_office),
        scope_id=row.scope_id,
        facts=tuple(facts),
    )


def _name(row: Any, *, office: bool = False) -> str:
    gone = row.author_id is None or row.erased_at is not None
    return shown_name(row.name, row.kind, erased=gone, office=office)


def _post_cards(ids: Sequence[int]) -> Mapping[int, Card]:
    return {row.id: _post_card(row) for row in _POSTS_FOUND.named({"ids": ids})}


def _post_card(row: Any) -> Card:
    facts = [_("%(n)s sind dafür", n=row.agree)] if row.agree else []
    if row.outcome is not None:
        facts.append(str(OUTCOME_LABELS[row.outcome]))
    return Card(
        ref=Ref(POST_KEY, row.id),
        label=_("Antwort der Verwaltung") if row.is_answer else _("Beitrag"),
        title=row.title,
        text=text.excerpt(row.plain, SHORT),
        path=post_path(row.id),
        at=row.written_at,
        author=row.office if row.is_answer else _name(row),
        scope_id=row.scope_id,
        facts=tuple(facts),
    )


def _thread_documents(ids: Sequence[int]) -> Sequence[Document]:
    return _documents_of_threads(_THREADS_FOUND.named({"ids": ids}))


def _threads_found(ids: Sequence[int]) -> tuple[Sequence[Document], Mapping[int, Card]]:
    found = _THREADS_FOUND.named({"ids": ids})
    return _documents_of_threads(found), {row.id: _thread_card(row) for row in found}


def _documents_of_threads(found: Sequence[Any]) -> Sequence[Document]:
    phases = _ends_of_phases({row.scope_id for row in found})
    return [
        Document(
            key=THREAD_KEY,
            id=row.id,
            title=row.title,
            body=f"{row.plain}\n{row.outcome_reason}".strip(),
            kind="gespraech",
            scope=row.scope_id,
            audience=audience_of(row.scope_id, row.visibility),
            path=thread_path(row.id),
            at=row.written_at,
            boost=1.2,
            ends_at=row.closed_at
            or min(row.closes_at or FOREVER, phases.get(row.scope_id, LONG_AGO)),
            is_answered=row.outcome is not None or row.answers_count > 0,
        )
        for row in found
    ]


def _ends_of_phases(scope_ids: Collection[int]) -> dict[int, datetime]:
    """Until when any phase of a scope lets people talk; none of its phases does where it is
    missing."""
    if not scope_ids:
        return {}
    ends: dict[int, datetime] = {}
    for row in _PHASES.named({"scopes": scope_ids}):
        ends[row.scope_id] = max(ends.get(row.scope_id, LONG_AGO), row.closes_at or FOREVER)
    return ends


def _post_documents(ids: Sequence[int]) -> Sequence[Document]:
    return list(map(_post_document, _POSTS_FOUND.named({"ids": ids})))


def _posts_found(ids: Sequence[int]) -> tuple[Sequence[Document], Mapping[int, Card]]:
    found = _POSTS_FOUND.named({"ids": ids})
    return list(map(_post_document, found)), {row.id: _post_card(row) for row in found}


def _post_document(row: Any) -> Document:
    return Document(
        key=POST_KEY,
        id=row.id,
        title=row.title,
        body=f"{row.plain}\n{row.outcome_reason}".strip(),
        kind="antwort" if row.is_answer else "beitrag",
        scope=row.scope_id,
        audience=audience_of(row.thread_scope, row.visibility),
        path=post_path(row.id),
        at=row.written_at,
        boost=1.3 if row.is_answer else 1.0,
        has_own_title=False,
        is_answered=row.outcome is not None,
    )


def _public_thread_ids() -> Iterator[int]:
    query = select(Thread.id).join(Scope, Scope.id == Thread.scope_id)
    query = query.where(Thread.status == Status.PUBLIC, shown())
    yield from db.session.scalars(query.order_by(Thread.id))


def _public_post_ids() -> Iterator[int]:
    query = (
        select(Post.id)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Scope, Scope.id == Post.scope_id)
    )
    query = query.where(Post.status == Status.PUBLIC, Thread.status == Status.PUBLIC)
    yield from db.session.scalars(query.where(shown()).order_by(Post.id))


def _newest(key: str, kind: type[Post] | type[Thread]) -> ColumnElement[bool]:
    return and_(
        TextRevision.content_key == key,
        TextRevision.content_id == kind.id,
        TextRevision.number == kind.latest,
    )


def _is_shown_wording(key: str, kind: type[Post] | type[Thread]) -> ColumnElement[bool]:
    return and_(
        _SHOWN.content_key == key, _SHOWN.content_id == kind.id, _SHOWN.number == kind.released
    )


def _source(newest: TextRevision, released: str | None) -> str:
    """As `redacting.shown_wording` has it."""
    return newest.source if newest.state == Status.PENDING or released is None else released


def _thread_desk_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    before = _BEFORE_SCOPE
    query = select(Thread, TextRevision, _SHOWN.source, before.title)
    query = query.join(TextRevision, _newest(THREAD_KEY, Thread))
    query = query.outerjoin(before, before.id == Thread.moved_from_id)
    query = (
        query.outerjoin(_SHOWN, _is_shown_wording(THREAD_KEY, Thread))
        .where(Thread.id.in_(ids))
        .options(joinedload(Thread.scope), joinedload(Thread.author))
    )
    return {
        thread.id: DeskItem(
            ref=Ref(THREAD_KEY, thread.id),
            revision=revision.number,
            label=_("Gespräch") if revision.number == 1 else _("Geändertes Gespräch"),
            title=revision.title,
            html=revision.html,
            plain=revision.plain,
            author=author_name(thread.author, office=thread.by_office),
            author_party=thread.author_id,
            written_at=revision.written_at,
            path=thread_path(thread.id),
            scope_id=thread.scope_id,
            scope_title=thread.scope.title,
            status=str(STATUS_LABELS[thread.status]),
            channel=str(SOURCE_LABELS[thread.source]),
            source=_source(revision, released),
            moved_from=moved_from or "",
            is_locked=thread.closed_at is not None,
            owns_title=True,
            public_html=thread.html if revision.number != thread.released else "",
        )
        for thread, revision, released, moved_from in db.session.execute(query)
    }


def _post_desk_items(ids: Sequence[int]) -> Mapping[int, DeskItem]:
    parent, before = _PARENT, _BEFORE_THREAD
    query = (
        select(Post, TextRevision, _SHOWN.source, parent.html, before.title)
        .join(TextRevision, _newest(POST_KEY, Post))
        .outerjoin(_SHOWN, _is_shown_wording(POST_KEY, Post))
        .outerjoin(parent, parent.id == Post.parent_id)
        .outerjoin(before, before.id == Post.moved_from_id)
        .where(Post.id.in_(ids))
        .options(
            joinedload(Post.thread).joinedload(Thread.scope),
            joinedload(Post.author),
            joinedload(Post.picture),
        )
    )
    return {
        post.id: _post_desk_item(
            post, revision, _source(revision, released), context or "", moved_from or ""
        )
        for post, revision, released, context, moved_from in db.session.execute(query)
    }


def _post_desk_item(
    post: Post, revision: TextRevision, source: str, context: str, moved_from: str
) -> DeskItem:
    return DeskItem(
        ref=Ref(POST_KEY, post.id),
        revision=revision.number,
        label=_("Beitrag") if revision.number == 1 else _("Geänderter Beitrag"),
        title=post.thread.title,
        html=revision.html,
        plain=revision.plain,
        author=post.office if post.is_answer else author_name(post.author),
        author_party=post.author_id,
        written_at=revision.written_at,
        path=post_path(post.id),
        context=_("Antwort auf einen Beitrag") if post.parent_id else "",
        context_html=context,
        scope_id=post.scope_id,
        scope_title=post.thread.scope.title,
        status=str(STATUS_LABELS[post.status]),
        channel=str(SOURCE_LABELS[post.source]),
        source=source,
        moved_from=moved_from,
        is_locked=post.thread.closed_at is not None,
        pictures=_pictures(post),
        public_html=post.html if revision.number != post.released else "",
    )


def _pictures(post: Post) -> tuple[Mapping[str, Any], ...]:
    if post.picture is None or post.picture.state == "gone":
        return ()
    one = post.picture
    return ({"name": one.name, "alt": one.title, "width": one.width, "height": one.height},)


def _find_thread_titles(words: str, limit: int) -> Sequence[int]:
    query = select(Thread.id).join(Scope, Scope.id == Thread.scope_id)
    query = query.where(Thread.status == Status.PUBLIC, shown())
    parts = [Thread.title.icontains(word, autoescape=True) for word in words.split()[:6]]
    return db.session.scalars(
        query.where(or_(*parts)).order_by(Thread.id.desc()).limit(limit)
    ).all()


def _decide_thread(id_: int, revision: int, actor: Actor, verdict: Verdict) -> None:
    decisions.decide(decisions.get_thread(id_), revision, actor, verdict)


def _decide_post(id_: int, revision: int, actor: Actor, verdict: Verdict) -> None:
    decisions.decide(decisions.get_post(id_), revision, actor, verdict)


def _decide_threads(wordings: Mapping[int, int], actor: Actor, verdict: Verdict) -> Collection[int]:
    if verdict is Verdict.REJECT:
        return many.reject(Thread, wordings, actor)
    return many.one_by_one(wordings, lambda id_: _decide_thread(id_, wordings[id_], actor, verdict))


def _decide_posts(wordings: Mapping[int, int], actor: Actor, verdict: Verdict) -> Collection[int]:
    if verdict is Verdict.REJECT:
        return many.reject(Post, wordings, actor)
    if verdict is Verdict.RELEASE:
        return many.release_posts(wordings, actor)
    return many.one_by_one(wordings, lambda id_: _decide_post(id_, wordings[id_], actor, verdict))


def _thread_targets(id_: int, actor: Actor, words: str) -> Sequence[Card]:
    ids = moving.list_project_targets(decisions.get_thread(id_), actor, words)
    cards = cards_of(Ref(PROJECT_KEY, one) for one in ids)
    return list(cards.values())


def _post_targets(id_: int, actor: Actor, words: str) -> Sequence[Card]:
    ids = moving.list_thread_targets(decisions.get_post(id_), actor, words)
    cards = _thread_cards(ids)
    return [cards[one] for one in ids if one in cards]


THREADS = ContentType(
    key=THREAD_KEY,
    label=_l("Gespräch"),
    plural=_l("Gespräche"),
    cards=_thread_cards,
    documents=_thread_documents,
    found=_threads_found,
    public_ids=_public_thread_ids,
    found_as=(FoundAs("gespraech", _l("Gespräch"), _l("Gespräche"), "list"),),
    desk_items=_thread_desk_items,
    decide=_decide_thread,
    decide_all=_decide_threads,
    reopen=lambda id_, rev, actor: decisions.reopen(decisions.get_thread(id_), rev, actor),
    hide=lambda id_, actor, rule: decisions.hide(decisions.get_thread(id_), actor, rule),
    restore=lambda id_, actor: decisions.restore(decisions.get_thread(id_), actor),
    redact=lambda id_, actor, left: redacting.redact(decisions.get_thread(id_), actor, left),
    move=lambda id_, actor, to: moving.move_thread(decisions.get_thread(id_), actor, to),
    move_targets=_thread_targets,
    lock=lambda id_, actor, locked, reason: threads.lock(
        actor, decisions.get_thread(id_), locked=locked, reason=reason
    ),
    erase_author=lambda party, keep: erasure.erase_author(Thread, party, keep),
    export=lambda party: erasure.export(Thread, party),
    own_paths=lambda ids: {id_: thread_path(id_) for id_ in ids},
    mentions=mentioning.list_in_threads,
    strike=lambda mention, take_out: redacting.strike(
        decisions.get_thread(mention.ref.id), mention, take_out
    ),
    find_titles=_find_thread_titles,
    followed=True,
    newest=feeds.newest_threads,
    events=feeds.ends,
)

POSTS = ContentType(
    key=POST_KEY,
    label=_l("Beitrag"),
    plural=_l("Beiträge"),
    cards=_post_cards,
    documents=_post_documents,
    found=_posts_found,
    public_ids=_public_post_ids,
    found_as=(
        FoundAs("beitrag", _l("Beitrag"), _l("Beiträge"), "speech", has_titles=False),
        FoundAs(
            "antwort",
            _l("Antwort der Verwaltung"),
            _l("Antworten der Verwaltung"),
            "office",
            has_titles=False,
        ),
    ),
    desk_items=_post_desk_items,
    newest=feeds.newest_posts,
    decide=_decide_post,
    decide_all=_decide_posts,
    hide_all=many.hide_posts,
    reopen=lambda id_, rev, actor: decisions.reopen(decisions.get_post(id_), rev, actor),
    hide=lambda id_, actor, rule: decisions.hide(decisions.get_post(id_), actor, rule),
    restore=lambda id_, actor: decisions.restore(decisions.get_post(id_), actor),
    redact=lambda id_, actor, left: redacting.redact(decisions.get_post(id_), actor, left),
    split=lambda id_, rev, actor, first, second: splitting.split(
        decisions.get_post(id_), rev, actor, first, second
    ),
    move=lambda id_, actor, to: moving.move_post(decisions.get_post(id_), actor, to),
    move_targets=_post_targets,
    lock=lambda id_, actor, locked, reason: threads.lock(
        actor, decisions.get_post(id_).thread, locked=locked, reason=reason
    ),
    erase_author=lambda party, keep: erasure.erase_author(Post, party, keep),
    export=lambda party: erasure.export(Post, party),
    own_paths=mine.link_paths,
    mentions=mentioning.list_in_posts,
    strike=lambda mention, take_out: redacting.strike(
        decisions.get_post(mention.ref.id), mention, take_out
    ),
)
