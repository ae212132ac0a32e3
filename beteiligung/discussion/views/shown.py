"""Posts put into words, once per page: what is left to their template is to set them in place."""

from collections.abc import Iterable
from typing import NamedTuple

from markupsafe import Markup

from beteiligung.discussion.service.names import SOURCE_LABELS, gone_words, shown_name
from beteiligung.discussion.service.reading import PostRow, PostView
from kern.accounts.models import Source
from kern.calendar import Stamp, stamp
from kern.i18n import _

UNSAID = frozenset({Source.WEB, Source.IMPORT})  # channels that go without saying


class PostShown(NamedTuple):
    """`text` is sanitised HTML, or the sentence of a tombstone."""

    row: PostRow
    name: str
    letters: str  # in the circle beside the name
    meta: str
    at: Stamp
    text: str
    vote: int
    is_own: bool
    replies: list["PostShown"]
    more_replies: int


def put_into_words(views: Iterable[PostView]) -> list[PostShown]:
    return [_shown(view) for view in views]


def _shown(view: PostView) -> PostShown:
    row = view.row
    name = _name(row)
    gone = "" if view.is_public else gone_words(row.status, row.hidden_rule, row.hidden_at)
    return PostShown(
        row=row,
        name=name,
        letters=_letters(row.office if row.is_answer else name),
        meta=row.office if row.is_answer else _meta(row),
        at=stamp(row.written_at),
        text=Markup(row.html) if view.is_public else gone,  # noqa: S704 - sanitised at write
        vote=view.vote,
        is_own=view.is_own,
        replies=put_into_words(view.replies) if view.replies else [],
        more_replies=view.more_replies,
    )


def _name(row: PostRow) -> str:
    if row.is_answer:
        return row.author_name or _("Verwaltung")
    erased = row.author_erased or row.author_id is None
    return shown_name(row.author_name, row.author_kind, erased=erased)


def _letters(name: str) -> str:
    """ "Helga Martens" -> "HM", "Stadtarchiv" -> "ST"."""
    words = name.split()
    return (words[0][0] + words[-1][0] if len(words) > 1 else name[:2]).upper()


def _meta(row: PostRow) -> str:
    parts = [] if row.source in UNSAID else [str(SOURCE_LABELS[row.source])]
    if row.is_edited:
        parts.append(_("geändert"))
    if row.is_moved:
        parts.append(_("hierher verschoben"))
    return " · ".join(parts)
