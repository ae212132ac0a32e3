"""A flood at the desk, planted fast; hints and groups are made of it by the real code."""

from collections.abc import Sequence
from itertools import count

from sqlalchemy import insert, select

from beteiligung.discussion.models import POST_KEY, Post, Status, TextRevision, Thread
from kern.accounts.models import Party
from kern.content import Ref
from kern.db import db
from kern.ids import new_receipt
from kern.moderation.hints.making import renew
from kern.moderation.models import Case, CaseKind
from kern.text import RENDERER_VERSION, Rendered

SPAM = (
    "Verdienen Sie 5.000 Euro im Monat von zu Hause! Keine Erfahrung nötig, Auszahlung täglich. "
    "Melden Sie sich jetzt an und sichern Sie sich den Startbonus. Nummer {}"
)


_numbers = count(1)


def make_people(number: int) -> list[int]:
    """Without an account, each with an address."""
    rows = [{"email": f"flut{next(_numbers)}@lindenau.example"} for _ in range(number)]
    return list(db.session.scalars(insert(Party).returning(Party.id), rows))


def plant(
    thread: Thread,
    people: Sequence[int],
    texts: Sequence[str],
    kind: CaseKind = CaseKind.RELEASE,
) -> list[int]:
    """Posts that wait (or are public and unread), each with its case; returns their ids."""
    authors = [people[number % len(people)] for number in range(len(texts))]
    is_public = kind is CaseKind.REVIEW
    rendered = [Rendered(f"<p>{text}</p>", text, RENDERER_VERSION) for text in texts]
    posts = [
        {
            "thread_id": thread.id,
            "scope_id": thread.scope_id,
            "author_id": author,
            "receipt": new_receipt(),
            "latest": 1,
            "status": Status.PUBLIC if is_public else Status.PENDING,
            "released": 1 if is_public else None,
            "listed": is_public,
            "html": text.html if is_public else "",
            "plain": text.plain if is_public else "",
        }
        for author, text in zip(authors, rendered, strict=True)
    ]
    ids = list(
        db.session.scalars(insert(Post).returning(Post.id, sort_by_parameter_order=True), posts)
    )
    wordings = [
        {
            "content_key": POST_KEY,
            "content_id": id_,
            "number": 1,
            "source": source,
            "html": text.html,
            "plain": text.plain,
            "renderer": text.version,
            "state": Status.PUBLIC if is_public else Status.PENDING,
        }
        for id_, source, text in zip(ids, texts, rendered, strict=True)
    ]
    db.session.execute(insert(TextRevision), wordings)
    cases = [
        {
            "kind": kind,
            "content_key": POST_KEY,
            "content_id": id_,
            "revision": 1,
            "scope_id": thread.scope_id,
            "author_id": author,
        }
        for id_, author in zip(ids, authors, strict=True)
    ]
    db.session.execute(insert(Case), cases)
    return ids


def group_of(post_ids: Sequence[int]) -> int:
    """Made now, by the hints; all of them in one."""
    db.session.commit()
    renew([Ref(POST_KEY, id_) for id_ in post_ids])
    query = select(Case.group_id).where(Case.content_id.in_(post_ids), Case.content_key == POST_KEY)
    (group,) = set(db.session.scalars(query))
    assert group is not None
    return group


def flood(thread: Thread, number: int, people: int = 1) -> tuple[list[int], int]:
    """The ids of posts that look alike, and their group."""
    ids = plant(thread, make_people(people), [SPAM.format(one) for one in range(number)])
    return ids, group_of(ids)
