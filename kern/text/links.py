"""Which addresses may become a link, and finding them in rendered text."""

import re
import sys
from collections.abc import MutableMapping
from urllib.parse import urlsplit

from bleach.linkifier import Linker

MAX_HREF = 2000
"""Characters; longer addresses are of no use to people and break mail programs."""

# Bare domains are no links: "morgen.Dann" is a typo, not a place. The text is HTML already, so the
# only entity inside an address is &amp;, and none ends it.
_NOT_IN_PATH = r"""\s<>"„“”‚‘’«»`\\{}|^&"""
URL = re.compile(
    rf"""(?<![\w@./-])
    (?:https?://|www\.)
    [\w-]++(?:\.[\w-]++)++(?::\d{{1,5}}+)?+(?!@|:\w)
    (?:[/?#](?:(?:[^{_NOT_IN_PATH}]|&amp;)*[^{_NOT_IN_PATH}.,;:!?'*_\]])?)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FORBIDDEN = re.compile(r"""[\x00-\x20\x7f-\xa0\\<>"'`{}|^]""")
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?")
_MAILTO = re.compile(r"mailto:[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)

_TAG = re.compile(r"(<[^<>]*>)")
_TAKEN = re.compile(r"<(/?)(?:a|code|pre)\b")

_Attributes = MutableMapping[tuple[str | None, str], str]


def safe_href(address: str) -> str | None:
    """The address if it is a whole http, https or mailto address, else None.

    A name before the host (`https://bank.de@evil.example`) only ever deceives, so it is refused.
    """
    address = address.strip()
    if len(address) > MAX_HREF or _FORBIDDEN.search(address):
        return None
    if _MAILTO.fullmatch(address):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not _HOST.fullmatch(parts.netloc):
        return None
    return address


def linkify(html: str, most: int = sys.maxsize) -> str:
    """Make links of addresses in rendered text that is no link and no code yet, the first `most` of
    them.

    Only pieces of text with an address in them reach bleach: it is 30 times slower than nh3, and
    escapes entities twice in elements it is told to skip.
    """
    if URL.search(html) is None:
        return html
    linker = Linker(callbacks=[_checked], parse_email=False, url_re=URL)
    out: list[str] = []
    closed = 0  # level inside of links and code
    for piece in _TAG.split(html):
        if found := _TAKEN.match(piece):
            closed += -1 if found.group(1) else 1
        elif not closed and piece[:1] != "<" and URL.search(piece):
            most -= len(URL.findall(piece))
            if most >= 0:
                piece = linker.linkify(piece)  # noqa: PLW2901 - the piece with its links
        out.append(piece)
    return "".join(out)


def _checked(attributes: _Attributes, _new: bool = True, /) -> _Attributes:
    text = attributes["_text"]  # type: ignore[index]  # bleach's own key, unknown to its stubs
    href = f"https://{text}" if text[:4].casefold() == "www." else text
    if safe_href(href) is None:
        return None  # type: ignore[return-value]  # and its way to say: no link
    attributes[(None, "href")] = href
    return attributes
