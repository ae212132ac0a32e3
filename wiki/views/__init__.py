"""Pages of the wiki: for readers, for those who write, for those who decide."""

from wiki.views import beside, deciding, keeping, lists, own, reading, versions, writing
from wiki.views.blueprint import blueprint

__all__ = [
    "beside",
    "blueprint",
    "deciding",
    "keeping",
    "lists",
    "own",
    "reading",
    "versions",
    "writing",
]
