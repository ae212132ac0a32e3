"""What a row of the table of rights is made of.

A number is the status of the answer. `LOGIN` is the way to the login page; for anything but GET it
is 403, since what was typed could not come along.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kern.accounts.models import Account
from kern.accounts.permissions import Role

ROLES = ("guest", *(role.value for role in Role if role is not Role.GUEST))
LOGIN = "login"

Expected = int | str


class Visit:
    """Who comes: what a builder of addresses and forms may need to know. It asks here and not the
    database, else the next visitor gets what was built for this one."""

    def __init__(self, role: str, account: Account | None) -> None:
        self._role = role
        self._account = account
        self.is_asked = False  # what was built depends on who comes

    @property
    def role(self) -> str:
        self.is_asked = True
        return self._role

    @property
    def account(self) -> Account | None:
        """None: a guest."""
        self.is_asked = True
        return self._account


@dataclass(frozen=True, slots=True)
class Row:
    """`values` fills the places of the route's address, `data` is the form that is sent."""

    expected: Mapping[str, Expected]
    values: Callable[[Visit], Mapping[str, Any]] = field(default=lambda _visit: {})
    data: Callable[[Visit], Mapping[str, Any]] = field(default=lambda _visit: {})


def row(
    *,
    guest: Expected,
    citizen: Expected,
    moderator: Expected | None = None,
    editor: Expected | None = None,
    planner: Expected | None = None,
    administrator: Expected | None = None,
    values: Callable[[Visit], Mapping[str, Any]] = lambda _visit: {},
    data: Callable[[Visit], Mapping[str, Any]] = lambda _visit: {},
) -> Row:
    """Staff get what citizens get, unless it is said otherwise."""
    staff = (moderator, editor, planner, administrator)
    expected = (guest, citizen, *(citizen if status is None else status for status in staff))
    return Row(dict(zip(ROLES, expected, strict=True)), values, data)


def everybody(status: int, **more: Any) -> Row:
    return row(guest=status, citizen=status, **more)


def logged_in(status: int, **more: Any) -> Row:
    return row(guest=LOGIN, citizen=status, **more)


def only(*roles: Role, status: int, **more: Any) -> Row:
    """Other people who are logged in are refused."""
    held = {role.value: status for role in roles}
    return Row({name: held.get(name, LOGIN if name == "guest" else 403) for name in ROLES}, **more)
