"""What people are told about surveys, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import select

from kern.content import Card, cards_of
from kern.db import db
from kern.i18n import _
from kern.notify import NoticeType
from kern.notify.kinds import Line, line_of, public_lines, ref_of
from kern.notify.models import Notice
from umfragen.models import Survey
from umfragen.results.publication import results_path
from umfragen.service import telling


def _released(_notice: Notice, _card: Card) -> str:
    return _("Ihre Umfrage ist freigegeben.")


def _opened(_notice: Notice, card: Card) -> str:
    return _("Neue Umfrage: %(title)s", title=card.title)


def _extended(_notice: Notice, _card: Card) -> str:
    return _("Diese Umfrage läuft länger als geplant.")


def _results(notices: Sequence[Notice]) -> Mapping[int, Line]:
    """None once they were withdrawn; the line leads to them also while the survey runs."""
    cards = cards_of(ref_of(notice) for notice in notices)
    query = select(Survey).where(Survey.id.in_([ref.id for ref in cards]))
    shown = {one.id: one for one in db.session.scalars(query) if one.results_at is not None}
    return {
        notice.id: replace(
            line_of(_("Das Ergebnis dieser Umfrage ist veröffentlicht."), cards[ref_of(notice)]),
            path=results_path(shown[notice.content_id]),
        )
        for notice in notices
        if ref_of(notice) in cards and notice.content_id in shown
    }


TYPES = (
    NoticeType(telling.RELEASED, public_lines(_released)),
    NoticeType(telling.OPENED, public_lines(_opened), is_state=False),
    NoticeType(telling.EXTENDED, public_lines(_extended), is_state=False),
    NoticeType(telling.RESULTS, _results, is_state=False),
)
