"""Built files go out before Flask: hashed names for a year, compressed when built so.

Whitenoise knows the files of its start; a build while the server runs needs a restart.
"""

from flask import Flask
from whitenoise import WhiteNoise

from kern.config import ROOT

STATIC = ROOT / "static"
DAY = 86400  # seconds


def init_app(app: Flask) -> None:
    server = WhiteNoise(
        app.wsgi_app,
        root=STATIC,
        prefix="static/",
        max_age=DAY,
        immutable_file_test=_is_hashed,
        allow_all_origins=False,
    )
    app.wsgi_app = server  # type: ignore[method-assign]  # as Flask says


def _is_hashed(_path: str, url: str) -> bool:
    return url.startswith("/static/build/")
