"""Rows of the table of rights: the wiki, for those who read, write and decide."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from kern.accounts.permissions import Role
from kern.actor import Actor, PartyId
from kern.db import db
from tests.builders import make_actor
from tests.rights_rows import LOGIN, Row, Visit, everybody, logged_in, row
from tests.wiki.pages import change, make_page, propose_page
from wiki import service
from wiki.models import Kind, Page, Proposal
from wiki.service.own_links import link_path

Values = Callable[[Visit], Mapping[str, Any]]
SPACE = {"space": "ortswiki"}


def _page(**more: Any) -> Values:
    def values(visit: Visit) -> Mapping[str, Any]:
        return {**SPACE, "slug": _made(visit).slug, **more}

    return values


def _made(_visit: Visit) -> Page:
    return make_page(tags=("Bäume",))


def _space(**more: Any) -> Values:
    return lambda _visit: {**SPACE, **more}


def _compared(visit: Visit) -> Mapping[str, Any]:
    return {**_page()(visit), "von": 1, "bis": 1}


def _contributor(visit: Visit) -> Mapping[str, Any]:
    return {"party_id": service.get_published(_made(visit)).author_id}


def _proposal(_visit: Visit) -> Proposal:
    return propose_page(make_actor(Role.CITIZEN))


def _by_link(visit: Visit) -> Mapping[str, Any]:
    found = _proposal(visit)
    return {"proposal_id": found.id, "signature": link_path(found).rpartition("/")[2]}


def _waits(visit: Visit) -> Mapping[str, Any]:
    return {"proposal_id": _proposal(visit).id}


def _own(prepare: Callable[[Actor, Proposal], object], visit: Visit) -> Mapping[str, Any]:
    """Written by whoever comes; by somebody else for a guest."""
    author = _actor(visit)
    proposal = propose_page(author, f"Kai {visit.role}")
    prepare(author, proposal)
    return {"proposal_id": proposal.id}


def _actor(visit: Visit) -> Actor:
    writer = make_actor(Role.CITIZEN)
    if visit.account is None:
        return writer
    return replace(writer, party_id=PartyId(visit.account.party_id))


def _rejected(_author: Actor, proposal: Proposal) -> None:
    service.reject(make_actor(Role.MODERATOR), proposal, proposal.latest)


def _elsewhere(visit: Visit) -> Mapping[str, Any]:
    proposal = _proposal(visit)
    _rejected(make_actor(Role.CITIZEN), proposal)
    return {"proposal_id": proposal.id}


def _of_deleted_page(visit: Visit) -> Mapping[str, Any]:
    page = _made(visit)
    proposal = change(_actor(visit), page, source="Ein alter Baum.")
    gone = change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE)
    service.approve(make_actor(Role.MODERATOR), gone, gone.latest)
    db.session.flush()
    return {"proposal_id": proposal.id}


def _taken(_author: Actor, proposal: Proposal) -> None:
    make_page(proposal.title)


def _read(_visit: Visit) -> Mapping[str, Any]:
    return {"fassung": 1, "version": 1}


def _deciders(status: int, otherwise: int, **more: Any) -> Row:
    """Moderators and administrators decide."""
    return row(guest=LOGIN, citizen=otherwise, moderator=status, administrator=status, **more)


def _hiders(status: int, **more: Any) -> Row:
    return _deciders(status, 403, **more)


def _gone(visit: Visit) -> Mapping[str, Any]:
    page = _made(visit)
    gone = change(make_actor(Role.CITIZEN), page, kind=Kind.DELETE)
    service.approve(make_actor(Role.MODERATOR), gone, gone.latest)
    return {**SPACE, "slug": page.slug}


def _managers(status: int, **more: Any) -> Row:
    return row(
        guest=LOGIN,
        citizen=403,
        moderator=status,
        planner=status,
        administrator=status,
        **more,
    )


_nothing = partial(_own, lambda _author, _proposal: None)
WIKI: dict[tuple[str, str], Row] = {
    ("wiki.start", "GET"): everybody(200),
    ("wiki.help_page", "GET"): everybody(200),
    ("wiki.space_start", "GET"): everybody(200, values=_space()),
    ("wiki.space_map", "GET"): everybody(200, values=_space()),
    ("wiki.page", "GET"): everybody(200, values=_page()),
    ("wiki.history", "GET"): everybody(200, values=_page()),
    ("wiki.compare", "GET"): everybody(200, values=_compared),
    ("wiki.version", "GET"): everybody(200, values=_page(number=1)),
    ("wiki.source", "GET"): everybody(200, values=_page()),
    ("wiki.authors", "GET"): everybody(200, values=_page()),
    ("wiki.links", "GET"): everybody(200, values=_page()),
    ("wiki.changes", "GET"): everybody(200, values=_space()),
    ("wiki.feed", "GET"): everybody(200, values=_space()),
    ("wiki.tagged", "GET"): everybody(200, values=_space(tag="Ufer")),
    ("wiki.pages", "GET"): everybody(200, values=_space(which="still")),
    ("wiki.statistics", "GET"): everybody(200, values=_space()),
    ("wiki.contributor", "GET"): everybody(200, values=_contributor),
    ("wiki.find_titles", "GET"): everybody(200, values=_space()),
    ("wiki.new_page", "GET"): everybody(200, values=_space()),
    ("wiki.save_new_page", "POST"): everybody(422, values=_space()),
    ("wiki.live_preview", "POST"): everybody(200, values=_space()),
    ("wiki.edit", "GET"): everybody(200, values=_page()),
    ("wiki.save_edit", "POST"): everybody(422, values=_page()),
    ("wiki.on_its_way", "GET"): everybody(200),
    ("wiki.by_link", "GET"): everybody(200, values=_by_link),
    ("wiki.edit_by_link", "POST"): everybody(
        303, values=_by_link, data=lambda _visit: {"text": "Ein Kai.", "version": 1}
    ),
    ("wiki.withdraw_by_link", "POST"): everybody(303, values=_by_link),
    ("wiki.rename", "GET"): logged_in(200, values=_page()),
    ("wiki.save_rename", "POST"): logged_in(422, values=_page()),
    ("wiki.delete", "GET"): logged_in(200, values=_page()),
    ("wiki.save_delete", "POST"): logged_in(422, values=_page()),
    ("wiki.own_proposals", "GET"): logged_in(200),
    ("wiki.waiting", "GET"): logged_in(200),
    ("wiki.proposal", "GET"): _deciders(200, 404, values=_waits),
    ("wiki.edit_proposal", "GET"): _deciders(200, 404, values=_waits),
    ("wiki.save_proposal", "POST"): _deciders(422, 404, values=_waits),
    ("wiki.approve", "POST"): _deciders(303, 404, values=_waits, data=_read),
    ("wiki.ask", "POST"): _deciders(
        303, 404, values=_waits, data=lambda _visit: {"fassung": 1, "text": "Bitte kürzer."}
    ),
    ("wiki.remark", "POST"): _deciders(
        303, 404, values=_waits, data=lambda _visit: {"text": "Danke!"}
    ),
    ("wiki.reopen", "POST"): _deciders(303, 404, values=_elsewhere),
    ("wiki.resolve", "POST"): _deciders(303, 404, values=_waits, data=_read),
    ("wiki.withdraw", "POST"): logged_in(303, values=_nothing),
    ("wiki.ask_again", "POST"): logged_in(303, values=partial(_own, _rejected)),
    ("wiki.become_creation", "POST"): logged_in(303, values=_of_deleted_page),
    ("wiki.become_edit", "POST"): logged_in(303, values=partial(_own, _taken)),
    ("wiki.undelete", "GET"): logged_in(200, values=_gone),
    ("wiki.save_undelete", "POST"): logged_in(422, values=_gone),
    ("wiki.hiding", "GET"): _hiders(200, values=_page(number=1)),
    ("wiki.hide_parts", "POST"): _hiders(422, values=_page(number=1)),
    ("wiki.reject", "POST"): _deciders(422, 404, values=_waits, data=_read),
    ("wiki.addresses", "GET"): _managers(200, values=_page()),
    ("wiki.remove_address", "POST"): _managers(422, values=_page()),
    ("wiki.twin", "GET"): _managers(200, values=_page()),
    ("wiki.save_twin", "POST"): _managers(303, values=_page()),
    ("wiki.space_rules", "GET"): _managers(200, values=_space()),
    ("wiki.save_space_rules", "POST"): _managers(422, values=_space()),
    ("wiki.mark_checked", "POST"): _managers(303, values=_page()),
    ("wiki.protection", "GET"): _managers(200, values=_page()),
    ("wiki.protect", "POST"): _managers(
        303, values=_page(), data=lambda _visit: {"protection": "staff"}
    ),
}
