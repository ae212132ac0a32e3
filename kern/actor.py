"""Who acts. A plain value, so rules and services need neither Flask nor a database to decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NewType

AccountId = NewType("AccountId", int)
PartyId = NewType("PartyId", int)
ScopeId = NewType("ScopeId", int)

NOTHING: Mapping[int, frozenset[str]] = {}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at the door: what they may do in the whole town, and more in single scopes."""

    account_id: AccountId | None = None
    party_id: PartyId | None = None
    name: str = ""
    permissions: frozenset[str] = frozenset()
    scoped: Mapping[int, frozenset[str]] = field(default_factory=dict)
    has_bar: bool = False  # perhaps one that holds; pages ask before they offer to write
    system: bool = False  # a command or the worker: stands behind every gate, and is logged so

    @property
    def is_authenticated(self) -> bool:
        return self.account_id is not None

    def may(self, permission: str, scope_id: int | None = None) -> bool:
        if self.system or permission in self.permissions:
            return True
        return scope_id is not None and permission in self.scoped.get(scope_id, frozenset())

    def scopes_with(self, permission: str) -> frozenset[int]:
        """The scopes in which a grant beyond the town's gives this permission."""
        return frozenset(key for key, held in self.scoped.items() if permission in held)

    def may_anywhere(self, permission: str) -> bool:
        return self.may(permission) or bool(self.scopes_with(permission))


GUEST = Actor()
SYSTEM = Actor(name="system", system=True)
