"""What a search page shows, put together from the address and the reader's rights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from markupsafe import Markup

from kern import search
from kern.actor import Actor
from kern.content import FoundAs
from kern.i18n import _, _l, _n
from kern.search import Found, Order, SearchResult, Status
from portal.suche import asked as address
from portal.suche.asked import Asked, day_of
from portal.suche.kinds import OTHER, kind_of, kinds
from portal.suche.options import Option, as_html
from portal.suche.places import RADII, Choice, Offer, offer_for

STATUSES: Mapping[Status, object] = {
    Status.RUNNING: _l("Läuft oder kommt noch"),
    Status.ENDED: _l("Beendet"),
    Status.ANSWERED: _l("Mit Antwort oder Ergebnis"),
}


@dataclass(frozen=True)
class Page:
    asked: Asked
    result: SearchResult
    offer: Offer
    better: str = ""  # what may have been meant, when that finds more

    @property
    def projects(self) -> Sequence[Choice]:
        return self.offer.projects

    @property
    def hint(self) -> str:
        """Where not everything has all the words."""
        exact = self.result.exact
        if exact is None or not self.result.total:
            return ""
        if not exact:
            return _("Nichts enthält alle Ihre Wörter. Hier steht, was die meisten davon enthält.")
        return _n(
            "%(num)s Treffer enthält alle Ihre Wörter. Danach kommt, was die meisten enthält.",
            "%(num)s Treffer enthalten alle Ihre Wörter. Danach kommt, was die meisten enthält.",
            exact,
        )

    @property
    def can_refine(self) -> bool:
        """Not where there is nothing and nothing was left out."""
        return bool(self.total_of_all or self.asked.is_narrowed or self.asked.errors)

    @property
    def narrowed_by(self) -> str:
        """In words, for those who see the form only far below; the kind is marked above."""
        return ", ".join(describe(replace(self.asked, kind="", order=Order.RELEVANCE)))

    @property
    def better_url(self) -> str:
        return self.asked.url(q=self.better)

    @cached_property
    def total_of_all(self) -> int:
        return sum(self.result.kinds.values())

    @cached_property
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
        by_others = self.asked.values.keys() - {"q", "sortierung", "art"}
        return bool(by_others) or self.total_of_all > self.result.total

    @property
    def previous(self) -> str:
        turned = self.result.previous
        return "" if turned is None else self.asked.page_url(turned)

    @property
    def next(self) -> str:
        turned = self.result.next
        return "" if turned is None else self.asked.page_url(turned)

    def chips(self, everything: str) -> list[tuple[object, str, bool, int]]:
        """The kinds that have hits, and the chosen one; none when there is nothing to choose."""
        asked, counts = self.asked, self.result.kinds
        if not self.total_of_all:
            return []
        each = [
            (kind_of(key).plural, asked.url(art=key), key == asked.kind, counts.get(key, 0))
            for key in dict.fromkeys([*kinds(), *counts])
            if counts.get(key) or key == asked.kind
        ]
        return [(everything, asked.url(art=""), not asked.kind, self.total_of_all), *each]

    @cached_property
    def project_lines(self) -> Markup:
        """Those with hits, and the chosen one."""
        counts, chosen = self.result.scopes, self.asked.project
        chosen_id = None if chosen is None else chosen.id
        return as_html(
            Option(one.slug, one.title, counts.get(one.id, 0), one.id == chosen_id)
            for one in self.projects
            if counts.get(one.id) or one.id == chosen_id
        )

    @cached_property
    def status_lines(self) -> Markup:
        counts = self.result.statuses
        return as_html(
            Option(str(key), str(label), counts.get(key, 0), self.asked.status is key)
            for key, label in STATUSES.items()
            if counts.get(key) or self.asked.status is key
        )

    @cached_property
    def year_lines(self) -> Markup:
        chosen = self.asked.year
        years = {*self.result.years, *([] if chosen is None else [chosen])}
        return as_html(
            Option(str(year), str(year), self.result.years.get(year, 0), year == chosen)
            for year in sorted(years, reverse=True)
        )

    @cached_property
    def spot_lines(self) -> Markup:
        """By name; a point of a map stands there while it is chosen."""
        chosen = self.asked.spot
        option = None if chosen is None else Option(chosen.name, chosen.label)
        return self.offer.spot_lines.choosing(option)

    @property
    def radius_lines(self) -> Markup:
        return as_html(
            Option(str(one), _radius(one), is_chosen=one == self.asked.radius) for one in RADII
        )

    @cached_property
    def _kinds(self) -> Mapping[str, FoundAs]:
        return kinds()

    def kind(self, hit: Found) -> FoundAs:
        """Also of what an index holds from before an update."""
        return self._kinds.get(hit.document.kind, OTHER)


def describe(asked: Asked) -> list[str]:
    """Its filters in words, for a list of searches."""
    spot, order = asked.spot, asked.order
    words = [
        str(kind_of(asked.kind).plural) if asked.kind else "",
        asked.project.title if asked.project else "",
        str(STATUSES[asked.status]) if asked.status else "",
        str(asked.year or ""),
        _("ab %(day)s", day=day_of(asked.since)) if asked.since else "",
        _("bis %(day)s", day=day_of(asked.until)) if asked.until else "",
        _("%(radius)s um %(place)s", radius=_radius(asked.radius), place=spot.label)
        if spot
        else "",
        _("Neues zuerst") if order is Order.NEWEST else "",
    ]
    return [word for word in words if word]


def _radius(metres: int) -> str:
    kilometre = 1_000
    if metres < kilometre:
        return _("%(n)s Meter", n=metres)
    return _("%(n)s Kilometer", n=metres // kilometre)


def read(actor: Actor, args: Mapping[str, str]) -> Page:
    """Never fails for anything that stands in the address."""
    offer = offer_for(actor)
    asked = address.read(args, offer)
    result = find(actor, asked)
    return Page(asked, result, offer, _better(actor, asked, result))


def _better(actor: Actor, asked: Asked, result: SearchResult) -> str:
    if result.query.is_empty or result.degraded or not asked.is_first:
        return ""
    have = result.total if result.exact is None else result.exact
    have = max(have, sum(result.kinds.values()) if result.exact is None else 0)
    return search.did_you_mean(asked.text, have, audiences=search.audiences_of(actor))


def asked_by(actor: Actor, args: Mapping[str, str]) -> Asked:
    """The same without searching."""
    return address.read(args, offer_for(actor))


def find(
    actor: Actor, asked: Asked, *, limit: int = search.PER_PAGE, order: Order | None = None
) -> SearchResult:
    return search.find(
        asked.text,
        audiences=search.audiences_of(actor),
        narrowed=asked.narrowed,
        order=order or asked.order,
        turned=asked.turned,
        limit=limit,
    )
