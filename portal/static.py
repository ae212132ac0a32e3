"""Built files go out before Flask: hashed names for a year, compressed when built so.

Whitenoise knows the files of its start; a build while the server runs needs a restart.
"""

from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise

from kern.config import ROOT, Settings
from kern.web.headers import all_headers

STATIC = ROOT / "static"
DAY = 86400  # seconds


def init_app(app: Flask, settings: Settings) -> None:
    headers = all_headers(https=settings.https)

    def add_headers(sent: Headers, _path: str, _url: str) -> None:
        for name, value in headers.items():
            sent[name] = value

    server = WhiteNoise(
        app.wsgi_app,
        root=STATIC,
        prefix="static/",
        max_age=DAY,
        immutable_file_test=_is_hashed,
        add_headers_function=add_headers,
        allow_all_origins=False,
    )
    app.wsgi_app = server  # type: ignore[method-assign]  # as Flask says


def _is_hashed(_path: str, url: str) -> bool:
    return url.startswith("/static/build/")
