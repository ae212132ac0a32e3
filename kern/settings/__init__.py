"""What a town sets itself: name, words, colours, rules, times. Kept in the town's database.

`FIELDS` is the one list: defaults, labels and checks of the administration's form come from it.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from kern.db import Json, Model, db
from kern.outbox import Revision, bump
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


_lock = threading.Lock()
_cache: dict[str, TownSettings] = {}


def town_settings() -> TownSettings:
    """The current town's values; one small query when nothing changed since the last call."""
    revision = db.session.scalar(select(Revision.rev).where(Revision.key == REVISION_KEY)) or 0
    key = str(current_town().path)
    held = _cache.get(key)
    if held is not None and held.revision == revision:
        return held
    rows = db.session.execute(select(Setting.key, Setting.value)).all()
    stored = {row.key: row.value for row in rows if row.key in BY_KEY}
    fresh = TownSettings(revision, {field.key: field.default for field in FIELDS} | stored)
    with _lock:
        _cache[key] = fresh
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
    return changed
