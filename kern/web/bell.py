"""The bell of the frame, for people who are logged in: one small query, none for guests.

A page says with `shows(...)` what it lets its reader read: notices about that are then seen.
"""

from flask import Flask, Response, g, request

from kern.content import Ref, registry
from kern.notify import bell, following
from kern.notify.bell import Bell
from kern.web.identity import current_actor

NOTHING = Bell()


def current_bell() -> Bell:
    """What this reader has not seen; asked once per request, when the page is put together."""
    actor = current_actor()
    if actor.party_id is None:
        return NOTHING
    if "bell" not in g:
        g.bell = bell.ring(actor.party_id, _followable())
    found: Bell = g.bell
    return found


def shows(*refs: Ref) -> None:
    if current_actor().party_id is not None:
        g.setdefault("shown_refs", set()).update(refs)


def is_following(ref: Ref) -> bool:
    """For what the page `shows`, the bell knows already."""
    if ref in _followable():
        return ref in current_bell().followed
    return following.is_following(current_actor().party_id, ref)


def _followable() -> set[Ref]:
    shown: set[Ref] = g.get("shown_refs", set())
    return {ref for ref in shown if ref.key in registry() and registry()[ref.key].followed}


def _mark_seen(response: Response) -> Response:
    """Only what the bell had on this very page, so that nothing disappears unread."""
    shown: set[Ref] = g.get("shown_refs", set())
    party_id = current_actor().party_id if shown else None
    if party_id is not None and response.status_code == 200 and is_looked_at():  # noqa: PLR2004
        by_ref = current_bell().by_ref
        bell.mark_seen(party_id, [id_ for ref in shown for id_ in by_ref.get(ref, ())])
    return response


def is_looked_at() -> bool:
    """Browsers fetch pages ahead that nobody may ever look at."""
    ahead = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in ahead


def _forget(_error: BaseException | None) -> None:
    g.pop("bell", None)
    g.pop("shown_refs", None)


def init_app(app: Flask) -> None:
    app.teardown_request(_forget)
    app.after_request(_mark_seen)
    app.jinja_env.globals.update(bell=current_bell, is_following=is_following, ref_to=Ref)
