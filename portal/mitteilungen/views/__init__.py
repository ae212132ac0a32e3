"""The pages of /mitteilungen/. A view reads the form, asks the service, picks the page."""

from portal.mitteilungen.blueprint import blueprint
from portal.mitteilungen.views import choices, ending, following, notices

__all__ = ["blueprint", "choices", "ending", "following", "notices"]
