"""People with a browser, and a town that lives for each test."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from kern.config import Settings
from tests.browser.person import Person
from tests.live import Live, living, reachable
from tests.smtp_server import Inbox, smtp_server

PATIENCE = 15_000  # milliseconds


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with smtp_server() as inbox:
        yield inbox


@pytest.fixture
def settings(settings: Settings, inbox: Inbox) -> Settings:
    return reachable(settings, inbox)


@pytest.fixture
def live(app: Flask, settings: Settings, inbox: Inbox) -> Iterator[Live]:
    """The app on a free port of localhost, a mail server, and a worker that drains the outbox."""
    with living(app, settings, inbox) as town:
        yield town


@pytest.fixture(params=[True, False], ids=["with-scripts", "without-scripts"])
def visitor(
    request: pytest.FixtureRequest, browser: Browser, live: Live
) -> Iterator[Callable[[], Person]]:
    """Gives a new person at each call."""
    contexts = []

    def come() -> Person:
        contexts.append(browser.new_context(java_script_enabled=request.param))
        contexts[-1].set_default_timeout(PATIENCE)
        return Person(live, contexts[-1].new_page(), request.param)

    yield come
    for context in contexts:
        context.close()
