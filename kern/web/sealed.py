"""Headers that are complete: nobody adds to them, and a server that knows them writes them as they
are. A fifth of the work of a kept page was looking at its fifteen headers once more, each time.
"""

from collections.abc import Iterable

Header = tuple[str, str]


class Sealed(list[Header]):
    """For any other server they are a list like every other."""

    def __init__(self, headers: Iterable[Header], length: int | None) -> None:
        """`length` of the body goes in as well; None for an answer without any."""
        super().__init__(headers)
        self.length = length
        if length is not None:
            self.append(("Content-Length", str(length)))
        written = "".join(f"{name}: {value}\r\n" for name, value in self)
        if any(sign in value for _, value in self for sign in "\r\n\0"):
            raise ValueError("a header of several lines")
        self.wire = written.encode("latin-1")
