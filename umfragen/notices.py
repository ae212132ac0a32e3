"""What people are told about surveys, in words."""

from kern.content import Card
from kern.i18n import _
from kern.notify import NoticeType
from kern.notify.kinds import public_lines
from kern.notify.models import Notice
from umfragen.service import telling


def _released(_notice: Notice, _card: Card) -> str:
    return _("Ihre Umfrage ist freigegeben.")


def _opened(_notice: Notice, card: Card) -> str:
    return _("Neue Umfrage: %(title)s", title=card.title)


def _extended(_notice: Notice, _card: Card) -> str:
    return _("Diese Umfrage läuft länger als geplant.")


TYPES = (
    NoticeType(telling.RELEASED, public_lines(_released)),
    NoticeType(telling.OPENED, public_lines(_opened), is_state=False),
    NoticeType(telling.EXTENDED, public_lines(_extended), is_state=False),
)
