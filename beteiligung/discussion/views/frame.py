"""What all pages of the discussions hand to their templates, made once per page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from beteiligung.discussion import promises, rules
from beteiligung.discussion.models import Outcome, Post
from beteiligung.discussion.service.names import author_name
from kern.accounts.nameless import within
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
    Markup: Any = Markup

    def author(self, post: Post) -> str:
        return within(author_name(post.author))

    def by_when(self, written_at: datetime) -> str:
        return promises.target_of(written_at)


def context(rights: Rights | None = None, **values: Any) -> dict[str, Any]:
    """The two names every template of this room has: `c`, and `Markup` for sanitised HTML."""
    return {
        "c": Context(
            rights=rights or Rights(),
            token=csrf_field(),
            outcome_labels=rules.OUTCOME_LABELS,
            outcome_states=OUTCOME_STATES,
            **values,
        ),
        "Markup": Markup,
    }
