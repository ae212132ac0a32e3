"""What can be found: the kinds of hits that the registered types of content say they have."""

from collections.abc import Mapping

from kern.content import FoundAs, registry
from kern.i18n import _l

OTHER = FoundAs("", _l("Weiteres"), _l("Weiteres"))


def kinds() -> Mapping[str, FoundAs]:
    """By the `kind` of a `Document`, in the order of the page."""
    return {one.key: one for type_ in registry().values() for one in type_.found_as}


def kind_of(key: str) -> FoundAs:
    """Also of what an index holds from before an update."""
    return kinds().get(key, OTHER)
