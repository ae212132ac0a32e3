"""Kinds of notices and frequencies in words."""

from collections.abc import Mapping
from typing import Any

from kern.i18n import _l
from kern.notify import Frequency, NoticeKind

KIND_LABELS: Mapping[NoticeKind, Any] = {
    NoticeKind.FATE: _l("Was aus meinen Beiträgen wird"),
    NoticeKind.ANSWER: _l("Die Verwaltung antwortet mir"),
    NoticeKind.REPLY: _l("Andere antworten auf meine Beiträge"),
    NoticeKind.CASE: _l("Meine Meldungen und Einsprüche"),
    NoticeKind.FOLLOWED: _l("Neues, wo ich folge"),
    NoticeKind.DESK: _l("Was in der Moderation wartet"),
}
FREQUENCY_LABELS: Mapping[Frequency, Any] = {
    Frequency.AT_ONCE: _l("sofort"),
    Frequency.DAILY: _l("jeden Morgen"),
    Frequency.WEEKLY: _l("jeden Montag"),
    Frequency.NEVER: _l("nie"),
}
