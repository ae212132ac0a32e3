"""When what somebody writes will stand there for all: said at the writing box and after sending."""

from datetime import datetime

from beteiligung.discussion import rules
from beteiligung.discussion.models import Post, Status, Thread
from beteiligung.discussion.service import threads
from kern.actor import Actor
from kern.calendar import format_by
from kern.clock import now
from kern.errors import NotFound
from kern.i18n import _
from kern.moderation.cases import due
from kern.moderation.trust import is_trusted
from kern.scope import Scope


def target() -> str:
    """ "bis morgen, 12 Uhr": when the town means to have read what comes now."""
    at = now()
    return format_by(at, due(at))


def target_of(written_at: datetime) -> str:
    """The same for what waits since then; empty once that time is over."""
    end = due(written_at)
    return format_by(now(), end) if end > now() else ""


def is_shown_at_once(actor: Actor, scope: Scope) -> bool:
    trusted = is_trusted(actor.party_id, scope)
    return rules.first_status(actor, scope, trusted=trusted) == Status.PUBLIC


def of_post(actor: Actor, scope: Scope) -> str:
    if is_shown_at_once(actor, scope):
        return _("Ihr Beitrag erscheint gleich. Wir lesen ihn danach.")
    return _("Wir lesen jeden Beitrag, bevor er erscheint, meist %(when)s.", when=target())


def of_post_in(thread_id: int, actor: Actor) -> str:
    """Empty where this actor may not read (any more)."""
    try:
        return of_post(actor, threads.get_thread_for(actor, thread_id).scope)
    except NotFound:
        return ""


def of_edit(actor: Actor, post: Post, scope: Scope) -> str:
    if is_shown_at_once(actor, scope):
        return _("Ihre Änderung erscheint gleich. Wir lesen sie danach.")
    if post.released:
        return _(
            "Ihre Änderung erscheint nach der Prüfung, meist %(when)s. Bis dahin bleibt die alte "
            "Fassung öffentlich.",
            when=target(),
        )
    return _("Ihr Beitrag erscheint nach der Prüfung, meist %(when)s.", when=target())


def of_thread(actor: Actor, scope: Scope) -> str:
    if is_shown_at_once(actor, scope):
        return _("Ihr Gespräch erscheint gleich. Wir lesen es danach.")
    return _("Ihr Gespräch erscheint nach der Prüfung, meist %(when)s.", when=target())


def kept(thing: Post | Thread) -> str:
    """What happens next with what was just sent, in one sentence."""
    is_public = thing.released == thing.latest
    if isinstance(thing, Post):
        return kept_post(is_shown=is_public)
    if is_public:
        return _("Danke! Ihr Gespräch ist jetzt zu sehen.")
    return _("Danke! Ihr Gespräch erscheint nach der Prüfung, meist %(when)s.", when=target())


def kept_post(*, is_shown: bool) -> str:
    if is_shown:
        return _("Danke! Ihr Beitrag ist jetzt zu sehen.")
    return _("Danke! Ihr Beitrag erscheint nach der Prüfung, meist %(when)s.", when=target())
