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

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

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
AXE = Axe().axe_script
# Everything up to WCAG 2.2 AA, with rules that axe leaves out unless they are asked for by tag.
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


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


def barriers(page: Page, rule: str = "") -> list[str]:
    """What axe finds: rule and first element, one line each; empty when all is well. By one rule,
    or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    only = {"type": "rule", "values": [rule]} if rule else {"type": "tag", "values": list(RULES)}
    options = {"runOnly": only, "resultTypes": ["violations"]}
    run = "options => axe.run(document, options).then((result) => result.violations)"
    found = page.evaluate(run, options)
    return [f"{item['id']}: {item['nodes'][0]['target']}" for item in found]


def is_too_wide(page: Page) -> bool:
    """Whether the page scrolls sideways."""
    wide: bool = page.evaluate(
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    return wide
