"""One-shot messages over a redirect, in a small signed cookie that goes when they are shown.

Flask's `flash` would need its session cookie, which stays; an anonymous reader gets no cookie.
"""

import base64
import binascii
import hmac
import json
import time
from dataclasses import asdict, dataclass

from flask import Flask, Response, g, request

from kern.town import current_town
from kern.web.identity import settings

COOKIE = "meldung"
LIFETIME = 60  # seconds from the redirect to the page that shows it
MOST = 3
LONGEST = 400  # characters; a cookie holds 4 kB


@dataclass(frozen=True, slots=True)
class Notice:
    text: str
    kind: str = "success"  # "success", "info", "warning", "danger"
    undo_url: str | None = None


def notice(text: object, kind: str = "success", undo: str | None = None) -> None:
    """Say `text` on the next page; `undo` is the address of a POST that takes the act back."""
    g.setdefault("notices", []).append(Notice(str(text)[:LONGEST], kind, undo))


def notices() -> list[Notice]:
    """What this page should say; asking means showing, so the cookie goes."""
    g.notices_shown = True
    made: list[Notice] = g.pop("notices", [])
    return [*_read(request.cookies.get(COOKIE, "")), *made]


def _write(found: list[Notice]) -> str:
    payload = json.dumps([int(time.time()), [asdict(item) for item in found[:MOST]]])
    body = base64.urlsafe_b64encode(payload.encode()).decode()
    return f"{body}.{_signature(body)}"


def _read(value: str) -> list[Notice]:
    body, _, signature = value.rpartition(".")
    if not body or not hmac.compare_digest(signature.encode(), _signature(body).encode()):
        return []
    try:
        written, found = json.loads(base64.urlsafe_b64decode(body))
    except (binascii.Error, ValueError):
        return []
    if time.time() - written > LIFETIME:
        return []
    return [Notice(**item) for item in found]


def _signature(body: str) -> str:
    return hmac.digest(current_town().secret, f"meldung:{body}".encode(), "sha256").hex()


def _keep(response: Response) -> Response:
    waiting: list[Notice] = g.get("notices", [])
    if waiting and response.status_code < 400:  # noqa: PLR2004 - an error page says it itself
        response.set_cookie(
            COOKIE,
            _write(waiting),
            max_age=LIFETIME,
            httponly=True,
            secure=settings().https,
            samesite="Lax",
        )
    elif g.get("notices_shown") and COOKIE in request.cookies:
        response.delete_cookie(COOKIE, httponly=True, secure=settings().https, samesite="Lax")
    return response


def _forget(_error: BaseException | None) -> None:
    g.pop("notices", None)
    g.pop("notices_shown", None)


def init_app(app: Flask) -> None:
    app.teardown_request(_forget)
    app.after_request(_keep)
    app.jinja_env.globals["notices"] = notices
