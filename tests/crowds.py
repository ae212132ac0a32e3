"""Threads as full as a town's liveliest ones, written straight into the tables."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from beteiligung.discussion import rules
from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service import counting
from kern import text
from kern.accounts.models import Party
from kern.clock import now
from kern.db import db

PEOPLE = 150
WORDS = (
    "Ich fahre **jeden Tag** vom Bahnhof zum Strandbad und muss dreimal absteigen. Hinter den "
    "Schuppen ist es im Winter stockdunkel, und Lieferwagen stehen quer.\n\nAm Wasser gibt es\n\n"
    "- Bänke\n- Licht\n- andere Menschen\n\nBitte bauen Sie den Weg dort."
)


def fill_thread(thread: Thread, count: int, replies: int = 1) -> None:
    """`count` public posts of many people, with figures; so many replies below each that begins."""
    family = 1 + replies
    people = [Party(name=f"Mensch {number}") for number in range(min(PEOPLE, count))]
    db.session.add_all(people)
    db.session.flush()
    first = (db.session.scalar(select(func.max(Post.id))) or 0) + 1
    rendered = text.render(WORDS)
    rows = [
        {
            **_figures(number),
            "id": first + number,
            "thread_id": thread.id,
            "scope_id": thread.scope_id,
            "parent_id": first + number - number % family if number % family else None,
            "reply_no": number % family,
            "author_id": people[number % len(people)].id,
            "html": rendered.html,
            "plain": rendered.plain,
            "receipt": f"T{first + number:08d}",
            "written_at": now() - timedelta(minutes=count - number),
        }
        for number in range(count)
    ]
    for start in range(0, count, 500):
        db.session.execute(insert(Post), rows[start : start + 500])
    counting.rebuild()
    db.session.commit()


def _figures(number: int) -> dict[str, Any]:
    agree, disagree = number % 50, number % 7
    return {
        "status": Status.PUBLIC,
        "listed": True,
        "released": 1,
        "latest": 1,
        "agree": agree,
        "agree_base": agree,
        "disagree": disagree,
        "disagree_base": disagree,
        "score": rules.wilson(agree, disagree),
    }
