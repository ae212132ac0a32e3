"""A page's source as HTML, with what it leads to asked for in bulk. Pure: no database, no Flask.

    frame = Frame(page_id=7, edit_path="/wiki/ort/linde/bearbeiten")
    rendered = render_page(source, resolver, frame)

The caller brings a `Resolver`: five questions, each asked at most once for a whole page (`includes`
once per level, so at most twice) and not at all when nothing of its kind stands in the text; one
query answers each. Keys are what the tables are searched by:

    pages, includes   fold_title of the name in [[Linde]], {{Linde}}
    refs              (room, fold_title) of [[Projekt:radweg]]: ("projekt", "radweg"), slug or title
    files             (page id, name) of ![Alt](anhang:linde.jpg); None is the page that is being
                      rendered, a number the page whose text is included
    tags              fold_title of {{Karte: Bäume}}, {{Seitenliste: Bäume}}

What has no answer is missing: a page becomes a red link to `resolver.start_path(title)`, a file or
a project a sentence. Answer only with what the public may see: the HTML is stored for everybody.

`Rendered` is all that is stored: `html`, `plain` and `sections` (for search, the contents at the
side and editing one section), `references` (rows of the links table: of the page's own text,
without those of included pages), `includes`, `files`, `missing`, and two for the cache: `wanted`,
everything that was asked, and `depends`, a hash of everything the HTML is made from.
`depends_now(source, wanted, resolver, frame)` asks the same questions again and says the hash of
today without rendering: equal hashes mean HTML that is equal to the byte.

One section is edited with `cut_section(source, number)` and `Cut.with_text(new)`. A change is shown
with `difference_view(old_source, new_source)` or, both pages rendered without an `edit_path`, with
`rendered_difference(old_html, new_html)`; `wiki/_difference.html` has the macros for both.

Maps in the text need the address of the tiles around them: `wiki/_text.html` has the macro.
`render_help(picture)` is the page "So schreiben Sie im Wiki", which shows every construct.
"""

from wiki.rendering.asking import (
    FileFound,
    FileKey,
    Frame,
    Included,
    Listed,
    Nobody,
    PageFound,
    Reference,
    RefFound,
    RefKey,
    Rendered,
    Resolver,
    Wanted,
)
from wiki.rendering.cutting import Cut, cut_section
from wiki.rendering.differences import (
    Block,
    DifferenceView,
    Fold,
    Row,
    difference_view,
    rendered_difference,
)
from wiki.rendering.helping import render_help
from wiki.rendering.rendering import depends_now, render_page

__all__ = [
    "Block",
    "Cut",
    "DifferenceView",
    "FileFound",
    "FileKey",
    "Fold",
    "Frame",
    "Included",
    "Listed",
    "Nobody",
    "PageFound",
    "RefFound",
    "RefKey",
    "Reference",
    "Rendered",
    "Resolver",
    "Row",
    "Wanted",
    "cut_section",
    "depends_now",
    "difference_view",
    "render_help",
    "render_page",
    "rendered_difference",
]
