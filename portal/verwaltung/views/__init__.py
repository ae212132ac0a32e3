"""The pages of /verwaltung/. A view reads the form, asks, and picks the page."""

from portal.verwaltung.blueprint import blueprint
from portal.verwaltung.views import mails, people, settings, setup, start

__all__ = ["blueprint", "mails", "people", "settings", "setup", "start"]
