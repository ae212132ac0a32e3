"""What people read for authors, channels and states."""

from collections.abc import Mapping
from datetime import datetime

from beteiligung.discussion.models import Status
from kern.accounts import nameless
from kern.accounts.models import Party, PartyKind, Source
from kern.i18n import _, _l
from kern.moderation.words import removed_words

SOURCE_LABELS: Mapping[Source, object] = {
    Source.WEB: _l("Online"),
    Source.MAIL: _l("E-Mail"),
    Source.PAPER: _l("Papier"),
    Source.PHONE: _l("Telefon"),
    Source.COUNTER: _l("Im Rathaus"),
    Source.IMPORT: _l("Übernommen"),
}
STATUS_LABELS: Mapping[Status, object] = {
    Status.PENDING: _l("wartet auf Prüfung"),
    Status.PUBLIC: _l("öffentlich"),
    Status.REJECTED: _l("abgelehnt"),
    Status.HIDDEN: _l("ausgeblendet"),
    Status.WITHDRAWN: _l("zurückgezogen"),
    Status.ERASED: _l("gelöscht"),
}


def author_name(author: Party | None, *, office: bool = False) -> str:
    if author is None:
        return str(nameless.GONE)
    return shown_name(author.name, author.kind, erased=author.erased_at is not None, office=office)


def shown_name(
    name: str | None, kind: str | None, *, erased: bool = False, office: bool = False
) -> str:
    """The name under a text. People without a login have none, and imported ones keep quiet."""
    if erased:
        return str(nameless.GONE)
    if name:
        return name
    if office or kind == PartyKind.OFFICE:
        return _("Verwaltung")
    return str(nameless.GUEST)


def gone_words(status: Status, rule: int | None, at: datetime | None) -> str:
    """The tombstone of a post or thread; empty for what is not gone."""
    if status == Status.HIDDEN:
        return removed_words(rule, at)
    if status == Status.WITHDRAWN:
        return _("Von der Person selbst zurückgezogen")
    return _("Gelöscht") if status == Status.ERASED else ""
