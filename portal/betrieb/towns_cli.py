"""`flask --app wsgi ort ...`: many towns in one installation."""

import time
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from kern.commands import Refused as Ended
from kern.web.identity import settings
from portal.betrieb import towns
from portal.betrieb.orte import Refused, spent

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
    try:
        link = towns.create(current_app, settings(), slug, hosts, name=name, mail=mail)
    except Refused as error:
        raise Ended(str(error)) from error
    click.echo(f"„{slug}“ ist angelegt nach {spent(began)}. Der erste Zugang, 7 Tage gültig:")
    click.echo(f"  {link}")


@group.command("list")
def list_() -> None:
    """Alle Orte mit Adresse, Konten und Größe."""
    found = towns.list_all(current_app, settings())
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
    try:
        towns.export(settings(), slug, file)
    except Refused as error:
        raise Ended(str(error)) from error


@group.command("import")
@click.argument("file", type=FILE)
@click.option("--slug", default="", help="Neuer Name; sonst der aus der Datei.")
@click.option("--host", "hosts", multiple=True, help="Neue Adresse; sonst die aus der Datei.")
def import_(file: Path, slug: str, hosts: tuple[str, ...]) -> None:
    """Einen Ort aus einer Datei dazunehmen; die anderen bleiben, wie sie sind."""
    began = time.monotonic()
    try:
        town = towns.bring_in(current_app, settings(), file, slug, hosts)
    except Refused as error:
        raise Ended(str(error)) from error
    click.echo(f"„{town.slug}“ ist da nach {spent(began)}: {town.address}")


@group.command("delete")
@click.argument("slug")
@click.option("--ja", "is_sure", is_flag=True, help="Nicht nachfragen.")
def delete(slug: str, *, is_sure: bool) -> None:
    """Einen Ort mit allem löschen, was dazugehört: Konten, Beiträge, Dateien. Endgültig."""
    if not is_sure:
        words = (
            f"Alles von „{slug}“ wird endgültig gelöscht. Bitte tippen Sie den Namen noch einmal"
        )
        if click.prompt(words, default="", show_default=False) != slug:
            raise Ended("Nichts wurde gelöscht.")
    try:
        towns.delete(settings(), slug)
    except Refused as error:
        raise Ended(str(error)) from error
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


def _end(failed: list[str]) -> None:
    if failed:
        raise Ended(f"Nicht gelungen ist es bei: {', '.join(failed)}.")
