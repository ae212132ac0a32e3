"""Words nobody released, and then a look into every way out of the wiki."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kern import search, worker
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.db import db
from kern.town import Town
from tests.builders import make_actor
from tests.wiki.pages import change, make_page, ortswiki, propose_page
from wiki import service

BAIT = "Zwergdommelweg"
PAGE = "/wiki/ortswiki/linde"
WAYS = (
    *("/", "/wiki", "/wiki/ortswiki", "/atom.xml", f"/suche?q={BAIT[:-3]}"),
    *("/wiki/ortswiki/aenderungen", "/wiki/ortswiki/aenderungen.atom"),
    *("/wiki/ortswiki/seiten/gewuenscht", "/wiki/ortswiki/seiten/verwaist"),
    *(PAGE, f"{PAGE}/geschichte", f"{PAGE}/quelltext", f"{PAGE}/fassung/1", f"{PAGE}/fassung/2"),
    *(f"{PAGE}/vergleich?von=1&bis=2", f"{PAGE}/wer-schrieb-was", f"{PAGE}/links"),
    *("/wiki/vorschlag/1", "/wiki/vorschlag/2", "/wiki/vorschlag/3", "/wiki/vorschlag/4"),
    *(f"/wiki/ortswiki/{BAIT.lower()}", "/wiki/ortswiki/markt"),
)


@pytest.mark.parametrize("state", ["waiting", "asked", "rejected", "withdrawn", "draft"])
def test_what_nobody_released_is_on_no_way_out(
    state: str, app: Flask, town: Town, client: FlaskClient, settings: Settings
) -> None:
    page = make_page("Linde", "Ein Baum.")
    make_page("Markt", "{{Linde}}")
    author, reviewer = make_actor(Role.CITIZEN), make_actor(Role.MODERATOR)
    found = [
        change(author, page, source=f"[[{BAIT}]]", summary=BAIT, tags=(BAIT,)),
        propose_page(author, BAIT, BAIT),
    ]
    for proposal in found:
        if state == "asked":
            service.ask_for_changes(reviewer, proposal, 1, BAIT)
        elif state == "rejected":
            service.reject(reviewer, proposal, 1)
        elif state == "withdrawn":
            service.withdraw(author, proposal)
    if state == "draft":
        held = {"text": BAIT}
        service.save_draft(author, ortswiki(), page, "", payload=held, base_id=None)
    db.session.commit()
    worker.drain(settings)
    search.rebuild_all()

    assert search.find(BAIT).total == 0
    for way in WAYS:
        answer = client.get(way, follow_redirects=True)
        assert BAIT not in answer.text.replace(way, ""), way
