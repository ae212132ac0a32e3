"""The search page: what people typed, what was found, and ways to look more closely."""

from portal.suche.views import blueprint

__all__ = ["blueprint"]
