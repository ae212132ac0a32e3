"""What the address of a search says: every search has one, and none is refused for what it says."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from kern.calendar import end_of_day, to_utc
from kern.content import Ref
from kern.i18n import _
from kern.search import Edge, Narrowed, Order, Status, Turned
from kern.search.query import parse
from portal.suche.kinds import kinds
from portal.suche.places import RADII, RADIUS, Choice, Offer, Spot, scopes_near

PATH = "/suche"
AFTER, BEFORE = "nach", "vor"
_LONGEST = 120  # characters of a cursor or a date
_YEAR = re.compile(r"(?:19[7-9]|20|21)[0-9]+")
_GERMAN = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Asked:
    """With everything unknown left out. `errors` are by the name of the field."""

    text: str = ""
    kind: str = ""
    project: Choice | None = None
    status: Status | None = None
    year: int | None = None
    since: str = ""  # as it was typed, or as a date field has it
    until: str = ""
    spot: Spot | None = None
    radius: int = RADIUS
    order: Order = Order.RELEVANCE
    turned: Turned = field(default_factory=Turned)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, str]:
        """What is set, by the names of the address, without the page."""
        values = {
            "q": self.text,
            "art": self.kind,
            "projekt": self.project.slug if self.project else "",
            "stand": str(self.status or ""),
            "jahr": str(self.year or ""),
            "von": self.since,
            "bis": self.until,
            "nahe": self.spot.name if self.spot else "",
            "umkreis": str(self.radius) if self.spot and self.radius != RADIUS else "",
            "sortierung": str(self.order) if self.order is not Order.RELEVANCE else "",
        }
        return {key: value for key, value in values.items() if value}

    def url(self, *, path: str = PATH, **changes: str) -> str:
        """This search with something changed, from its first page; an empty value goes."""
        kept = {key: value for key, value in {**self.values, **changes}.items() if value}
        return f"{path}?{urlencode(kept)}" if kept else path

    def page_url(self, turned: Turned, path: str = PATH) -> str:
        name, edge = (AFTER, turned.after) if turned.after else (BEFORE, turned.before)
        if edge is None or turned.as_of is None:
            return self.url(path=path)
        cursor = f"{int(turned.as_of.timestamp())}~{edge.rank!r}~{edge.ref}"
        return self.url(path=path, **{name: cursor})

    @property
    def is_first(self) -> bool:
        return self.turned.after is None and self.turned.before is None

    @property
    def is_narrowed(self) -> bool:
        """By anything but its words and their order."""
        return bool(self.values.keys() - {"q", "sortierung"})

    @property
    def narrowed(self) -> Narrowed:
        since, until = _start(self.since), _end(self.until)
        if self.year is not None:
            first, last = _edges(self.year)
            since, until = max(since or first, first), min(until or last, last)
        scopes = None if self.project is None else {self.project.id}
        if self.spot is not None:
            near = scopes_near(self.spot, self.radius)
            scopes = near if scopes is None else scopes & near
        kinds = [self.kind] if self.kind else []
        return Narrowed(kinds, scopes, since, until, self.status)


def read(args: Mapping[str, str], offer: Offer) -> Asked:
    said = {key: " ".join(value[:_LONGEST].split()) for key, value in args.items()}
    kind, order, status = (said.get(key, "") for key in ("art", "sortierung", "stand"))
    near, radius, year = (said.get(key, "") for key in ("nahe", "umkreis", "jahr"))
    since, until = said.get("von", ""), said.get("bis", "")
    return Asked(
        text=parse(args.get("q", "")).text,  # one line of bounded length
        kind=kind if kind in kinds() else "",
        project=offer.project(said.get("projekt", "")),
        status=Status(status) if status in set(Status) else None,
        year=int(year) if _YEAR.fullmatch(year) and len(year) == len("2026") else None,
        since=_as_field(since),
        until=_as_field(until),
        spot=offer.spots.get(near) or Spot.parse(near),
        radius=next((one for one in RADII if str(one) == radius), RADIUS),
        order=Order.NEWEST if order == Order.NEWEST else Order.RELEVANCE,
        turned=_turned(said.get(AFTER, ""), said.get(BEFORE, "")),
        errors=_errors(since, until),
    )


def _errors(since: str, until: str) -> dict[str, str]:
    first, last = _date(since), _date(until)
    unclear = _("Dieses Datum verstehen wir nicht. Bitte schreiben Sie es so: 24.12.2026.")
    found = {
        name: unclear
        for name, text, day in (("von", since, first), ("bis", until, last))
        if text and day is None
    }
    if first is not None and last is not None and last < first:
        found["bis"] = _("Das Ende liegt vor dem Anfang. Bitte tauschen Sie die beiden Daten.")
    return found


def _date(text: str) -> date | None:
    """As a date field sends it, or as people here write it."""
    german = _GERMAN.fullmatch(text)
    try:
        if german is not None:
            day, month, year = (int(part) for part in german.groups())
            return _in_reach(date(year, month, day))
        return _in_reach(date.fromisoformat(text))
    except ValueError:
        return None


def _in_reach(day: date) -> date | None:
    return day if _YEAR.fullmatch(str(day.year)) else None


def _as_field(text: str) -> str:
    """What a date field can show; what is no date stays as it was typed."""
    day = _date(text)
    return text if day is None else day.isoformat()


def day_of(text: str) -> str:
    """As people here write it; what is no date stays as it was typed."""
    day = _date(text)
    return text if day is None else f"{day.day}.{day.month}.{day.year}"


def _start(text: str) -> datetime | None:
    day = _date(text)
    return None if day is None else to_utc(datetime.combine(day, datetime.min.time()))


def _end(text: str) -> datetime | None:
    day = _date(text)
    return None if day is None else end_of_day(day)


def _edges(year: int) -> tuple[datetime, datetime]:
    first, last = date(year, 1, 1), date(year + 1, 1, 1) - timedelta(days=1)
    return to_utc(datetime.combine(first, datetime.min.time())), end_of_day(last)


def _turned(after: str, before: str) -> Turned:
    """A cursor that is none leads to the first page."""
    parts = (after or before).split("~")
    if len(parts) != len(("as_of", "rank", "ref")):
        return Turned()
    try:
        as_of, rank = datetime.fromtimestamp(int(parts[0]), UTC), float(parts[1])
        edge = Edge(rank, Ref.parse(parts[2]))
    except (ValueError, OverflowError, OSError):
        return Turned()
    if not math.isfinite(rank):
        return Turned()
    return Turned(edge, None, as_of) if after else Turned(None, edge, as_of)
