"""What people are told about projects they follow, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import select

from beteiligung.project.models import News, Phase, Project
from beteiligung.project.service import telling
from kern import text
from kern.content import Card, cards_of
from kern.db import db
from kern.i18n import _
from kern.notify import Line, NoticeType
from kern.notify.kinds import line_of, public_lines, ref_of
from kern.notify.models import Notice

Row = TypeVar("Row", News, Phase)


def _news(notices: Sequence[Notice]) -> Mapping[int, Line]:
    rows = _rows(News, notices, "news")
    return _lines(
        notices,
        {
            notice.id: (
                _("Neuigkeit: %(title)s", title=rows[id_].title),
                rows[id_].plain,
                f"#neuigkeit-{id_}",
            )
            for notice in notices
            if (id_ := notice.payload["news"]) in rows
        },
    )


def _phases(notices: Sequence[Notice]) -> Mapping[int, Line]:
    rows = _rows(Phase, notices, "phase")
    return _lines(
        notices,
        {
            notice.id: (
                _("Jetzt beginnt: %(title)s", title=rows[id_].title),
                rows[id_].note,
                "#verlauf",
            )
            for notice in notices
            if (id_ := notice.payload["phase"]) in rows
        },
    )


def _closed(notices: Sequence[Notice]) -> Mapping[int, Line]:
    ids = [notice.content_id for notice in notices]
    query = select(Project.id, Project.result_html).where(Project.id.in_(ids))
    results = {
        row.id: text.plain_text(row.result_html)
        for row in db.session.execute(query)
        if row.result_html
    }
    return _lines(
        notices,
        {
            notice.id: (_("Das ist daraus geworden"), results[notice.content_id], "#ergebnis")
            for notice in notices
            if notice.content_id in results
        },
    )


def _rows(kind: type[Row], notices: Sequence[Notice], name: str) -> dict[int, Row]:
    ids = [notice.payload[name] for notice in notices]
    return {row.id: row for row in db.session.scalars(select(kind).where(kind.id.in_(ids)))}


def _lines(
    notices: Sequence[Notice], said: Mapping[int, tuple[str, str, str]]
) -> Mapping[int, Line]:
    """`said`: sentence, text and place on the project's page, by notice."""
    cards = cards_of(ref_of(notice) for notice in notices)
    found: dict[int, Line] = {}
    for notice in notices:
        card = cards.get(ref_of(notice))
        if card is not None and notice.id in said:
            sentence, words, place = said[notice.id]
            line = line_of(sentence, card)
            found[notice.id] = replace(line, text=words, path=card.path + place, author="")
    return found


def _released(_notice: Notice, _card: Card) -> str:
    return _("Ihr Projekt ist freigegeben und veröffentlicht.")


TYPES = (
    NoticeType(telling.RELEASED, public_lines(_released)),
    NoticeType(telling.NEWS, _news, is_state=False),
    NoticeType(telling.PHASE, _phases, is_state=False),
    NoticeType(telling.CLOSED, _closed, is_state=False),
)
