"""Commands of the discussions: counters anew, texts rendered again, statements imported."""

from pathlib import Path

import click
from flask.cli import AppGroup

from beteiligung.discussion.service import counting, importing, rendering
from beteiligung.project.service import rebuilding
from kern.actor import SYSTEM
from kern.commands import in_town
from kern.db import db, writing

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

group = AppGroup("beteiligung", help="Projekte und Gespräche.")


@group.command("import")
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option("--project", "slug", required=True, help="Kürzel des Projekts in der Adresse.")
@click.option("--thread", "title", default="", help="Überschrift des Gesprächs (sonst Dateiname).")
@click.option("--text-column", default="comment-body", show_default=True)
@click.option("--id-column", default="comment-id", show_default=True)
@click.option("--author-column", default="author-id", show_default=True)
@click.option("--time-column", default="timestamp", show_default=True)
@click.option("--agree-column", default="agrees", show_default=True)
@click.option("--disagree-column", default="disagrees", show_default=True)
@click.option("--decision-column", default="moderated", show_default=True)
@click.option("--dry-run", is_flag=True, help="Nur prüfen und berichten, nichts speichern.")
@click.option("--town", "town_slug", default="", help="Kürzel des Ortes, wenn es mehrere gibt.")
def import_statements(
    files: tuple[Path, ...], slug: str, title: str, town_slug: str, *, dry_run: bool, **columns: str
) -> None:
    """Beiträge aus CSV-Dateien übernehmen; wiederholbar, ohne zu verdoppeln.

    Entweder alle Dateien werden übernommen oder, wenn eine beschädigt ist, keine.
    """
    names = importing.Columns(
        **{key.removesuffix("_column"): name for key, name in columns.items()}
    )
    with in_town(town_slug), writing():
        tables = [(file, importing.read(file, names)) for file in files]
        for file, rows in tables:
            plan = importing.Plan(slug, title or file.stem, file.name)
            with click.progressbar(rows, label=file.name) as bar:
                report = importing.run(SYSTEM, plan, bar)
            click.echo(report.as_text(dry_run=dry_run))
        if dry_run:
            db.session.rollback()
        else:
            db.session.commit()


@group.command("rebuild")
@click.option("--town", "town_slug", default="", help="Kürzel des Ortes, wenn es mehrere gibt.")
def rebuild(town_slug: str) -> None:
    """Zähler und die Seiten der Projekte aus den Daten neu berechnen."""
    with in_town(town_slug), writing():
        counting.rebuild()
        ids = rebuilding.list_ids()
        with click.progressbar(rebuilding.rebuild_pages(ids), len(ids), "Projekte") as bar:
            for _done in bar:
                pass
        db.session.commit()
    click.echo("Die Zähler sind neu berechnet.")


@group.command("render")
@click.option("--town", "town_slug", default="", help="Kürzel des Ortes, wenn es mehrere gibt.")
def render(town_slug: str) -> None:
    """Texte einer älteren Fassung der Darstellung neu aufbereiten."""
    with in_town(town_slug), writing():
        total = rendering.count_stale()
        with click.progressbar(length=total, label="Texte aufbereiten") as bar:
            for done in rendering.render_stale():
                db.session.commit()
                bar.update(done)
    click.echo(f"{total} Texte sind neu aufbereitet.")
