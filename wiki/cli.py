"""`flask --app wsgi wiki ...`: a wiki comes from files, and goes into files."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import click
from flask.cli import AppGroup

from kern.actor import SYSTEM
from kern.commands import Refused as Ended
from kern.commands import in_town
from kern.db import db, writing
from kern.later import Later
from wiki import service
from wiki.exchange.dokuwiki import read_dokuwiki
from wiki.exchange.foreign import Foreign, ForeignPage, Lost, Refused
from wiki.exchange.markdown import is_page, read_markdown
from wiki.exchange.mediawiki import read_export
from wiki.exchange.outward import (
    Leaving,
    read_history,
    write_history,
    write_markdown,
    write_reading_copy,
)
from wiki.exchange.trees import Tree, read_folder, read_zip
from wiki.service import exporting, importing

if TYPE_CHECKING:
    from wiki.exchange import git
else:
    git = Later("wiki.exchange.git")

TOWN = click.option(
    "--town", "town_slug", default="", help="Kürzel des Ortes, wenn es mehrere gibt."
)
SOURCE = click.Path(exists=True, path_type=Path)
TARGET = click.Path(path_type=Path)
WRITERS: dict[str, Callable[[Leaving, IO[bytes]], int]] = {
    "markdown": write_markdown,
    "html": write_reading_copy,
    "json": write_history,
}
BATCH = 25  # pages of one transaction

group = AppGroup("wiki", help="Seiten des Wikis einlesen und ausgeben.")


@group.command("import")
@click.argument("path", type=SOURCE)
@click.option("--space", "slug", default="ortswiki", show_default=True, help="Bereich des Wikis.")
@click.option("--dry-run", is_flag=True, help="Nur lesen und berichten, nichts speichern.")
@TOWN
def import_(path: Path, slug: str, town_slug: str, *, dry_run: bool) -> None:
    """Seiten übernehmen; sie sind sofort öffentlich. Wiederholbar, ohne zu verdoppeln.

    PATH ist ein Ordner, Archiv oder Verzeichnis von git mit Markdown, ein Export aus MediaWiki
    (XML, auch gepackt) oder Dorflinde (JSON), oder der Datenordner von DokuWiki.
    """
    report = importing.Report()
    with in_town(town_slug), _refusals(), writing():
        space = service.find_space(slug)
        if space is None:
            raise Ended(f"Den Bereich „{slug}“ gibt es nicht.")
        with _opened(path) as opened:
            redirects = importing.read_redirects(opened.read())
            plan = importing.Plan(space, path.name, redirects)
            report.lost += [("", lost) for lost in opened.lost]
            pages = opened.read()
            length = len(pages) if isinstance(pages, list) else None
            with click.progressbar(pages, length=length, label="Seiten übernehmen") as bar:
                importing.run(SYSTEM, plan, bar, report, _in_batches(slug, dry_run=dry_run))
        _finish(dry_run=dry_run)
    click.echo(report.as_text())
    if dry_run:
        click.echo("Nichts wurde gespeichert.")


@group.command("export")
@click.argument("slug")
@click.argument("file", type=TARGET)
@click.option("--format", "kind", type=click.Choice(list(WRITERS)), default="markdown")
@TOWN
def export(slug: str, file: Path, kind: str, town_slug: str) -> None:
    """Einen Bereich in eine Datei schreiben: Markdown (zip), Seiten zum Lesen (zip) oder JSON mit
    allen Fassungen."""
    if file.exists():
        raise Ended(f"{file} gibt es schon. Bitte nehmen Sie einen anderen Namen.")
    with in_town(town_slug), _refusals():
        space = exporting.leaving(slug)
        part = file.with_name(f"{file.name}.teil")
        try:
            with part.open("wb") as out:
                count = WRITERS[kind](_with_bar(space), out)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    click.echo(f"{count} Seiten geschrieben: {file}")


def _with_bar(space: Leaving) -> Leaving:
    def pages() -> Iterator:  # type: ignore[type-arg]  # of LeavingPage
        with click.progressbar(
            space.pages(), length=len(space.contents), label="Seiten schreiben"
        ) as bar:
            yield from bar

    return Leaving(
        space.slug, space.title, space.licence, space.town, space.at, pages, space.contents
    )


def _in_batches(slug: str, *, dry_run: bool) -> Callable[[], None]:
    seen = 0

    def after_each() -> None:
        nonlocal seen
        seen += 1
        if not dry_run and seen % BATCH == 0:
            db.session.commit()
            service.find_space(slug)  # read anew, with its scope

    return after_each


def _finish(*, dry_run: bool) -> None:
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except Refused as error:
        db.session.rollback()
        raise Ended(str(error)) from error


class _Opened(NamedTuple):
    """`read` gives all pages, as often as it is asked; `lost` belongs to none of them."""

    read: Callable[[], Iterable[ForeignPage]]
    lost: Sequence[Lost] = ()


@contextmanager
def _opened(path: Path) -> Iterator[_Opened]:
    """Raises Refused."""
    if path.is_dir():
        yield _in_order(_of_folder(path))
        return
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(0)
        if start.startswith(b"PK"):
            yield _in_order(_of_tree(read_zip(file).top()))
        elif start.startswith(b"{"):
            yield _Opened(lambda: read_history(_again(file)))
        elif is_page(path.name):
            data = file.read()
            yield _in_order(read_markdown(Tree({path.name: lambda: data})))
        else:
            yield _Opened(lambda: read_export(_again(file)))


def _in_order(wiki: Foreign) -> _Opened:
    pages = list(importing.parents_first(wiki.pages))
    return _Opened(lambda: pages, wiki.lost)


def _again(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return file


def _of_folder(path: Path) -> Foreign:
    if (path / ".git").exists():
        return git.read_git(path)
    return _of_tree(read_folder(path))


def _of_tree(tree: Tree) -> Foreign:
    is_doku = any(name.startswith("pages/") or "/pages/" in name for name in tree.files)
    has_markdown = any(is_page(name) for name in tree.files)
    if is_doku and not has_markdown:
        return read_dokuwiki(tree)
    return read_markdown(tree)
