"""Fills the demo town "Lindenau am See": once, through the services, and nobody gets a mail."""

import time
from collections.abc import Callable, Sequence
from typing import Literal

import click
from flask import Flask
from sqlalchemy import delete, func, select, update

from beteiligung.discussion.service import counting
from beteiligung.project.models import Project
from kern import clock, search
from kern.accounts.models import Account
from kern.accounts.permissions import ROLE_LABELS
from kern.config import Settings
from kern.db import db
from kern.files import service as files
from kern.files.images import accept_picture
from kern.outbox import OutboxEntry, State
from kern.scope import town_scope
from kern.settings import change
from kern.town import LOOPBACK, Town, Towns, use_town
from portal.app import create_app
from portal.betrieb.demo import (
    large,
    notices,
    people,
    pictures,
    projects,
    surveys,
    talk,
    wiki,
)
from portal.betrieb.demo.people import Logins
from portal.betrieb.demo.scene import Scene
from portal.betrieb.demo.texts import DemoTexts, read_demo_texts
from portal.betrieb.orte import Refused, inside, migrate_all, spent

Fill = Literal["small", "large"]
Echo = Callable[[str], object]

SLUG = "lindenau"
MARK = "demo"  # a file in the town's folder: what is in this town is invented
SHOWN_MAILS = 3
OTHER_FOLDER = (
    "In %s steht schon etwas, das nicht zum Demo-Ort gehört. Bitte nehmen Sie für den Demo-Ort"
    " einen anderen Ordner: python3 los.py demo --data ORDNER"
)
NEW_PASSWORDS = "python3 los.py demo --neue-passwoerter"


def command(settings: Settings, fill: Fill, *, new_passwords: bool = False) -> None:
    """What `los.py demo` asks for: a town if there is none, and its content."""
    towns = Towns(settings)
    if not towns.all():
        town = towns.create(SLUG, LOOPBACK)
        (town.path / MARK).write_text("", encoding="ascii")
    migrate_all(settings)
    run(_choose(towns), settings, fill, new_passwords=new_passwords)


def _choose(towns: Towns) -> Town:
    """The demo town, else the only one, which must then be empty."""
    found = towns.all()
    marked = [town for town in found if is_demo(town)]
    if not marked and len(found) > 1:
        raise Refused(OTHER_FOLDER % "diesem Ordner")
    return (marked or found)[0]


def run(
    town: Town,
    settings: Settings,
    fill: Fill = "small",
    echo: Echo = print,
    *,
    new_passwords: bool = False,
) -> Logins:
    """Raises Refused for a town that has something of its own in it."""
    started = time.monotonic()
    app = create_app(settings)
    texts = read_demo_texts()
    if _has_content(app, town):
        return _again(app, town, settings, texts, echo, new_passwords=new_passwords)
    echo("Der Demo-Ort „Lindenau am See“ wird gefüllt …")
    (town.path / MARK).write_text(f"{fill}\n", encoding="ascii")
    logins = _fill(app, town, settings, texts, fill)
    with use_town(town), app.app_context():
        count = _index(fill)
        db.session.remove()
    echo(f"Der Demo-Ort ist gefüllt nach {spent(started)}; die Suche kennt {count} Einträge.")
    for line in as_table(town, settings, logins):
        echo(line)
    return logins


def is_demo(town: Town) -> bool:
    return (town.path / MARK).exists()


def _has_content(app: Flask, town: Town) -> bool:
    with use_town(town), app.app_context():
        queries = (select(table.id).limit(1) for table in (Account, Project))
        found = any(db.session.scalar(query) is not None for query in queries)
        db.session.remove()
    return found


