"""Results as they look: on the smallest phone and on a desk, by day and by night, on paper."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.actor import SYSTEM
from kern.web.identity import COOKIE
from tests.browser import barriers, is_too_wide, needs_browser
from tests.builders import make_account
from tests.live import Live
from tests.umfragen.made import make_open_survey
from tests.umfragen.results.conftest import fill, keys_of, questions
from umfragen.results import publication
from umfragen.results.publication import Choice

pytestmark = needs_browser

PHONE = ViewportSize(width=320, height=640)
DESK = ViewportSize(width=1280, height=900)
PICTURES = os.environ.get("PICTURES", "")  # a folder for screenshots, for whoever wants to look


@pytest.fixture
def page(live: Live, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def plant(live: Live, page: Page) -> tuple[str, dict[str, int]]:
    """A survey with results, and somebody of the office; its address and keys."""
    with live.inside():
        survey = make_open_survey(questions(), actor=SYSTEM)
        fill(survey, 150)
        keys = keys_of(survey)
        publication.take_snapshot(SYSTEM, survey, [keys["ort"], keys["rad"]])
        said = {0: "Wir bauen den Spielplatz **2027** um.", keys["rad"]: "Es gibt mehr Bügel."}
        publication.publish(SYSTEM, survey, Choice(frozenset(keys.values()), said))
        account = make_account("Jana Planung", (Role.PLANNER, None))
        token = open_session(account, "Firefox, Linux", 30)
        path = f"/umfragen/{survey.slug}"
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": live.address}])
    return path, keys


def test_results_are_for_everybody_on_every_screen(live: Live, page: Page) -> None:
    path, keys = plant(live, page)
    shown = {
        "ergebnis": f"{path}/ergebnis",
        "gruppe": f"{path}/ergebnis?gruppe={keys['rad']}.1",
        "einbetten": f"{path}/ergebnis/einbetten",
        "auswertung": f"{path}/auswertung?f={keys['rad']}.1",
        "vergleich": f"{path}/auswertung?gruppe={keys['ort']}",
        "kreuz": f"{path}/auswertung/kreuz?zeilen={keys['ort']}&spalten={keys['note']}",
        "texte": f"{path}/auswertung/texte",
        "verlauf": f"{path}/auswertung/verlauf",
        "gewichte": f"{path}/auswertung/gewichte",
        "dateien": f"{path}/auswertung/dateien",
        "veroeffentlichen": f"{path}/auswertung/veroeffentlichen",
        "karte": f"{path}/auswertung/karte/{keys['platz']}",
    }
    found: dict[str, list[str]] = {}
    for name, address in shown.items():
        both = ((PHONE, "light"), (DESK, "dark"))
        for size, light in both if PICTURES or name in {"ergebnis", "kreuz"} else both[:1]:
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="dark" if light == "dark" else "light")
            page.goto(live.address + address)
            if PICTURES:
                page.screenshot(
                    path=f"{PICTURES}/{name}-{size['width']}-{light}.png", full_page=True
                )
            trouble = barriers(page) + (["too wide"] if is_too_wide(page) else [])
            if trouble:
                found[f"{name} {size['width']}"] = trouble
    assert found == {}
