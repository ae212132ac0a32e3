"""What keeps an answer from being taken, said at the field that can mend it."""

from umfragen.words import Words


class Fault(Words):
    """`item`: key of the row, line or question to blame. `soft`: a question back („Möchten Sie
    trotzdem weiter?“), which whoever answers may wave through."""

    def __init__(
        self, message: str, item: int = 0, *, soft: bool = False, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.item = item
        self.soft = soft

    def at(self, item: int) -> "Fault":
        return Fault(self.message, item, soft=self.soft, **self.params)
