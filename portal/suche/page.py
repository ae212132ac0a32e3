"""What a search page shows, put together from the address and the reader's rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import select

from kern import search
from kern.actor import Actor
from kern.db import db
from kern.i18n import _, _n
from kern.scope import Scope
from kern.scope.rules import readable, shown
from kern.search import Found, Order, SearchResult
from kern.search.query import parse
from portal.suche.kinds import KINDS, Kind

PATH = "/suche"
PROJECT = "project"
MOST_PROJECTS = 500
DIGITS = 4  # of a page's number; more is no page


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says, with everything unknown left out."""

    text: str = ""
    kind: str = ""
    project: Scope | None = None
    order: Order = Order.RELEVANCE
    page: int = 1

    def url(self, **changes: str | int) -> str:
        """This search with something changed; an empty value goes."""
        values: dict[str, str | int] = {
            "q": self.text,
            "art": self.kind,
            "projekt": self.project.slug if self.project else "",
            "sortierung": str(self.order) if self.order is not Order.RELEVANCE else "",
        }
        kept = {key: value for key, value in {**values, **changes}.items() if value}
        return f"{PATH}?{urlencode(kept)}" if kept else PATH

    def page_url(self, number: int) -> str:
        return self.url(seite=number) if number > 1 else self.url()


@dataclass(frozen=True, slots=True)
class Page:
    asked: Asked
    result: SearchResult
    projects: Sequence[Scope]

    @property
    def total_of_all(self) -> int:
        return sum(self.result.kinds.values())

    @property
    def heading(self) -> str:
        total, words = self.result.total, self.asked.text
        if not total:
            return _("Keine Treffer für „%(q)s“", q=words)
        if self.result.complete or self.result.degraded:
            return _n("%(num)s Treffer für „%(q)s“", "%(num)s Treffer für „%(q)s“", total, q=words)
        return _("Mehr als %(num)s Treffer für „%(q)s“", num=total, q=words)

    @property
    def has_more_elsewhere(self) -> bool:
        """Whether there may be hits outside of what was asked for."""
        return bool(self.asked.project) or self.total_of_all > self.result.total

    def chips(self, everything: str) -> list[tuple[object, str, bool, int]]:
        """The kinds that have hits, and the chosen one; none when there is nothing to choose."""
        asked, counts = self.asked, self.result.kinds
        shown = [key for key in KINDS if counts.get(key) or key == asked.kind]
        if not self.total_of_all:
            return []
        kinds = [
            (KINDS[key].plural, asked.url(art=key), key == asked.kind, counts.get(key, 0))
            for key in shown
        ]
        return [(everything, asked.url(art=""), not asked.kind, self.total_of_all), *kinds]

    def kind(self, hit: Found) -> Kind:
        return KINDS[hit.document.kind]


def read(actor: Actor, args: Mapping[str, str]) -> Page:
    """Never fails for anything that stands in the address."""
    projects = list_projects(actor)
    asked = _asked(args, projects)
    result = _find(actor, asked)
    if not result.items and result.total:  # the page's number lies behind the last one
        asked = _on_page(asked, result.pages)
        result = _find(actor, asked)
    return Page(asked, result, projects)


def list_projects(actor: Actor) -> Sequence[Scope]:
    """What this reader may narrow the search to."""
    query = select(Scope).where(Scope.kind == PROJECT, shown(), readable(actor))
    return db.session.scalars(query.order_by(Scope.title, Scope.id).limit(MOST_PROJECTS)).all()


def _asked(args: Mapping[str, str], projects: Sequence[Scope]) -> Asked:
    kind, slug, number = (args.get(key, "") for key in ("art", "projekt", "seite"))
    is_number = number.isascii() and number.isdigit() and len(number) <= DIGITS
    return Asked(
        text=parse(args.get("q", "")).text,  # one line of bounded length
        kind=kind if kind in KINDS else "",
        project=next((one for one in projects if one.slug == slug), None),
        order=Order.NEWEST if args.get("sortierung") == Order.NEWEST else Order.RELEVANCE,
        page=max(int(number), 1) if is_number else 1,
    )


def _on_page(asked: Asked, number: int) -> Asked:
    return Asked(asked.text, asked.kind, asked.project, asked.order, number)


def _find(actor: Actor, asked: Asked) -> SearchResult:
    return search.find(
        asked.text,
        audiences=search.audiences_of(actor),
        kinds=[asked.kind] if asked.kind else [],
        scopes=[asked.project.id] if asked.project else [],
        order=asked.order,
        page=asked.page,
    )
