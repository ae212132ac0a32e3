"""Pages of the discussions."""

from beteiligung.discussion.views import entering, mine, office, reading, writing
from beteiligung.discussion.views.blueprint import blueprint

__all__ = ["blueprint", "entering", "mine", "office", "reading", "writing"]
