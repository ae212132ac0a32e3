"""What can be found: how a hit of each kind is called and which icon stands beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

from kern.content import registry
from kern.i18n import _, _l


@dataclass(frozen=True, slots=True)
class Kind:
    """`label` stands at a hit, `plural` at the filter; both are lazy German strings."""

    label: object
    plural: object
    icon: str


KINDS: Mapping[str, Kind] = {
    "projekt": Kind(_l("Projekt"), _l("Projekte"), "people"),
    "gespraech": Kind(_l("Gespräch"), _l("Gespräche"), "list"),
    "beitrag": Kind(_l("Beitrag"), _l("Beiträge"), "speech"),
    "antwort": Kind(_l("Antwort der Verwaltung"), _l("Antworten der Verwaltung"), "office"),
    "wiki": Kind(_l("Wikiseite"), _l("Wikiseiten"), "list"),
    "umfrage": Kind(_l("Umfrage"), _l("Umfragen"), "list"),
    "freitext": Kind(_l("Antwort auf eine Umfrage"), _l("Antworten auf Umfragen"), "speech"),
}
"""By the `kind` of a `Document`, in the order of the page; a test holds them together."""


def find_kind(key: str) -> Kind | None:
    """Of a kind that nobody named here its ContentType says what it is called, when its key ends
    with the kind."""
    if key in KINDS or not key:
        return KINDS.get(key)
    for type_ in registry().values():
        if type_.key == key or type_.key.endswith(f".{key}"):
            return Kind(type_.label, type_.plural, "doc")
    return None


def kind_of(key: str) -> Kind:
    return find_kind(key) or Kind(_("Weiteres"), _("Weiteres"), "doc")
