"""A real browser against a real server on loopback, for tests that look at what people see."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.browser.places import Places

# The same engine without windows of its own takes half of the work to start and to run.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)

needs_browser = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None and os.environ.get("DORFLINDE_CI") != "1",
        reason="Chromium is missing: apt-get install chromium",
    ),
]


# Chromium's own sandbox refuses to start as root, as in most containers; the rest keeps it from
# asking its maker for updates.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Of what axe does for contrast, half is reading the same few colours again for each element.
READ_ONCE = """;(() => {
  const colour = axe.commons.color.Color.prototype;
  const read = colour.parseString;
  const known = new Map();
  colour.parseString = function (words) {
    if (known.has(words)) [this.r, this.g, this.b, this.alpha] = known.get(words);
    else known.set(words, (read.call(this, words), [this.r, this.g, this.b, this.alpha]));
    return this;
  };
})()"""
AXE = Axe().axe_script + READ_ONCE
# Everything up to WCAG 2.2 AA, with rules that axe leaves out unless they are asked for by tag.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

# Every place of a page, as a number: its element with all that style sheets ask for, inside those
# around it, and the sheets. What people read, where links lead and what fields hold has no colour;
# what is drawn never or by the system neither.
PLACES = """() => {
  const other = /^(href|src|srcset|id|for|name|value|title|alt|content|action|datetime|d|x|y)$/;
  const labels = /^aria-(label|labelledby|describedby|controls|details)$/;
  const told = ({name, value}) => other.test(name) || labels.test(name) ? ""
    : name.startsWith("data-") && name !== "data-kern-theme" ? name : `${name}=${value}`;
  const unseen = "input[type=hidden], datalist, option, optgroup, meta, title, script, template";
  const sheet = (element) => element.tagName === "STYLE" ? element.textContent
    : element.rel === "stylesheet" ? element.href.replace(location.origin, "") : "";
  const mixed = (number, words) => {
    let [high, low] = [Math.floor(number / 4294967296) ^ 0xdeadbeef, number ^ 0x41c6ce57];
    for (const sign of words) {
      high = Math.imul(high ^ sign.codePointAt(0), 2654435761);
      low = Math.imul(low ^ sign.codePointAt(0), 1597334677);
    }
    return 4294967296 * (2097151 & high) + (low >>> 0);
  };
  const found = new Set();
  const walk = (element, above) => {
    const attributes = [...element.attributes].map(told).sort().join(" ");
    const own = [element.tagName, attributes, element.checked || "", sheet(element)];
    const place = mixed(above, own.join(" "));
    found.add(place);
    for (const child of element.children) if (!child.matches(unseen)) walk(child, place);
  };
  walk(document.documentElement, innerWidth);
  return [...found];
}"""
_places_seen = Places()  # in light and in dark


@contextmanager
def open_browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """The address of a running server, such as `http://localhost:40123`."""
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def barriers(page: Page) -> list[str]:
    """What axe finds in light and in dark: rule and first element, one line each; empty when all is
    well. Colours are what costs most, and of what axe knows only they change in the dark: they are
    looked at where a page has a place that no page of this run had before it."""
    places = set(page.evaluate(PLACES))
    is_new = not _places_seen.has_all(places)
    page.emulate_media(color_scheme="light")
    runs = {"type": "tag", "values": list(RULES)}
    found = _run_axe(page, {"runOnly": runs, "rules": {"color-contrast": {"enabled": is_new}}})
    if is_new:
        page.emulate_media(color_scheme="dark")
        only = {"type": "rule", "values": ["color-contrast"]}
        found += [f"dark, {line}" for line in _run_axe(page, {"runOnly": only})]
    if not found:
        _places_seen.add(places)
    return found


def _run_axe(page: Page, options: dict[str, object]) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    run = "options => axe.run(document, options).then((result) => result.violations)"
    found = page.evaluate(run, {**options, "resultTypes": ["violations"]})
    return [f"{item['id']}: {item['nodes'][0]['target']}" for item in found]


def is_too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
