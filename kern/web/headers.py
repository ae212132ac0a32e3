"""Security headers on every response, errors and files included."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request

from kern.web import identity, notice
from kern.web.sealed import Sealed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
ALWAYS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(self), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PERSONAL = frozenset({identity.COOKIE, notice.COOKIE})
HSTS = "max-age=31536000"


def all_headers(*, https: bool) -> dict[str, str]:
    return {**ALWAYS, "Strict-Transport-Security": HSTS} if https else dict(ALWAYS)


def missing(found: Iterable[tuple[str, str]], always: Mapping[str, str]) -> list[tuple[str, str]]:
    """What an answer with these headers still needs."""
    given = {name.lower(): value for name, value in found}
    is_framed = "frame-ancestors *" in given.get("content-security-policy", "")
    return [
        (name, value)
        for name, value in always.items()
        if name.lower() not in given and not (is_framed and name == "X-Frame-Options")
    ]


class Headed:
    """WSGI around everything, files of the web server's kind and refusals before Flask included."""

    def __init__(self, inner: "WSGIApplication", *, https: bool) -> None:
        self._inner = inner
        self._headers = all_headers(https=https)

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        def start_with_headers(
            status: str, found: list[tuple[str, str]], *error: Any
        ) -> Callable[[bytes], object]:
            if isinstance(found, Sealed):
                return start_response(status, found, *error)
            return start_response(status, [*found, *missing(found, self._headers)], *error)

        return self._inner(environ, start_with_headers)


def _limit_keeping(response: Response) -> Response:
    """What a person with a session or a message sees is kept nowhere, also not for the way back
    after logging out; what everybody sees is asked for again, and differs by light and language."""
    if "Cache-Control" not in response.headers:
        is_personal = not PERSONAL.isdisjoint(request.cookies)
        response.headers["Cache-Control"] = "private, no-store" if is_personal else "no-cache"
    if not response.cache_control.public:
        response.vary.add("Cookie")
    return response


def keep_private(response: Response) -> Response:
    """For pages that show personal things, or whose address holds a key: no cache and no other
    site gets to see them. Fits `Blueprint.after_request`."""
    response.headers["Cache-Control"] = "private, no-store"
    # Not "no-referrer": browsers then send "Origin: null" with a form, which we must refuse.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def keep_signed_private(response: Response) -> Response:
    """`keep_private` for the addresses with a signature: whoever has one acts as the author."""
    return keep_private(response) if "signature" in (request.view_args or {}) else response


def init_app(app: Flask) -> None:
    app.after_request(_limit_keeping)
