"""What people without a login may do once their address is confirmed: write a post, vote.

Days may lie between: what strangers may no longer read by then takes nothing any more.
"""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from beteiligung.discussion import promises
from beteiligung.discussion.models import POST_KEY
from beteiligung.discussion.service import decisions, posts, threads, votes
from kern import text
from kern.accounts.models import Party
from kern.accounts.pending import PendingKind
from kern.accounts.sessions import guest
from kern.content import Ref
from kern.errors import NotFound
from kern.i18n import _, _l
from kern.moderation.hints import note_typing


def _show_post(payload: Mapping[str, Any]) -> Markup:
    thread = threads.get_thread_for(guest(), int(payload["thread"]))
    rendered = text.render(str(payload["text"]), links=False)
    heading = escape(thread.title)
    picture = Markup("<p>{}</p>").format(_("Dazu gehört ein Bild.")) if payload["picture"] else ""
    return Markup("<p><b>{}</b></p>{}{}").format(heading, Markup(rendered.html), picture)  # noqa: S704 - sanitised


def _perform_post(party: Party, payload: Mapping[str, Any]) -> tuple[str, str]:
    thread = threads.get_thread_for(guest(), int(payload["thread"]))
    parent = decisions.get_post(int(payload["parent"])) if payload["parent"] else None
    post = posts.submit_confirmed(
        thread,
        str(payload["text"]),
        author_id=party.id,
        parent=parent,
        picture_id=payload["picture"],
    )
    note_typing(Ref(POST_KEY, post.id), payload.get("typed_ms"))
    path = f"/beteiligung/gespraech/{thread.id}"
    if post.released is not None:
        return f"/beteiligung/beitrag/{post.id}", _("Danke! Ihr Beitrag ist jetzt zu sehen.")
    sentence = _(
        "Danke! Ihr Beitrag hat die Nummer %(number)s und erscheint nach der Prüfung, "
        "meist %(when)s.",
        number=post.receipt,
        when=promises.target(),
    )
    return path, sentence


def _next_post(payload: Mapping[str, Any]) -> str:
    return promises.of_post_in(int(payload["thread"]), guest())


def _show_vote(payload: Mapping[str, Any]) -> Markup:
    post = posts.find_listed(guest(), int(payload["post"]))
    if post is None:
        raise NotFound(posts.GONE)
    voice = _("Sie sind dafür:") if payload["stimme"] == 1 else _("Sie sind dagegen:")
    return Markup("<p><b>{}</b></p>{}").format(voice, Markup(post.html))  # noqa: S704 - sanitised


def _perform_vote(party: Party, payload: Mapping[str, Any]) -> tuple[str, str]:
    post = posts.get_post_for(guest(), int(payload["post"]))
    votes.cast_vote(party.id, post, int(payload["stimme"]))
    return f"/beteiligung/beitrag/{post.id}", _("Danke! Ihre Stimme zählt.")


POST = PendingKind(
    "beteiligung.beitrag",
    _l("Ihr Beitrag"),
    _show_post,
    _perform_post,
    lambda payload: f"/beteiligung/gespraech/{payload['thread']}",
    _next_post,
)
VOTE = PendingKind(
    "beteiligung.stimme",
    _l("Ihre Stimme"),
    _show_vote,
    _perform_vote,
    lambda payload: f"/beteiligung/beitrag/{payload['post']}",
)
