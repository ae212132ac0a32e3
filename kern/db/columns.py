"""What psycopg's answers say of their columns, only when somebody asks."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from kern.later import Later

if TYPE_CHECKING:
    import psycopg
else:
    psycopg = Later("psycopg")


@cache
def cursor_class() -> "type[psycopg.Cursor[Any]]":
    """SQLAlchemy asks each answer for its columns, and reads them once for each statement."""

    class Lazy(psycopg.Cursor[Any]):
        @property
        def description(self) -> Any:
            result = self.pgresult
            if result is None or not result.nfields:
                return super().description
            return _Columns(result)

    return Lazy


class _Columns(Sequence[tuple[Any, ...]]):
    """Of one answer, as PEP 249 has them."""

    def __init__(self, result: Any) -> None:
        self._result = result

    def __len__(self) -> int:
        return int(self._result.nfields)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[one] for one in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        name, code = self._result.fname(at), self._result.ftype(at)
        return (name.decode(), code, None, None, None, None, None)
