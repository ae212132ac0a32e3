"""The last step before storing: nothing but a short list of harmless elements gets through."""

import nh3

from kern.text.links import safe_href

TAGS = frozenset(
    {
        *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a"),
        *("h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
    }
)
ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
SCHEMES = frozenset({"http", "https", "mailto"})
LINK_REL = "nofollow ugc noopener"
_MAX_DIGITS = 9


def _attribute(_tag: str, name: str, value: str) -> str | None:
    if name == "href":
        return safe_href(value)
    if name == "start" and not (
        value.isascii() and value.isdecimal() and len(value) <= _MAX_DIGITS
    ):
        return None
    return value


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes=set(SCHEMES),
    url_relative="deny",
    link_rel=LINK_REL,
    set_tag_attribute_values={"th": {"scope": "col"}},
)


def sanitise(html: str) -> str:
    return _CLEANER.clean(html)
