"""A town with something in every state, and the addresses of all routes into it, for attacks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy import text as sql
from werkzeug.routing import Rule

from beteiligung.discussion.models import Post, Status
from kern.accounts.models import Account
from kern.accounts.permissions import Role
from kern.config import ROOT
from kern.db import db, engine
from kern.scope import ScopeState, Visibility
from tests.builders import make_account, make_post, make_project, make_thread

SECRET = "Geheimes"  # stands in every text that is not public
SLUG = "radweg"
INVITED, DRAFT = "unter-uns", "noch-nicht"
ROOMS = ("kern/web", "portal", "beteiligung", "umfragen", "wiki")
READ = re.compile(r'\b(?:args|form)\.get(?:list)?\("([a-z_]+)"')
FIELD = re.compile(r"^    ([a-z_]+) = \w", re.MULTILINE)
PLACE = re.compile(r"<(?:[^<>]*:)?(\w+)>")
HELD = tuple(status for status in Status if status not in {Status.PUBLIC, Status.ERASED})


@dataclass(frozen=True, slots=True)
class World:
    """Ids: of what everybody may read, and of what nobody without a right may."""

    thread: int
    post: int
    secret_threads: tuple[int, ...]
    secret_posts: tuple[int, ...]
    invited: tuple[int, int]  # scope and post of the project for invited people
    elsewhere: int  # a scope that has nothing to do with any of this


def make_world() -> World:
    """Commits, so that requests see it."""
    project = make_project(slug=SLUG)
    thread = make_thread(project.scope)
    post = make_post(thread)
    held = [make_post(thread, text=f"{SECRET}: {status}.", status=status) for status in HELD]
    pending = make_thread(project.scope, title=f"{SECRET} Gespräch", status=Status.PENDING)
    inside = [
        _closed_project(INVITED, visibility=Visibility.INVITED),
        _closed_project(DRAFT, state=ScopeState.DRAFT),
    ]
    ids = tuple(one.id for one in (*held, *inside))
    threads = (pending.id, *(one.thread_id for one in inside))
    invited = (inside[0].scope_id, inside[0].id)
    elsewhere = make_project(slug="anderswo").scope_id
    world = World(thread.id, post.id, threads, ids, invited, elsewhere)
    db.session.commit()
    return world


def _closed_project(slug: str, **values: Any) -> Post:
    project = make_project(slug=slug, title=f"{SECRET} Projekt", **values)
    thread = make_thread(project.scope, title=f"{SECRET} Gespräch", question=f"{SECRET}?")
    return make_post(thread, text=f"{SECRET} drinnen.")


def make_administrator() -> Account:
    account = make_account("Frauke Administratorin", (Role.ADMINISTRATOR, None))
    db.session.commit()
    return account


def usual(world: World) -> dict[str, str]:
    """What stands in the places of addresses when nothing odd does."""
    return {
        "slug": SLUG,
        "thread_id": str(world.thread),
        "post_id": str(world.post),
        "key": "beteiligung.post",
        "id_": str(world.post),
        "section": "phasen",
        "filename": "img/logo.svg",
        "groesse": "small",
    }


def address(rule: Rule, values: Mapping[str, str]) -> str:
    """The rule's path with `values` written into it as they are, right or not."""
    return PLACE.sub(lambda found: values.get(found[1], "1"), rule.rule)


def rules(app: Flask, blueprint: str) -> Iterator[Rule]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] == blueprint:
            yield rule


@cache
def parameter_names() -> tuple[str, ...]:
    """Whatever the code reads from addresses and forms by name, forms of classes included."""
    found = {"csrf_token"}
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found |= set(READ.findall(text))
        if path.name == "forms.py":
            found |= set(FIELD.findall(text))
    return tuple(sorted(found))


def contents() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with engine().connect() as connection:
        names = inspect(connection).get_table_names()
        return {
            name: sorted(
                (tuple(row) for row in connection.execute(sql(f'SELECT * FROM "{name}"'))),  # noqa: S608 - names of tables
                key=repr,
            )
            for name in names
        }
