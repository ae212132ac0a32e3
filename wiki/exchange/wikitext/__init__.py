"""MediaWiki's wikitext as a source in our own dialect.

What has no counterpart, such as most templates, goes with a note; the caller keeps the original.
Reads any text in linear time and raises nothing.
"""

from wiki.exchange.wikitext.converting import Converted, convert
from wiki.exchange.wikitext.names import GERMAN_AND_ENGLISH, Namespaces

__all__ = ["GERMAN_AND_ENGLISH", "Converted", "Namespaces", "convert"]
