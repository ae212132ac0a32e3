"""A browser for each file of tests, and a town that lives for each test."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser

from kern.config import Settings
from tests.browser import open_browser
from tests.live import Live, living, reachable
from tests.smtp_server import Inbox, smtp_server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


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
