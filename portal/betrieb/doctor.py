"""Look at an installation and say in one line each what is well and what needs a person."""

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from kern.accounts.models import Account, AccountState
from kern.clock import now
from kern.config import Settings
from kern.db import db, engine, engines, migrate
from kern.errors import DomainError
from kern.mail import smtp
from kern.mail.smtp import MailDelayed, Mailer
from kern.search import IndexUnavailable, compare
from kern.search.opening import open_index
from kern.town import LOOPBACK, Town, Towns, use_town
from kern.worker.service import Figures, age_of_oldest_due, figures
from portal.app import create_app
from portal.betrieb.orte import NO_TOWN, spent
from portal.zustand import last_backup

FREE_MEGABYTES = 500
LATE_SECONDS = 300
BACKUP_DAYS = 7
FIRST_RELEASE = datetime(2026, 1, 1, tzinfo=UTC)


class Finding(NamedTuple):
    is_good: bool
    text: str


def good(text: str) -> Finding:
    return Finding(is_good=True, text=text)


def look_at(text: str) -> Finding:
    return Finding(is_good=False, text=text)


def run(settings: Settings) -> bool:
    """Prints every finding; whether all are good."""
    started = time.monotonic()
    found = []
    for finding in examine(settings):
        found.append(finding)
        print(f"{'gut          ' if finding.is_good else 'bitte ansehen'}  {finding.text}")
    engines.close()
    bad = sum(not finding.is_good for finding in found)
    verdict = "Alles ist gut" if not bad else f"{bad} Punkte brauchen Ihren Blick"
    print(f"{verdict}, nachgesehen in {spent(started)}.")
    return not bad


def examine(settings: Settings) -> Iterator[Finding]:
    yield from _computer(settings)
    yield _mail(settings)
    towns = Towns(settings).all()
    if not towns:
        yield look_at(NO_TOWN)
        return
    app = create_app(settings)
    for town in towns:
        yield from _town(app, town, settings)


def _computer(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(settings.data).free // 1024**2
    yield Finding(free > FREE_MEGABYTES, f"Freier Speicher: {free} MB.")
    is_sane = now() > FIRST_RELEASE
    yield Finding(is_sane, f"Die Uhr zeigt {now():%d.%m.%Y %H:%M} (UTC).")
    yield _permissions(settings.data)
    yield _last_backup(settings.data)


def _permissions(data: Path) -> Finding:
    """Folders and secrets; what lies below a closed folder is closed as well."""
    watched = [
        data,
        data / "orte",
        data / "betrieb",
        *data.glob("orte/*"),
        *data.glob("orte/*/secret"),
    ]
    open_ = [path for path in watched if path.exists() and path.stat().st_mode & 0o077]
    if open_:
        return look_at(f"Andere können mitlesen: {open_[0]}. Abhilfe: chmod -R go= {data}")
    return good("Niemand sonst kann die Daten lesen.")


def _last_backup(data: Path) -> Finding:
    last = last_backup(data)
    if last is None:
        return look_at("Es gibt noch keine Sicherung. Sie entsteht mit: python3 los.py backup")
    days = (now() - last).days
    return Finding(days < BACKUP_DAYS, f"Die letzte Sicherung ist {days} Tage alt.")


def _mail(settings: Settings) -> Finding:
    server = smtp.server_of(settings)
    if server is None:
        return look_at("Kein Mailserver eingestellt (smtp_host): Mails warten in der Verwaltung.")
    try:
        with Mailer(server) as mailer:
            mailer.connect()
    except MailDelayed as error:
        return look_at(f"Der Mailserver {server.host} antwortet nicht richtig ({error.reason}).")
    return good(f"Der Mailserver {server.host} nimmt Mails an.")


def _town(app: Flask, town: Town, settings: Settings) -> Iterator[Finding]:
    name = f"„{town.slug}“"
    with use_town(town), app.app_context():
        try:
            engine()
        except (DomainError, DBAPIError) as error:
            yield look_at(f"{name}: {error}")
            return
        yield good(f"{name}: Die Datenbank passt zum Programm ({migrate.head()}).")
        for look in (_index, _queue, _demo, _edge):
            yield _tried(look, name, settings)
        db.session.remove()


def _tried(look: Callable[[str, Settings], Finding], name: str, settings: Settings) -> Finding:
    try:
        return look(name, settings)
    except (DomainError, DBAPIError, OSError) as error:
        db.session.rollback()
        return look_at(f"{name}: {error}")


def _index(name: str, _settings: Settings) -> Finding:
    try:
        if not open_index().is_healthy():
            return look_at(
                f"{name}: Die Suche fehlt oder ist beschädigt; der Betrieb baut sie neu."
            )
        differences = compare()
    except IndexUnavailable:
        return look_at(f"{name}: Die Suche lässt sich nicht lesen; der Betrieb baut sie neu.")
    count = len(differences.refs)
    waiting = "" if not count else f" ({count} Einträge holt der Betrieb noch nach)"
    return good(f"{name}: Die Suche ist in Ordnung{waiting}.")


def _queue(name: str, _settings: Settings) -> Finding:
    found: Figures = figures()
    age = age_of_oldest_due()
    if found.troubled_mails:
        return look_at(
            f"{name}: {found.troubled_mails} Mails brauchen Ihren Blick in der Verwaltung."
        )
    if age > LATE_SECONDS:
        return look_at(f"{name}: Der Postausgang wartet seit {age // 60} min. Läuft der Betrieb?")
    return good(f"{name}: Der Postausgang ist auf dem Laufenden.")


def _demo(name: str, settings: Settings) -> Finding:
    query = select(Account.id).where(Account.is_demo, Account.state == AccountState.ACTIVE).limit(1)
    has_demo = db.session.scalar(query) is not None
    if has_demo and settings.production:
        return look_at(f"{name}: Es gibt Zugänge des Demo-Ortes; sie sind gesperrt.")
    shown = "Zugänge des Demo-Ortes" if has_demo else "keine Demo-Zugänge"
    return good(f"{name}: {shown}.")


def _edge(name: str, settings: Settings) -> Finding:
    town = Towns(settings).by_slug(name.strip("„“"))
    is_public = bool(town.hosts - LOOPBACK)
    if is_public and not settings.https:
        return look_at(f"{name}: Die Seite ist ohne https eingestellt (https = true fehlt).")
    if settings.https and not town.address.startswith("https://"):
        return look_at(f"{name}: In ort.toml steht eine Adresse ohne https: {town.address}")
    if settings.https and not settings.trusted_proxies:
        return look_at(f"{name}: https braucht einen Proxy davor (trusted_proxies ist 0).")
    return good(f"{name}: Die Adresse ist {town.address}.")
