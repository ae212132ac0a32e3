"""Links between pages as people write them: found, told apart, rewritten when a page is renamed.

[[Linde]]   [[Linde|die alte Linde]]   [[Linde#Geschichte]]   [[#Geschichte]]
[[Projekt:radweg]]   [[Umfrage:spielplatz]]   {{Öffnungszeiten}} shows another page's text here
[[Inhalt]] is the table of contents   {{Karte: Bäume}} {{Seitenliste: Bäume}} list pages by tag

Pure: what a name leads to is asked elsewhere, for all links of a page at once.
"""

from wiki.linking.links import LISTS, Link, Target, Use, find_links, target_of, targets_of
from wiki.linking.naming import fold_title, is_same_page
from wiki.linking.rewriting import rename_page

__all__ = [
    "LISTS",
    "Link",
    "Target",
    "Use",
    "find_links",
    "fold_title",
    "is_same_page",
    "rename_page",
    "target_of",
    "targets_of",
]
