"""Pages of the wiki: for readers, for those who write, for those who decide."""

from wiki.views import deciding, keeping, lists, own, reading, versions, writing
from wiki.views.blueprint import blueprint

__all__ = ["blueprint", "deciding", "keeping", "lists", "own", "reading", "versions", "writing"]
