"""The pages of /konto/. A view reads the form, asks the service, picks the page."""

from portal.konto.blueprint import blueprint
from portal.konto.display import blueprint as display
from portal.konto.views import leaving, links, login, profile, spent

__all__ = ["blueprint", "display", "leaving", "links", "login", "profile", "spent"]
