"""What a town sets itself: name, words, colours, rules, times. Kept in the town's database.

`FIELDS` is the one list: defaults, labels and checks of the administration's form come from it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, SessionTransaction, mapped_column

from kern.content import registry
from kern.db import Json, Model, db
from kern.latest import Latest
from kern.outbox import Fact, bump, note_all, watching
from kern.settings.fields import BY_KEY, FIELDS, Field
from kern.town import current_town

__all__ = ["FIELDS", "Field", "TownSettings", "change", "town_settings"]

REVISION_KEY = "settings"


class Setting(Model):
    __tablename__ = "kern_setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)


@dataclass(frozen=True, slots=True)
class TownSettings:
    """All values of one town at one revision: `settings.name`, `settings["name"]`."""

    revision: int
    values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    def __getattr__(self, key: str) -> Any:
        try:
            return self.values[key]
        except KeyError:
            raise AttributeError(key) from None


_cache: Latest[str, TownSettings] = Latest(512)


@dataclass(slots=True)
class _Glance:
    """What one transaction knows of a town's settings."""

    transaction: SessionTransaction | None
    known: TownSettings | None = None
    is_changed: bool = False  # here, and perhaps never committed: nothing for the others to see


def town_settings() -> TownSettings:
    """The current town's values; at most one small query per transaction while nothing changes."""
    glance = _glance()
    if glance.known is None:
        glance.known = _read(shared=not glance.is_changed)
        glance.transaction = db.session().get_transaction()
    return glance.known


def _glance() -> _Glance:
    session, key = db.session(), current_town().identity
    glance = cast("_Glance | None", session.info.get(key))
    if glance is None or glance.transaction is not session.get_transaction():
        glance = session.info[key] = _Glance(session.get_transaction())
    return glance


def _read(*, shared: bool) -> TownSettings:
    key = current_town().identity
    (revision,) = watching.known([REVISION_KEY])
    held = _cache.get(key)
    if shared and held is not None and held.revision == revision:
        return held
    rows = db.session.execute(select(Setting.key, Setting.value)).all()
    stored = {row.key: row.value for row in rows if row.key in BY_KEY}
    fresh = TownSettings(revision, {field.key: field.default for field in FIELDS} | stored)
    if shared:
        _cache.put(key, fresh)
    return fresh


def change(values: Mapping[str, Any]) -> list[str]:
    """Store what differs; returns the changed keys. Raises Invalid with the field's key."""
    present = town_settings()
    checked = {key: BY_KEY[key].check(value) for key, value in values.items()}
    changed = [key for key, value in checked.items() if present[key] != value]
    for key in changed:
        row = db.session.get(Setting, key)
        if row is None:
            db.session.add(Setting(key=key, value=checked[key]))
        else:
            row.value = checked[key]
    if changed:
        db.session.flush()
        bump(REVISION_KEY)
        glance = _glance()
        glance.known, glance.is_changed = None, True
        _tell(changed)
    return changed


def _tell(changed: Collection[str]) -> None:
    """No search finds a thing by the words it had, from now on; by the new ones once the index
    knows them."""
    for type_ in registry().values():
        if type_.made_of_settings is not None:
            note_all(type_.key, type_.made_of_settings(changed), Fact.HIDDEN)
