"""Wake the worker after a commit. Only a hint: every minute it asks all towns anyway."""

from collections.abc import Callable

from kern.town import current_town

_listeners: list[Callable[[str], object]] = []


def listen(listener: Callable[[str], object]) -> Callable[[], None]:
    """The process that knows the queue registers here, with the town's slug as argument. Returns
    what brings back who listened before."""
    before = list(_listeners)
    _listeners[:] = [listener]

    def end() -> None:
        _listeners[:] = before

    return end


def hint() -> None:
    for listener in _listeners:
        listener(current_town().slug)
