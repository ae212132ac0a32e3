"""What people read where a name would stand: of guests, and of those who have gone."""

from kern.i18n import _, _l

GUEST = _l("Jemand ohne Konto")
GONE = _l("Jemand mit gelöschtem Konto")


def within(shown: str) -> str:
    """A shown name after a preposition: "Beitrag von jemand ohne Konto", "von Helga Martens"."""
    if shown in {str(GUEST), str(GONE)}:
        return shown[0].lower() + shown[1:]
    return shown


def by(label: str, shown: str) -> str:
    """ "Beitrag von Helga Martens" """
    return _("%(label)s von %(author)s", label=label, author=within(shown))
