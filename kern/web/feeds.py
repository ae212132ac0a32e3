"""Feeds for readers and calendars: Atom (RFC 4287) and iCalendar (RFC 5545), of what is public.

In the town's own language and the same for everybody, so a reader that comes every ten minutes
costs one small query: the counters of what the feed shows are asked first, and while they stand
the answer is 304 or the bytes of before.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from flask import Response, render_template, request

from kern.calendar import to_local
from kern.clock import now
from kern.content import Entry, Event, Within, registry
from kern.i18n import SOURCE, speaking
from kern.later import Later
from kern.outbox import revisions, scopes_revision
from kern.outbox.kept import Kept
from kern.settings import town_settings
from kern.town import current_town

if TYPE_CHECKING:
    import icalendar
else:
    icalendar = Later("icalendar")

EVERYTHING = Within()
LENGTH = 50  # entries of a feed
EMPTY = datetime(2000, 1, 1, tzinfo=UTC)  # "updated" of a feed without entries
KEPT = 200  # feeds in the memory of a process
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Feed:
    """`path` is the feed's own address, `about` that of the page it follows."""

    path: str
    about: str
    title: str
    within: Within = EVERYTHING


def atom(feed: Feed) -> Response:
    """The newest entries of all kinds of content."""
    return _kept(
        feed.path, _state(feed.within), "application/atom+xml", lambda: _atom(feed).encode()
    )


def atom_of(feed: Feed, entries: Sequence[Entry]) -> Response:
    """Of entries that somebody else chose; 304 while they are the same."""
    with speaking(SOURCE):
        data = _xml(feed, entries).encode()
    return _answer(data, "application/atom+xml")


def ics(path: str, title: str, scope_id: int | None = None) -> Response:
    """The dates of one scope (whose gate the caller has passed), or of all that are public."""
    within = Within(scope_id=scope_id)
    return _kept(path, _state(within), "text/calendar", lambda: _ics(title, scope_id))


def newest(within: Within, limit: int = LENGTH) -> list[Entry]:
    """Of all kinds of content, newest first."""
    found = [
        entry
        for type_ in registry().values()
        if type_.newest is not None
        for entry in type_.newest(within, limit)
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.ref), reverse=True)[:limit]


def events(scope_id: int | None) -> Sequence[Event]:
    found = (type_.events for type_ in registry().values() if type_.events is not None)
    return sorted(
        (event for ask in found for event in ask(scope_id)),
        key=lambda event: (event.starts_at, event.uid),
    )


def _state(within: Within) -> str:
    """Changes with everything the feed shows. A thread's posts also count up their scope."""
    if within.scope_id is None:
        return f"{scopes_revision()}-{town_settings().revision}"
    return f"{revisions(f'scope:{within.scope_id}')[0]}-{town_settings().revision}"


_bytes: Kept[tuple[str, str], str, bytes] = Kept(KEPT)


def _kept(path: str, state: str, mimetype: str, make: Callable[[], bytes]) -> Response:
    with speaking(SOURCE):
        data = _bytes.get((current_town().identity, path), state, make)
    return _answer(data, mimetype)


def _answer(data: bytes, mimetype: str) -> Response:
    response = Response(data, mimetype=mimetype)
    response.set_etag(hashlib.sha256(data).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _atom(feed: Feed) -> str:
    return _xml(feed, newest(feed.within))


def _xml(feed: Feed, entries: Sequence[Entry]) -> str:
    xml = render_template(
        "kern/atom.xml",
        feed=feed,
        id=_id(feed.path),
        entries=[(_id(str(entry.ref), entry.part), entry) for entry in entries],
        updated=max((entry.changed_at for entry in entries), default=EMPTY),
        address=current_town().address,
    )
    return _NO_XML.sub("", xml)


def _id(*words: str) -> str:
    """Stays the same when the town moves to another address (RFC 4287, 4.2.6)."""
    space = hmac.new(current_town().secret, b"feed", hashlib.sha256).digest()[:16]
    return uuid5(UUID(bytes=space), "/".join(words)).urn


def _ics(title: str, scope_id: int | None) -> bytes:
    address = current_town().address
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Dorflinde//Beteiligung//DE")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for event in events(scope_id):
        calendar.add_component(_calendar_event(event, address))
    return bytes(calendar.to_ical())


def _calendar_event(event: Event, address: str) -> "icalendar.Event":
    made = icalendar.Event()
    made.add("uid", event.uid)
    made.add("dtstamp", event.changed_at or now())
    if event.changed_at is not None:
        made.add("last-modified", event.changed_at)
    made.add("summary", event.title)
    starts, ends = to_local(event.starts_at), to_local(event.ends_at)
    is_days = _is_midnight(starts) and _is_midnight(ends)
    made.add("dtstart", starts.date() if is_days else event.starts_at)
    made.add("dtend", ends.date() if is_days else event.ends_at)
    made.add("url", f"{address}{event.path}")
    for name, value in (("location", event.place), ("description", event.note)):
        if value:
            made.add(name, value)
    if not event.fills_time:
        made.add("transp", "TRANSPARENT")
    return made


def _is_midnight(at: datetime) -> bool:
    return at.time() == time()
