"""The same events as notices in the app, each with the way to the private page."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kern.db import db
from kern.i18n import _, _l, grouped
from kern.moderation import statements
from kern.moderation.decisions.hearing import OUTCOME_MAIL
from kern.moderation.explaining import TITLES
from kern.moderation.models import Measure, Statement
from kern.moderation.objections import RECEIPT_MAIL
from kern.moderation.queue import items_of, ref_of
from kern.notify import Line, NoticeType
from kern.notify.kinds import Lines
from kern.notify.models import Notice

MANY: Mapping[Measure, object] = {  # decided together
    Measure.REJECTED: _l("%(n)s Ihrer Texte sind nicht freigegeben."),
    Measure.HIDDEN: _l("%(n)s Ihrer Texte sind nicht mehr öffentlich."),
}


def _restricted(statement: Statement, number: int) -> str:
    if number > 1 and statement.measure in MANY:
        return str(MANY[statement.measure]) % {"n": grouped(number)}
    return f"{TITLES[statement.measure]}."


def _lines(sentence: Callable[[Statement, int], str]) -> Lines:
    """Two queries and one for each kind of thing, however many notices there are."""

    def lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
        wanted = {notice.payload["statement"] for notice in notices}
        query = select(Statement).where(Statement.id.in_(wanted), Statement.party_id.is_not(None))
        found = {
            one.id: one for one in db.session.scalars(query.options(joinedload(Statement.case)))
        }
        items = items_of(one.case for one in found.values())
        made = {}
        for notice in notices:
            statement = found.get(notice.payload["statement"])
            if statement is not None:
                item = items.get(ref_of(statement.case))
                made[notice.id] = Line(
                    sentence(statement, int(notice.payload.get("number", 1))),
                    title=item.title if item is not None else "",
                    path=statements.path_of(statement),
                    group=ref_of(statement.case),
                )
        return made

    return lines


TYPES = (
    NoticeType(statements.MAIL, _lines(_restricted)),
    NoticeType(
        statements.ENDED_MAIL,
        _lines(lambda _one, _n: _("Eine Entscheidung über Sie gilt nicht mehr.")),
    ),
    NoticeType(RECEIPT_MAIL, _lines(lambda _one, _n: _("Ihr Einspruch ist eingegangen."))),
    NoticeType(
        OUTCOME_MAIL, _lines(lambda _one, _n: _("Über Ihren Einspruch haben wir entschieden."))
    ),
)
