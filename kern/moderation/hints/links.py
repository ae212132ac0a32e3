"""Addresses in a text: how many, and whether they hide where they lead."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

LONGEST_TEXT = 20_000
MANY = 3

_SHORTENERS = """
amzn.to b.link bit.ly bitly.com buff.ly cutt.ly is.gd goo.gl kurzelinks.de kutt.it lnkd.in
ogy.de ow.ly rb.gy rebrand.ly s.id short.io shorturl.at shrtco.de soo.gd t.co t.ly t1p.de
tiny.cc tiny.one tinyurl.com tr.im trib.al u.to urlz.fr v.gd x.gd zpr.io
"""
SHORTENERS = frozenset(_SHORTENERS.split())
_HREF = re.compile(r'href="([^"]{1,2000})"')
# Also without https: whoever may not make links yet writes them so.
_HOST = re.compile(
    r"(?<![\w@.-])(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,4}"
    r"(?:com|net|org|info|biz|io|co|me|ly|gd|gl|to|cc|tk|ru|cn|pl|at|ch|eu|de|xyz|top|shop|online|"
    r"site|club|store|live|app|link|click|bet|casino|vip|pro|space|fun|win|loan|dating|one))"
    r"(?![\w-])(?:/[^\s<>\"]{0,300})?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Links:
    """`hosts` are names of servers, in reading order, without our own."""

    count: int
    hosts: tuple[str, ...]

    @property
    def shortened(self) -> tuple[str, ...]:
        return tuple(host for host in self.hosts if host in SHORTENERS)


def find(plain: str, html: str = "", own_host: str = "") -> Links:
    """What the text says and what hides behind its words; each address once."""
    found: dict[str, str] = {}
    for address in _addresses(plain[:LONGEST_TEXT], html[: 4 * LONGEST_TEXT]):
        host = _host(address)
        if host and host != own_host:
            found.setdefault(address.removeprefix("https://").removeprefix("http://"), host)
    return Links(len(found), tuple(dict.fromkeys(found.values())))


def _addresses(plain: str, html: str) -> Iterator[str]:
    for match in _HREF.finditer(html):
        yield unescape(match[1])
    for match in _HOST.finditer(plain):
        yield match[0].rstrip(".,;:!?)")


def _host(address: str) -> str:
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.casefold().removeprefix("www.")
