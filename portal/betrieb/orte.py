"""Towns of an installation, for the operator's commands: make, migrate, check, first access."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import Flask

from kern.config import Settings
from kern.db import db, engines, migrate, writing
from kern.scope import town_scope
from kern.town import LOOPBACK, Town, Towns, use_town
from portal.app import create_app
from portal.verwaltung.einrichten import INVITED_LIFETIME, LIFETIME, has_administrator, setup_link

FIRST_SLUG = "stadt"
NO_TOWN = "Es gibt noch keinen Ort. Ihn legt an: python3 los.py run"


class Refused(Exception):
    """Ends a command; the text is the sentence the operator reads."""


def spent(since: float) -> str:
    return f"{time.monotonic() - since:.1f} s".replace(".", ",")


@contextmanager
def inside(app: Flask, town: Town) -> Iterator[None]:
    """For commands that write: town, app context and the writer's place; commits at the end."""
    with use_town(town), app.app_context(), writing():
        try:
            yield
            db.session.commit()
        finally:
            db.session.remove()


def require_towns(settings: Settings) -> list[Town]:
    found = Towns(settings).all()
    if not found:
        raise Refused(NO_TOWN)
    return found


def init(settings: Settings, hosts: Iterable[str] = ()) -> None:
    """An empty town if there is none, in today's shape; idempotent."""
    towns = Towns(settings)
    if not towns.all():
        make_first(settings, towns, sorted(set(hosts)))
    migrate_all(settings)
    app = create_app(settings)
    for town in towns.all():
        with inside(app, town):
            town_scope()
            if not has_administrator():
                print_link(setup_link(), f"{LIFETIME.seconds // 60} Minuten")
    engines.close()


def make_first(settings: Settings, towns: Towns, hosts: list[str]) -> Town:
    scheme = "https" if settings.https else "http"
    address = f"{scheme}://{hosts[0]}" if hosts else ""
    town = towns.create(FIRST_SLUG, LOOPBACK | frozenset(hosts), address)
    print(f"Ein leerer Ort ist angelegt: {town.path}")
    return town


def print_link(link: str, lifetime: str) -> None:
    print("Es gibt noch keine Administratorin und keinen Administrator.")
    print(f"Dieser Link richtet den ersten Zugang ein. Er gilt einmal und {lifetime}:")
    print(f"  {link}", flush=True)


def invite_first(settings: Settings, email: str) -> None:
    """The link for one address, with time enough to send it."""
    towns = require_towns(settings)
    app = create_app(settings)
    with inside(app, towns[0]):
        link = setup_link(email, INVITED_LIFETIME)
    print(f"Dieser Link richtet den Zugang für {email} ein. Er gilt einmal und 7 Tage:")
    print(f"  {link}", flush=True)


def migrate_all(settings: Settings) -> None:
    for town in Towns(settings).all():
        started = time.monotonic()
        if migrate.upgrade(town):
            print(f"Die Datenbank von „{town.slug}“ ist auf dem neuen Stand nach {spent(started)}.")


def check(settings: Settings) -> None:
    """Raises WrongSchema for the first town whose database does not fit this program."""
    for town in require_towns(settings):
        engines.get(town)
        print(f"Die Datenbank von „{town.slug}“ passt zum Programm.")
    engines.close()
