"""`flask --app wsgi ort ...`: many towns in one installation."""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from kern.commands import Refused as Ended
from kern.town import Towns
from kern.web.identity import settings
from portal.betrieb import towns
from portal.betrieb.orte import Refused, spent

FULL = "Auf dem Datenträger ist kein Platz mehr. Nichts wurde geändert."
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(path_type=Path)

group = AppGroup("ort", help="Orte dieser Einrichtung: anlegen, zeigen, mitnehmen, löschen.")


@group.command("create")
@click.argument("slug")
@click.option("--host", "hosts", multiple=True, required=True, help="Adresse, auch mehrmals.")
@click.option("--name", default="", help="Name des Ortes, wie er auf den Seiten steht.")
@click.option("--mail", default="", help="Wer den ersten Zugang bekommt.")
def create(slug: str, hosts: tuple[str, ...], name: str, mail: str) -> None:
    """Einen leeren Ort anlegen; zeigt den Link für den ersten Zugang."""
    began = time.monotonic()
    with _as_sentence():
        link = towns.create(current_app, settings(), slug, hosts, name=name, mail=mail)
    click.echo(f"„{slug}“ ist angelegt nach {spent(began)}. Der erste Zugang, 7 Tage gültig:")
    click.echo(f"  {link}")


@group.command("list")
def list_() -> None:
    """Alle Orte mit Adresse, Konten und Größe."""
    found = towns.list_all(current_app, settings())
    for slug, reason in Towns(settings()).broken().items():
        click.echo(f"{slug:<24} lässt sich nicht lesen: {reason}")
    if not found:
        click.echo("Es gibt noch keinen Ort. Ihn legt an: flask --app wsgi ort create NAME")
    for one in found:
        size = f"{one.megabytes:.1f}".replace(".", ",")
        facts = one.trouble or f"{one.accounts} Konten, {size} MB"
        click.echo(f"{one.town.slug:<24} {one.town.address:<40} {facts}")


@group.command("export")
@click.argument("slug")
@click.argument("file", type=NEW)
def export(slug: str, file: Path) -> None:
    """Einen Ort im laufenden Betrieb in eine Datei sichern."""
    with _as_sentence():
        towns.export(settings(), slug, file)


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--slug", default="", help="Neuer Name; sonst der aus der Datei.")
@click.option("--host", "hosts", multiple=True, help="Neue Adresse; sonst die aus der Datei.")
def import_(file: Path, slug: str, hosts: tuple[str, ...]) -> None:
    """Einen Ort aus einer Datei dazunehmen; die anderen bleiben, wie sie sind."""
    began = time.monotonic()
    with _as_sentence():
        town = towns.bring_in(current_app, settings(), file, slug, hosts)
    click.echo(f"„{town.slug}“ ist da nach {spent(began)}: {town.address}")


@group.command("delete")
@click.argument("slug")
@click.option("--ja", "is_sure", is_flag=True, help="Nicht nachfragen.")
def delete(slug: str, *, is_sure: bool) -> None:
    """Einen Ort mit allem löschen, was dazugehört: Konten, Beiträge, Dateien. Endgültig."""
    with _as_sentence():
        town = towns.get(settings(), slug)
    if not is_sure:
        words = (
            f"Alles von „{slug}“ ({town.address}) wird endgültig gelöscht."
            " Bitte tippen Sie den Namen noch einmal"
        )
        if click.prompt(words, default="", show_default=False) != slug:
            raise Ended("Nichts wurde gelöscht.")
    with _as_sentence():
        towns.delete(settings(), slug)
    click.echo(f"„{slug}“ ist gelöscht.")


@group.command("migrate")
def migrate() -> None:
    """Die Datenbanken aller Orte auf den heutigen Stand bringen."""
    _end(towns.migrate_each(settings(), click.echo))


@group.command("backup")
@click.argument("folder", type=NEW)
def backup(folder: Path) -> None:
    """Jeden Ort in eine eigene Datei sichern."""
    _end(towns.backup_each(settings(), folder, click.echo))


@contextmanager
def _as_sentence() -> Iterator[None]:
    """What an operator can do something about, without the program's words around it."""
    try:
        yield
    except Refused as error:
        raise Ended(str(error)) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Ended(FULL) from error
        raise Ended(f"Das ging nicht: {error.strerror or error}") from error
    except DBAPIError as error:
        raise Ended(f"Die Datenbank nahm das nicht an: {error.orig}") from error


def _end(failed: list[str]) -> None:
    if failed:
        raise Ended(f"Nicht gelungen ist es bei: {', '.join(failed)}.")
