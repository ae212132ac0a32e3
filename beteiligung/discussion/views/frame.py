"""What all pages of the discussions hand to their templates, made once per page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from beteiligung.discussion import rules
from beteiligung.discussion.models import Outcome, Post
from beteiligung.discussion.service.names import (
    SOURCE_LABELS,
    author_name,
    gone_words,
    shown_name,
)
from kern.accounts.models import Source
from kern.i18n import _
from kern.web import csrf_field

OUTCOME_STATES = {
    Outcome.UNDER_REVIEW: "check",
    Outcome.ACCEPTED: "done",
    Outcome.PARTLY: "part",
    Outcome.DECLINED: "no",
}


@dataclass(frozen=True, slots=True)
class Rights:
    """What this reader may do on this page; asked once per page, not per post."""

    post: bool = False
    vote: bool = False
    manage: bool = False
    answer: bool = False
    enter: bool = False
    moderate: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """`c` in the templates of posts: macros see no page context of their own."""

    rights: Rights
    token: Markup
    title: str = ""
    here: str = ""
    sort: str = ""
    page_cursor: str = ""
    in_replies: bool = False
    outcome_labels: Any = None
    outcome_states: Any = None
    words: Mapping[str, str] = field(default_factory=dict)  # said once, shown by every post
    Markup: Any = Markup

    def name(self, view: Any) -> str:
        erased = view.author_erased is not None or view.author_id is None
        if view.is_answer:
            return str(view.author_name or _("Verwaltung"))
        return shown_name(view.author_name, view.author_kind, erased=erased)

    def letters(self, name: str) -> str:
        """What stands in the circle beside a name: "Helga Martens" is HM."""
        words = name.split()
        return (words[0][0] + words[-1][0] if len(words) > 1 else name[:2]).upper()

    def author(self, post: Post) -> str:
        return author_name(post.author)

    def meta(self, view: Any) -> str:
        parts = []
        if view.source not in {Source.WEB, Source.IMPORT}:
            parts.append(str(SOURCE_LABELS[view.source]))
        if view.edited_at is not None:
            parts.append(_("geändert"))
        if view.moved_at is not None:
            parts.append(_("hierher verschoben"))
        return " · ".join(parts)

    def gone(self, view: Any) -> str:
        return gone_words(view.status, view.hidden_rule, view.hidden_at)


def context(rights: Rights | None = None, **values: Any) -> dict[str, Any]:
    """The two names every template of this room has: `c`, and `Markup` for sanitised HTML."""
    return {
        "c": Context(
            rights=rights or Rights(),
            token=csrf_field(),
            outcome_labels=rules.OUTCOME_LABELS,
            outcome_states=OUTCOME_STATES,
            words=_words(),
            **values,
        ),
        "Markup": Markup,
    }


def _words() -> dict[str, str]:
    return {
        "agree": _("Dafür"),
        "disagree": _("Dagegen"),
        "reply": _("Antworten"),
        "quote": _("Zitieren"),
        "share": _("Teilen"),
        "report": _("Melden"),
    }
