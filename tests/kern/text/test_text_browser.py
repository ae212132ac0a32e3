"""In a real browser, without the shelter of a CSP, no payload runs once it is rendered."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, Route
from playwright.sync_api import Error as PlaywrightError

from tests.browser import CHROMIUM
from tests.kern.text.allow_list import needs_hostile, rendered_disguises, xss_payloads

ADDRESS = "http://probe.example/"
PER_PAGE = 1500
CONTROL_EVERY = 4
CONTROL_SHARE = 0.9
"""Of the raw payloads that must run; the rest wants a gesture that the page does not make."""

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    needs_hostile,
    pytest.mark.skipif(
        CHROMIUM is None and os.environ.get("DORFLINDE_CI") != "1",
        reason="Chromium is missing: apt-get install chromium",
    ),
]

_LISTEN = """
window.hits = [];
for (const name of ["alert", "confirm", "prompt", "print"]) {
  window[name] = () => { window.hits.push(name); return true; };
}
"""
_TOUCH = """
() => {
  const names = ["click", "dblclick", "contextmenu", "mouseover", "mouseenter", "mousedown",
    "mouseup", "mousemove", "mouseout", "focus", "focusin", "blur", "input", "change", "keydown",
    "keypress", "keyup", "paste", "copy", "cut", "drag", "dragstart", "drop", "wheel", "scroll",
    "pointerover", "pointerdown", "pointermove", "pointerup", "submit", "toggle", "select",
    "animationstart", "transitionend", "beforeinput", "search", "resize", "hashchange"];
  for (const element of document.body.querySelectorAll("*")) {
    for (const name of names) {
      element.dispatchEvent(new Event(name, { bubbles: true, cancelable: name !== "click" }));
    }
    const address = element.href || element.action || element.getAttribute("formaction") || "";
    if (String(address).trim().toLowerCase().startsWith("javascript:")) element.click();
  }
}
"""
_ALIEN = """
() => [...document.body.querySelectorAll("*")].flatMap((element) => [
  ...(/^(P|BR|HR|EM|STRONG|CODE|PRE|BLOCKQUOTE|UL|OL|LI|A|H[3-6]|TABLE|THEAD|TBODY|TR|TH|TD)$/
    .test(element.nodeName) ? [] : [element.nodeName]),
  ...[...element.attributes].map((attribute) => attribute.name)
    .filter((name) => !["href", "rel", "start", "scope"].includes(name)),
  ...(element.nodeName === "A" && !["http:", "https:", "mailto:"].includes(element.protocol)
    ? [element.protocol] : []),
])
"""


class _Probe:
    """Serves pages from memory; nothing else answers, so no payload reaches a network."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._bodies: dict[str, str] = {}
        page.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        body = self._bodies.get(route.request.url)
        if body is None:
            route.abort()
            return
        html = f"<!doctype html><meta charset=utf-8><title>x</title><body>{body}"
        route.fulfill(body=html, content_type="text/html; charset=utf-8")

    def show(self, body: str) -> None:
        self._bodies = {ADDRESS: body}
        self.page.goto(ADDRESS, wait_until="load")

    def show_apart(self, bodies: list[str]) -> None:
        """Each in a frame of its own, which it may leave or destroy."""
        addresses = [f"{ADDRESS}{number}" for number in range(len(bodies))]
        self._bodies = dict(zip(addresses, bodies, strict=True))
        self._bodies[ADDRESS] = "".join(f"<iframe src={address}></iframe>" for address in addresses)
        self.page.goto(ADDRESS, wait_until="domcontentloaded")
        self.page.wait_for_timeout(1500)

    def running(self) -> int:
        """How many frames of the page ran a payload, by themselves or when touched."""
        return sum(_runs(frame) for frame in self.page.frames)

    def touched(self) -> list[str]:
        """What the page itself ran, untouched and touched; fails when the page was led away."""
        self.page.evaluate(_TOUCH)
        self.page.wait_for_timeout(50)
        hits: list[str] = self.page.evaluate("window.hits")
        assert self.page.url == ADDRESS
        return hits

    def aliens(self) -> list[str]:
        """Elements, attributes and schemes of the parsed page that are not on the allow list."""
        aliens: list[str] = self.page.evaluate(_ALIEN)
        return aliens


def _runs(frame: Frame) -> bool:
    try:
        if not frame.evaluate("window.hits.length"):
            frame.evaluate(_TOUCH)
        return bool(frame.evaluate("window.hits.length"))
    except PlaywrightError:  # the payload has led its frame away
        return False


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    context.add_init_script(_LISTEN)
    yield context
    context.close()


@pytest.fixture
def probe(context: BrowserContext) -> Iterator[_Probe]:
    page = context.new_page()
    yield _Probe(page)
    page.close()


def test_raw_payloads_do_run_in_this_browser(probe: _Probe) -> None:
    """The control: were this to fail, the next test would prove nothing."""
    sample = xss_payloads()[::CONTROL_EVERY]
    probe.show_apart(sample)
    assert probe.running() >= CONTROL_SHARE * len(sample)


def test_no_rendered_payload_runs(probe: _Probe) -> None:
    rendered = list(rendered_disguises().values())
    for start in range(0, len(rendered), PER_PAGE):
        probe.show("\n".join(rendered[start : start + PER_PAGE]))
        assert probe.aliens() == []
        assert probe.touched() == []
