"""`create_app`: settings in, a Flask app out, with every room registered in one place."""

from typing import TYPE_CHECKING

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from kern import config, i18n, web
from kern.config import ROOT, Settings
from kern.db import db, engines
from kern.town import Towns
from kern.web import pages
from kern.web.headers import Headed, all_headers
from kern.web.inputs import LONGEST_FORM
from kern.web.pages import PageCache
from kern.web.templates import App
from portal import frame, rooms, static
from portal.zustand import build

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def create_app(settings: Settings | None = None) -> Flask:
    settings = settings or config.load()
    app = App("portal", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(
        SQLALCHEMY_DATABASE_URI="sqlite://",  # never opened: every session asks its town
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=LONGEST_FORM,
        MAX_FORM_PARTS=1000,
        WTF_CSRF_ENABLED=False,  # kern.web.guard does it, for visitors without a cookie too
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    db.init_app(app)
    i18n.init_app(app)
    web.init_app(app, settings, Towns(settings, gone=engines.forget))
    frame.init_app(app)
    rooms.register(app)
    static.init_app(app)
    headed = Headed(app.wsgi_app, https=settings.https)
    app.wsgi_app = headed  # type: ignore[method-assign]  # as Flask says
    _keep_pages(app, settings)  # before all else: a kept page has its headers
    _believe_proxies(app, settings.trusted_proxies)
    return app


def _keep_pages(app: Flask, settings: Settings) -> None:
    pages.init_app(app)
    pages.init_parts(app, build(settings))
    if settings.page_cache_megabytes:
        towns = app.extensions["dorflinde.towns"]
        always = all_headers(https=settings.https)
        kept = PageCache(
            *(app.wsgi_app, towns, settings.page_cache_megabytes, build(settings), always)
        )
        app.extensions["dorflinde.pages"] = kept
        app.wsgi_app = kept  # type: ignore[method-assign]  # as Flask says


def _believe_proxies(app: Flask, count: int) -> None:
    """What the operator's own proxies say about where a request comes from; the host stays."""
    if count:
        app.wsgi_app = _trusting(app.wsgi_app, count)  # type: ignore[method-assign]  # as Flask says
        app.extensions["dorflinde.trusting"] = _trusting(lambda _environ, _start: (), count)


def _trusting(inner: "WSGIApplication", count: int) -> ProxyFix:
    return ProxyFix(inner, x_for=count, x_proto=count, x_host=0, x_port=0)
