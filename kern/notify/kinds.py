"""What a notice says: each type is registered by portal, as kinds of mails are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kern.content import Card, Ref, cards_of
from kern.named import Named
from kern.notify.models import Notice


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in the reader's language. `path` opens the exact thing, wherever it is now."""

    sentence: str  # "Ihr Beitrag ist freigegeben."
    title: str  # of the thread or project it happened in
    path: str
    text: str = ""  # plain, whole: mails carry it
    author: str = ""
    scope_id: int | None = None  # who may not read this scope is not told either
    group: Ref | None = None  # notices of one group stand together in a mail
    group_path: str = ""


Lines = Callable[[Sequence[Notice]], Mapping[int, Line]]
"""Of many notices at once, by their id. What may not be told (any more) is missing."""


@dataclass(frozen=True, slots=True)
class NoticeType:
    """`name` is also that of the mail sent at once, if there is such a kind of mail."""

    name: str
    lines: Lines
    is_state: bool = True  # of its thing: the newest alone counts, whatever its type


def public_lines(sentence: Callable[[Notice, Card], str]) -> Lines:
    """For events of public things: a line from the thing's card, none while it is not public."""

    def lines(notices: Sequence[Notice]) -> Mapping[int, Line]:
        cards = cards_of(ref_of(notice) for notice in notices)
        return {
            notice.id: line_of(sentence(notice, cards[ref_of(notice)]), cards[ref_of(notice)])
            for notice in notices
            if ref_of(notice) in cards
        }

    return lines


def line_of(sentence: str, card: Card) -> Line:
    return Line(
        sentence,
        card.title,
        card.path,
        text=card.text,
        author=card.author,
        scope_id=card.scope_id,
        group=card.ref,
        group_path=card.path,
    )


def ref_of(notice: Notice) -> Ref:
    return Ref(notice.content_key, notice.content_id)


_types = Named[NoticeType]("notice type", lambda type_: type_.name)
fill = _types.fill


def types() -> Mapping[str, NoticeType]:
    return _types
