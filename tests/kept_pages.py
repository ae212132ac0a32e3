"""The page cache of the tests: everything it answers is made anew beside it and compared."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from kern.web.pages.entries import Entry, Key
from kern.web.pages.layer import PageCache, _Started, _whole

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class StalePage(AssertionError):
    """A page was kept although something that it shows has changed."""


class CheckedPageCache(PageCache):
    """`hits` counts what was answered without Flask."""

    hits = 0
    is_racing = False  # a page made beside may be newer than the one that was right to answer

    def _answered(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", key: Key, entry: Entry
    ) -> Iterable[bytes]:
        if "dorflinde.page" not in environ:
            CheckedPageCache.hits += 1
            if not CheckedPageCache.is_racing:
                self._compare(dict(environ), entry)
        return super()._answered(environ, start_response, key, entry)

    def _compare(self, environ: "WSGIEnvironment", entry: Entry) -> None:
        environ["REQUEST_METHOD"] = "GET"
        environ.pop("HTTP_IF_NONE_MATCH", None)
        started = _Started()
        made = _whole(self._inner(environ, started))
        if started.status != "200 OK" or made != entry.body:
            path = environ["PATH_INFO"]
            raise StalePage(f"{path} ({started.status}): {_differing(entry.body, made)}")


def close(app: Flask) -> None:
    """Connections that a thread of the tests has open: their database is dropped next."""
    kept = app.extensions.get("dorflinde.pages")
    if kept is not None:
        kept.close()


def _differing(kept: bytes, made: bytes) -> str:
    pairs = zip(kept.decode().split("\n"), made.decode().split("\n"), strict=False)
    found = [(old, new) for old, new in pairs if old != new]
    return re.sub(r"\s+", " ", str(found[:3]))
