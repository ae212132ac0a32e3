"""The last step for wiki pages: a longer list than that of posts, and every value is looked at."""

import re

import nh3

from kern.text.links import safe_href
from kern.text.sanitise import LINK_REL, SCHEMES, TAGS

POLICY_VERSION = 1
"""Part of every cache key; raise it when the same HTML comes out different."""

ANCHOR = r"(?:abschnitt|fussnote|verweis)-[\w-]{1,90}"
"""Every id begins so: none can take the place of a form field or of a part of the page around."""

_OURS = {
    *("h2", "section", "nav", "div", "span", "figure", "figcaption", "img", "input"),
    *("sup", "small", "dl", "dt", "dd", "abbr", "b"),
}
_HREF = re.compile(rf"(?:/(?![/\\])[\w%./?=&:@~,+-]{{0,2000}})?(?:#{ANCHOR})?")
_SOURCE = re.compile(r"/(?![/\\])[\w%./?=&:@~,+-]{1,2000}")
_NUMBER = re.compile(r"\d{1,6}")
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,12})?")
_CLASSES = re.compile(r"(?:(?:df|kern)-[a-z_-]{1,40} ?){1,4}")
_ID = re.compile(ANCHOR)
_EMPTY = re.compile("")
_VALUES = {
    "id": _ID,
    "class": _CLASSES,
    "width": _NUMBER,
    "height": _NUMBER,
    "data-lat": _DEGREES,
    "data-lon": _DEGREES,
    "src": _SOURCE,
    "rel": re.compile(LINK_REL),
    "type": re.compile("checkbox"),
    "scope": re.compile("col"),
    "start": re.compile(r"\d{1,9}"),
    "loading": re.compile("lazy"),
    "tabindex": re.compile("0"),
    "role": re.compile("region|note"),
    "aria-hidden": re.compile("true"),
    **dict.fromkeys(("data-map", "data-map-at", "hidden", "checked", "disabled"), _EMPTY),
}
_FREE = frozenset({"alt", "title", "aria-label"})


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return value if value and _HREF.fullmatch(value) else safe_href(value)
    if name in _FREE:
        return value
    allowed = _VALUES.get(name)
    return value if allowed and allowed.fullmatch(value) else None


_CLEANER = nh3.Cleaner(
    tags=set(TAGS) | _OURS,
    attributes={
        "*": {"class", "id", "aria-label"},
        "a": {"href", "rel", "title", "data-lat", "data-lon"},
        "ol": {"start"},
        "img": {"src", "alt", "width", "height", "loading"},
        "input": {"type", "checked"},
        "div": {"tabindex", "role", "data-map", "data-map-at", "hidden"},
        "abbr": {"title"},
        "b": {"aria-hidden"},
    },
    attribute_filter=_attribute,
    url_schemes=set(SCHEMES),
    url_relative="pass_through",
    link_rel=None,
    # One value each: several would stand in another order each time, and equal pages differ.
    set_tag_attribute_values={"th": {"scope": "col"}, "input": {"disabled": ""}},
)


def sanitise_wiki(html: str) -> str:
    return _CLEANER.clean(html)
