"""A DokuWiki by its data folder: pages as text, media, and the older versions of both."""

from wiki.exchange.dokuwiki.converting import Converted, convert
from wiki.exchange.dokuwiki.reading import read_dokuwiki

__all__ = ["Converted", "convert", "read_dokuwiki"]
