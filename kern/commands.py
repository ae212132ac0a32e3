"""Commands run in one town: named, or the only one there is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

import click
from flask import current_app

from kern.db import db
from kern.errors import DomainError
from kern.i18n import say
from kern.town import NoTown, Town, Towns, use_town


class Refused(click.ClickException):
    """Ends the command with one sentence and exit code 1, without a word of English before it."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=file is None)


@contextmanager
def in_town(slug: str = "") -> Iterator[Town]:
    """Raises click.UsageError with a sentence when it is not clear which town is meant.

    A DomainError inside ends the command with its sentence; nothing is stored then.
    """
    towns = cast("Towns", current_app.extensions["dorflinde.towns"])
    with use_town(_choose(towns, slug)) as town:
        try:
            yield town
        except DomainError as error:
            raise Refused(say(error)) from error
        finally:
            db.session.remove()


def _choose(towns: Towns, slug: str) -> Town:
    found = towns.all()
    if slug:
        try:
            return towns.by_slug(slug)
        except NoTown:
            raise click.UsageError(f"Den Ort „{slug}“ gibt es nicht.") from None
    if len(found) == 1:
        return found[0]
    names = ", ".join(town.slug for town in found) or "noch keinen"
    raise click.UsageError(f"Bitte nennen Sie den Ort mit --town. Es gibt: {names}.")
