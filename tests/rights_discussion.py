"""Rows of the table of rights: threads, posts, votes, and what the office does with them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from beteiligung.discussion.models import Post
from beteiligung.discussion.service import mine, posts
from kern.accounts.permissions import BY_ROLE, Role
from kern.actor import AccountId, Actor, PartyId
from tests.builders import make_actor, make_post, make_project, make_thread
from tests.rights_rows import Row, Visit, everybody, logged_in, only, row
from tests.wiki.pages import make_page

TEXT = "Bitte denken Sie an die Kinder, die dort zur Schule gehen."

_OFFICE = (Role.PLANNER, Role.ADMINISTRATOR)
_STAFF = (Role.MODERATOR, *_OFFICE)


def _slug(_visit: Visit) -> Mapping[str, Any]:
    return {"slug": make_project().scope.slug}


def _wiki_page(_visit: Visit) -> Mapping[str, Any]:
    return {"key": "wiki.page", "host_id": make_page().id}


def _thread(_visit: Visit) -> Mapping[str, Any]:
    return {"thread_id": make_thread().id}


def _post(_visit: Visit) -> Mapping[str, Any]:
    """Somebody else's, and public."""
    return {"post_id": make_post().id}


def _own(visit: Visit) -> Mapping[str, Any]:
    return {"post_id": _written_by(visit).id}


def _written_by(visit: Visit) -> Post:
    """Guests have none; they try it with somebody else's."""
    account = visit.account
    if account is None:
        return make_post()
    held = BY_ROLE[Role(visit.role)]
    author = Actor(AccountId(account.id), PartyId(account.party_id), "Probe", held)
    return make_post(author=author)


def _answer(_visit: Visit) -> Mapping[str, Any]:
    thread = make_thread()
    return {"post_id": posts.answer(make_actor(Role.PLANNER), thread, TEXT, office="Bauhof").id}


def _by_link(_visit: Visit) -> Mapping[str, Any]:
    """The address in the mail to somebody without an account."""
    post = make_post()
    return {"post_id": post.id, "signature": mine.link_path(post).rpartition("/")[2]}


def _form(fields: Mapping[str, Any], _visit: Visit) -> Mapping[str, Any]:
    return fields


def _says(**fields: Any) -> partial[Mapping[str, Any]]:
    return partial(_form, fields)


_THREAD_FORM = _says(title="Wo fehlt ein Zebrastreifen?", question=TEXT)
_OUTCOME = _says(outcome="accepted", reason="Wir bauen ihn im Mai.", office="Tiefbauamt")

_READING: dict[tuple[str, str], Row] = {
    ("gespraeche.thread", "GET"): everybody(200, values=_thread),
    ("gespraeche.feed", "GET"): everybody(200, values=_thread),
    ("gespraeche.permalink", "GET"): everybody(302, values=_post),
    ("gespraeche.replies", "GET"): everybody(200, values=_post),
    ("gespraeche.revisions", "GET"): row(
        guest=403, citizen=403, moderator=200, planner=403, administrator=200, values=_post
    ),
    ("gespraeche.outcomes", "GET"): everybody(200, values=_slug),
    ("gespraeche.on_its_way", "GET"): everybody(200),
    ("gespraeche.my_posts", "GET"): logged_in(200),
}

_WRITING: dict[tuple[str, str], Row] = {
    ("gespraeche.begin_thread", "GET"): logged_in(200, values=_slug),
    ("gespraeche.submit_thread", "POST"): logged_in(303, values=_slug, data=_THREAD_FORM),
    ("gespraeche.begin_thread_on", "GET"): logged_in(200, values=_wiki_page),
    ("gespraeche.submit_thread_on", "POST"): logged_in(303, values=_wiki_page, data=_THREAD_FORM),
    ("gespraeche.submit_post", "POST"): everybody(
        303, values=_thread, data=_says(text=TEXT, email="gast@lindenau.example")
    ),
    ("gespraeche.edit_post", "GET"): row(guest=403, citizen=200, values=_own),
    ("gespraeche.submit_edit", "POST"): logged_in(303, values=_own, data=_says(text=TEXT)),
    ("gespraeche.ask_withdraw", "GET"): row(guest=403, citizen=200, values=_own),
    ("gespraeche.withdraw", "POST"): logged_in(303, values=_own),
    ("gespraeche.vote", "POST"): everybody(303, values=_post, data=_says(stimme="1")),
    ("gespraeche.vote_as_guest", "GET"): everybody(200, values=_post),
    ("gespraeche.submit_vote_as_guest", "POST"): everybody(
        303,
        values=_post,
        data=lambda visit: {"stimme": "1", "email": f"gast-{visit.role}@lindenau.example"},
    ),
    ("gespraeche.by_link", "GET"): everybody(200, values=_by_link),
    ("gespraeche.edit_by_link", "POST"): everybody(303, values=_by_link, data=_says(text=TEXT)),
    ("gespraeche.withdraw_by_link", "POST"): everybody(303, values=_by_link),
}

_MANAGING: dict[tuple[str, str], Row] = {
    ("gespraeche.new_office_thread", "GET"): only(*_STAFF, status=200, values=_slug),
    ("gespraeche.open_office_thread", "POST"): only(
        *_STAFF, status=303, values=_slug, data=_THREAD_FORM
    ),
    ("gespraeche.new_office_thread_on", "GET"): only(*_STAFF, status=200, values=_wiki_page),
    ("gespraeche.open_office_thread_on", "POST"): only(
        *_STAFF, status=303, values=_wiki_page, data=_THREAD_FORM
    ),
    ("gespraeche.edit_thread", "GET"): only(*_STAFF, status=200, values=_thread),
    ("gespraeche.submit_thread_edit", "POST"): only(
        *_STAFF, status=303, values=_thread, data=_THREAD_FORM
    ),
    ("gespraeche.switch_thread", "POST"): only(
        *_STAFF, status=303, values=_thread, data=_says(tat="schliessen")
    ),
    ("gespraeche.enter_post", "GET"): only(*_STAFF, status=200, values=_thread),
    ("gespraeche.submit_entered", "POST"): only(
        *_STAFF, status=303, values=_thread, data=_says(source="paper", text=TEXT)
    ),
    ("gespraeche.new_answer", "GET"): only(*_OFFICE, status=200, values=_thread),
    ("gespraeche.submit_answer", "POST"): only(
        *_OFFICE, status=303, values=_thread, data=_says(text=TEXT, office="Tiefbauamt")
    ),
    ("gespraeche.pin_answer", "POST"): only(
        *_OFFICE, status=303, values=_answer, data=_says(tat="anheften")
    ),
    ("gespraeche.post_outcome", "GET"): only(*_OFFICE, status=200, values=_post),
    ("gespraeche.submit_post_outcome", "POST"): only(
        *_OFFICE, status=303, values=_post, data=_OUTCOME
    ),
    ("gespraeche.thread_outcome", "GET"): only(*_OFFICE, status=200, values=_thread),
    ("gespraeche.submit_thread_outcome", "POST"): only(
        *_OFFICE, status=303, values=_thread, data=_OUTCOME
    ),
}

DISCUSSION: dict[tuple[str, str], Row] = {**_READING, **_WRITING, **_MANAGING}
