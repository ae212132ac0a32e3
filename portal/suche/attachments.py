"""Bring the words of attached PDFs into the index: read by the worker, after everything else, as
each takes a process of its own and up to half a minute."""

from collections.abc import Callable, Collection
from datetime import datetime

from kern import outbox
from kern.content import Ref, registry
from kern.db import db, writing
from kern.files import reading
from kern.worker import Heard

_AT_ONCE = 20  # things per tick


def follow(facts: Collection[tuple[str, int, str]], is_over: Callable[[], bool]) -> Heard:
    """What the worker calls with (content key, id, fact) of a batch of the outbox. What has new
    words is announced again, for the index and for everybody else who looks at words."""
    refs = {Ref(key, id_) for key, id_, _fact in facts if key in registry()}
    read = reading.read_pdfs(refs, is_over) if refs else reading.Read()
    if read.news:
        with writing():
            for ref in read.news:
                outbox.note(ref.key, ref.id)
            db.session.commit()
    rest = [fact for fact in facts if Ref(fact[0], fact[1]) in read.rest]
    return Heard(bool(read.news), rest)


def catch_up(_since: datetime, _until: datetime) -> bool:
    """What was attached before anybody read it, or while its bytes were out of reach."""
    refs = [ref for ref in reading.list_unread(_AT_ONCE) if ref.key in registry()]
    for ref in refs:
        outbox.note(ref.key, ref.id)
    return bool(refs)
