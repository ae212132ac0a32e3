"""Bring the words of attached PDFs into the index: read by the worker, after the thing itself."""

from collections.abc import Iterable
from datetime import datetime

from kern import outbox, search
from kern.content import Ref, registry
from kern.files import reading

_AT_ONCE = 20  # things per tick


def follow(facts: Iterable[tuple[str, int, str]]) -> None:
    """What the worker calls with (content key, id, fact) of a batch of the outbox."""
    refs = {Ref(key, id_) for key, id_, _fact in facts if key in registry()}
    if refs and (news := reading.read_pdfs(refs)):
        search.index_refs(news)


def catch_up(_since: datetime, _until: datetime) -> bool:
    """What was attached before anybody read it, or while its bytes were out of reach."""
    refs = [ref for ref in reading.list_unread(_AT_ONCE) if ref.key in registry()]
    for ref in refs:
        outbox.note(ref.key, ref.id)
    return bool(refs)
