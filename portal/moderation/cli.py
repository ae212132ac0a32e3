"""Commands of the moderation: hints and fingerprints made anew."""

import click
from flask.cli import AppGroup

from kern.commands import in_town
from kern.db import db
from kern.moderation.hints import making

group = AppGroup("moderation", help="Prüfplatz und Hinweise.")


@group.command("hints")
@click.option("--town", "town_slug", default="", help="Kürzel des Ortes, wenn es mehrere gibt.")
def hints(town_slug: str) -> None:
    """Hinweise und Fingerabdrücke aller Texte neu anlegen; jederzeit wiederholbar."""
    with in_town(town_slug):
        refs = making.everything()
        db.session.rollback()
        with click.progressbar(length=len(refs), label="Texte ansehen") as bar:
            for start in range(0, len(refs), making.BATCH):
                bar.update(making.renew(refs[start : start + making.BATCH]))
    click.echo("Die Hinweise sind neu angelegt.")
