"""The Ortswiki of the demo town: pages with a past, and two proposals that are not decided."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

from kern import clock
from kern.actor import Actor
from portal.betrieb.demo.scene import Scene
from wiki import service
from wiki.models import Kind, Page, Proposal, Space
from wiki.service import Wording, wordings
from wiki.service.rendering import render_stale

TEXTS = Path(__file__).parent / "texts" / "wiki.toml"
OLDEST = timedelta(days=60)
STEP = timedelta(days=5)  # between one page and the next
REVIEW = timedelta(hours=7)


def make_pages(scene: Scene) -> None:
    """Each written by a citizen, read by the moderator some hours later."""
    space = service.find_space("ortswiki")
    if space is None:
        return
    people = scene.cast.people.values()
    writers = cycle([person for person in people if not person.may("wiki.manage")])
    at = scene.ago(OLDEST)
    for text in tomllib.loads(TEXTS.read_text(encoding="utf-8"))["pages"]:
        page = _written(scene, space, next(writers), text, at)
        if "later" in text:
            changed = _changed(page, text)
            _approved(scene, _proposed(next(writers), page, changed, at + STEP), at + STEP)
        at += STEP
    _leave_open(scene, space, writers)
    while render_stale():
        pass


def _written(scene: Scene, space: Space, writer: Actor, text: Mapping[str, Any], at: Any) -> Page:
    place = None
    if "place" in text:
        lat, lon = text["place"]
        place = {"type": "Point", "coordinates": [lon, lat], "label": text["title"]}
    wording = Wording(
        text["title"], text["text"], tuple(text["tags"]), place=place, kind=Kind.CREATE
    )
    with clock.at(at):
        proposal = service.propose(writer, space, None, wording, None)
    return _approved(scene, proposal, at)


def _approved(scene: Scene, proposal: Proposal, at: Any) -> Page:
    with clock.at(at + REVIEW):
        revision = service.approve(scene.cast.moderator, proposal, proposal.latest)
    return service.get_page(revision.page_id)


def _proposed(writer: Actor, page: Page, wording: Wording, at: Any) -> Proposal:
    with clock.at(at):
        return service.propose(writer, page.space, page, wording, page.published_id)


def _wording(page: Page) -> Wording:
    found = wordings.of_revision(service.get_published(page))
    return replace(found or Wording(page.title, ""), kind=Kind.EDIT, summary="")


def _changed(page: Page, text: Mapping[str, Any]) -> Wording:
    """The paragraph that begins alike is written anew."""
    wording, later = _wording(page), str(text["later"])
    paragraphs = [
        later if part.strip()[:12] == later[:12] else part for part in wording.source.split("\n\n")
    ]
    return replace(wording, source="\n\n".join(paragraphs), summary="Genauer gesagt")


def _leave_open(scene: Scene, space: Space, writers: Iterator[Actor]) -> None:
    bath, market = service.find_page(space, "strandbad"), service.find_page(space, "marktplatz")
    if bath is None or market is None:
        return
    times = _wording(bath)
    longer = replace(
        times, source=times.source.replace("20 Uhr", "21 Uhr"), summary="Neue Öffnungszeiten"
    )
    _proposed(next(writers), bath, longer, scene.ago(timedelta(hours=5)))
    fair = _wording(market)
    added = f"{fair.source}\n\nIm Advent ist hier Weihnachtsmarkt.\n"
    at = scene.ago(timedelta(days=2))
    proposal = _proposed(next(writers), market, replace(fair, source=added), at)
    with clock.at(at + REVIEW):
        service.ask_for_changes(
            scene.cast.moderator, proposal, proposal.latest, "An welchen Tagen genau?"
        )