def _again(
    app: Flask,
    town: Town,
    settings: Settings,
    texts: DemoTexts,
    echo: Echo,
    *,
    new_passwords: bool,
) -> Logins:
    if not is_demo(town):
        raise Refused(OTHER_FOLDER % f"„{town.slug}“")
    echo("Der Demo-Ort ist schon gefüllt; alles bleibt, wie es ist.")
    if not new_passwords:
        echo(f"Neue Passwörter für die Demo-Zugänge macht: {NEW_PASSWORDS}")
        return ()
    with inside(app, town):
        logins = people.renew_passwords(texts, settings.argon2_memory_kib)
    for line in as_table(town, settings, logins):
        echo(line)
    return logins


def _fill(app: Flask, town: Town, settings: Settings, texts: DemoTexts, fill: Fill) -> Logins:
    """One transaction: either the whole town is there, or nothing of it."""
    documents = {text.slug: projects.print_documents(text) for text in texts.projects}
    drawn = {
        key: (accept_picture(pictures.render(scene), scene.filename), scene.alt)
        for key, scene in pictures.SCENES.items()
    }
    with inside(app, town):
        town_scope()
        change(dict(texts.settings))
        scene, logins = _people(texts, settings)
        for key, (picture, alt) in drawn.items():
            scene.pictures[key] = files.keep_picture(picture, alt, None).id
        for text in texts.projects:
            projects.plan_project(scene, text, documents[text.slug])
        scopes = {slug: project.scope for slug, project in scene.projects.items()}
        people.staff_offices(scene.cast, texts.projects, scopes)
        for text in texts.projects:
            talk.plan_threads(scene, text)
        scene.timeline.play()
        talk.cast_votes(scene, texts.projects)
        surveys.make_surveys(scene)
        if fill == "large":
            large.enlarge(scene, texts)
        counting.rebuild()
        notices.tell_everybody(scene)
        wiki.make_pages(scene)
        _quiet_outbox()
    return logins


def _index(fill: Fill) -> int:
    """Returns how many entries the search knows now."""
    if fill == "small":
        return search.rebuild_all()
    with click.progressbar(length=100, label="Suche aufbauen") as bar:

        def progress(done: int, expected: int) -> None:
            bar.update(done * 100 // max(expected, done) - bar.pos)

        return search.rebuild_all(progress)


def _people(texts: DemoTexts, settings: Settings) -> tuple[Scene, Logins]:
    at = clock.now()
    oldest = max(thread.age for text in texts.projects for thread in text.threads)
    with clock.at(at - oldest - 2 * projects.PREPARATION):
        cast, logins = people.make_people(texts, settings.argon2_memory_kib)
    return Scene(at, cast), logins


def _quiet_outbox() -> None:
    """The index is built from the database, and nobody waits for these mails.

    The newest of a few kinds stay to be read in the administration; their addresses end in
    ".example", which no mail server in the world delivers to.
    """
    newest = func.max(OutboxEntry.id)
    query = select(newest).where(OutboxEntry.kind == "mail").group_by(OutboxEntry.name)
    shown = db.session.scalars(query.order_by(newest.desc()).limit(SHOWN_MAILS)).all()
    db.session.execute(delete(OutboxEntry).where(OutboxEntry.id.not_in(shown)))
    held = update(OutboxEntry).where(OutboxEntry.id.in_(shown))
    db.session.execute(held.values(state=State.HELD))


def as_table(town: Town, settings: Settings, logins: Logins) -> list[str]:
    """What the operator sees once, and nobody keeps."""
    rows = [("Rolle", "Name", "E-Mail", "Passwort")]
    rows += [(str(ROLE_LABELS[one.role]), one.name, one.email, one.password) for one in logins]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [_row(row, widths) for row in rows]
    lines.insert(1, "-" * max(len(line) for line in lines))
    words = ["", f"Anmelden: {town.address}/konto/anmelden", ""]
    words += [f"  {line}" for line in lines]
    words += ["", "Diese Passwörter stehen nirgends sonst. Im echten Betrieb sind sie gesperrt."]
    if settings.production:
        words.append("Hier läuft der echte Betrieb: Niemand kann sich damit anmelden.")
    return words


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
