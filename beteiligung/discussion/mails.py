"""Mails to authors: what was decided, who answered, what became of it."""

from collections.abc import Mapping
from typing import Any

from beteiligung.discussion.models import POST_KEY, Post, Status, Thread
from beteiligung.discussion.rules import OUTCOME_LABELS
from beteiligung.discussion.service import decisions, mine
from beteiligung.discussion.service.names import author_name
from kern.content import Ref
from kern.errors import NotFound
from kern.i18n import _l, speaking
from kern.mail import Mail, MailKind
from kern.mail.compose import Recipient, recipient_of, write
from kern.scope import get_scope
from kern.text import excerpt
from kern.town import current_town

Payload = Mapping[str, Any]
SHORT = 300


def _thing(ref: Ref) -> Post | Thread | None:
    try:
        if ref.key == POST_KEY:
            return decisions.get_post(ref.id)
        return decisions.get_thread(ref.id)
    except NotFound:
        return None


def _open(payload: Payload) -> tuple[Recipient, Post | Thread] | None:
    """Who is told and about what; None once either is gone."""
    recipient = recipient_of(payload["recipient"])
    thing = _thing(Ref.parse(payload["ref"]))
    if recipient is None or thing is None or thing.status == Status.ERASED:
        return None
    return recipient, thing


def _write(payload: Payload, template: str, recipient: Recipient, **values: Any) -> Mail:
    """With the ways out of a notice."""
    return write(template, recipient, about=payload.get("about", ""), **values)


def _link(thing: Post | Thread) -> str:
    """To the thing itself; without a login, to its private page."""
    if isinstance(thing, Thread):
        path = f"/beteiligung/gespraech/{thing.id}"
    elif thing.status == Status.PUBLIC and mine.has_login(thing.author_id):
        path = f"/beteiligung/beitrag/{thing.id}"
    else:
        path = mine.link_path(thing)
    return current_town().address + path


def _title(thing: Post | Thread) -> str:
    return thing.title if isinstance(thing, Thread) else thing.thread.title


def _released(payload: Payload) -> Mail | None:
    """What is refused or taken away has its statement of reasons instead."""
    found = _open(payload)
    if found is None:
        return None
    recipient, thing = found
    revision = int(payload["revision"])
    if thing.latest != revision or thing.released != revision or thing.status != Status.PUBLIC:
        return None  # rewritten in the meantime: the next decision counts
    return _write(
        payload, "beteiligung/freigegeben", recipient, title=_title(thing), link=_link(thing)
    )


def _split(payload: Payload) -> Mail | None:
    found = _open(payload)
    if found is None:
        return None
    recipient, thing = found
    return _write(payload, "beteiligung/geteilt", recipient, title=_title(thing), link=_link(thing))


def _moved(payload: Payload) -> Mail | None:
    """Where it stands now, however often it was moved in the meantime."""
    found = _open(payload)
    if found is None:
        return None
    recipient, thing = found
    is_thread = isinstance(thing, Thread)
    return _write(
        payload,
        "beteiligung/verschoben",
        recipient,
        is_thread=is_thread,
        title=_title(thing),
        place=get_scope(thing.scope_id).title,
        link=_link(thing),
    )


def _outcome(payload: Payload) -> Mail | None:
    found = _open(payload)
    if found is None or found[1].outcome is None or found[1].status != Status.PUBLIC:
        return None
    recipient, thing = found
    with speaking(recipient.language):
        label = str(OUTCOME_LABELS[thing.outcome]) if thing.outcome else ""
    return _write(
        payload,
        "beteiligung/ergebnis",
        recipient,
        title=_title(thing),
        link=_link(thing),
        outcome=label,
        reason=thing.outcome_reason,
        office=thing.outcome_office,
    )


def _answered(payload: Payload) -> Mail | None:
    found = _open(payload)
    if found is None:
        return None
    recipient, answer = found
    if not isinstance(answer, Post) or answer.status != Status.PUBLIC:
        return None
    return _write(
        payload,
        "beteiligung/antwort",
        recipient,
        title=answer.thread.title,
        link=f"{current_town().address}/beteiligung/beitrag/{answer.id}",
        office=answer.office,
        person=author_name(answer.author),
        words=excerpt(answer.plain, SHORT),
    )


KINDS = (
    MailKind("beteiligung.entschieden", _l("Beitrag freigegeben"), _released),
    MailKind("beteiligung.geteilt", _l("Beitrag in zwei geteilt"), _split),
    MailKind("beteiligung.verschoben", _l("Beitrag oder Gespräch verschoben"), _moved),
    MailKind("beteiligung.ergebnis", _l("Ergebnis zu einem Beitrag"), _outcome),
    MailKind("beteiligung.antwort", _l("Antwort der Verwaltung"), _answered),
)
