"""Bring the words of attached PDFs into the index: read by the worker, after everything else, as
each takes a process of its own and up to half a minute."""

from collections.abc import Iterable
from datetime import datetime

from kern import outbox
from kern.content import Ref, registry
from kern.db import db, writing
from kern.files import reading

_AT_ONCE = 20  # things per tick


def follow(facts: Iterable[tuple[str, int, str]]) -> bool:
    """What the worker calls with (content key, id, fact) of a batch of the outbox. What has new
    words is announced again, for the index and for everybody else who looks at words."""
    refs = {Ref(key, id_) for key, id_, _fact in facts if key in registry()}
    news = reading.read_pdfs(refs) if refs else set()
    if news:
        with writing():
            for ref in news:
                outbox.note(ref.key, ref.id)
            db.session.commit()
    return bool(news)


def catch_up(_since: datetime, _until: datetime) -> bool:
    """What was attached before anybody read it, or while its bytes were out of reach."""
    refs = [ref for ref in reading.list_unread(_AT_ONCE) if ref.key in registry()]
    for ref in refs:
        outbox.note(ref.key, ref.id)
    return bool(refs)
