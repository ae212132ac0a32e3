"""Each hint says why, in the reader's language. A tone that accuses nobody: it may be nothing."""

from collections.abc import Callable, Mapping
from typing import Any

from kern.i18n import _, _n
from kern.moderation.hints.kinds import HintKind

Facts = Mapping[str, Any]


def sentence(kind: HintKind, facts: Facts) -> str:
    return _SENTENCES[kind](facts)


def _words(facts: Facts) -> str:
    found = [_("„%(word)s“", word=word) for word in facts["words"]]
    return _n(
        "Auf der Wortliste Ihres Ortes steht: %(words)s.",
        "Auf der Wortliste Ihres Ortes stehen: %(words)s.",
        len(found),
        words=", ".join(found),
    )


def _links(facts: Facts) -> str:
    hosts = ", ".join(facts["hosts"])
    if facts.get("first"):
        return _n(
            "Von dieser Person ist noch nichts freigegeben. Der Text nennt eine"
            " Internetadresse: %(hosts)s.",
            "Von dieser Person ist noch nichts freigegeben. Der Text nennt %(num)s"
            " Internetadressen: %(hosts)s.",
            facts["count"],
            hosts=hosts,
        )
    return _("Der Text nennt %(n)s Internetadressen: %(hosts)s.", n=facts["count"], hosts=hosts)


def _shortened(facts: Facts) -> str:
    return _(
        "Eine gekürzte Adresse (%(hosts)s) verbirgt, wohin sie führt.",
        hosts=", ".join(facts["hosts"]),
    )


def _fast(facts: Facts) -> str:
    return _(
        "%(n)s Zeichen in %(seconds)s Sekunden: Der Text wurde wohl eingefügt, nicht getippt.",
        n=facts["characters"],
        seconds=facts["seconds"],
    )


def _first(_facts: Facts) -> str:
    return _("Das ist der erste Text dieser Person.")


def _many(facts: Facts) -> str:
    return _(
        "Dieselbe Person hat in einer Stunde %(n)s Texte eingereicht.",
        n=facts["count"],
    )


def _phone(facts: Facts) -> str:
    return _n(
        "Im Text steht wohl eine Telefonnummer.",
        "Im Text stehen wohl %(num)s Telefonnummern.",
        facts["count"],
    )


def _email(facts: Facts) -> str:
    return _n(
        "Im Text steht eine E-Mail-Adresse.",
        "Im Text stehen %(num)s E-Mail-Adressen.",
        facts["count"],
    )


def _iban(facts: Facts) -> str:
    return _n(
        "Im Text steht eine Kontonummer (IBAN).",
        "Im Text stehen %(num)s Kontonummern (IBAN).",
        facts["count"],
    )


def _plate(facts: Facts) -> str:
    return _n(
        "Im Text steht wohl ein Autokennzeichen.",
        "Im Text stehen wohl %(num)s Autokennzeichen.",
        facts["count"],
    )


def _name(facts: Facts) -> str:
    return _n(
        "Im Text steht wohl der Name eines Menschen.",
        "Im Text stehen wohl die Namen von %(num)s Menschen.",
        facts["count"],
    )


def _street(facts: Facts) -> str:
    return _n(
        "Im Text steht eine Anschrift mit Hausnummer.",
        "Im Text stehen %(num)s Anschriften mit Hausnummer.",
        facts["count"],
    )


def _capitals(_facts: Facts) -> str:
    return _("Der Text steht fast ganz in Großbuchstaben.")


def _lookalike(facts: Facts) -> str:
    percent = facts["percent"]
    if facts.get("own"):
        return _("Fast derselbe Text (%(n)s %%) liegt von derselben Person schon vor.", n=percent)
    if facts.get("public"):
        return _("Fast derselbe Text (%(n)s %%) ist schon öffentlich.", n=percent)
    return _("Fast derselbe Text (%(n)s %%) wartet noch einmal.", n=percent)


def _quote(_facts: Facts) -> str:
    return _("Der Text wiederholt wohl eine Stelle, die anderswo entfernt wurde.")


_SENTENCES: Mapping[HintKind, Callable[[Facts], str]] = {
    HintKind.WORDS: _words,
    HintKind.LINKS: _links,
    HintKind.SHORTENED: _shortened,
    HintKind.FAST: _fast,
    HintKind.FIRST: _first,
    HintKind.MANY: _many,
    HintKind.PHONE: _phone,
    HintKind.EMAIL: _email,
    HintKind.IBAN: _iban,
    HintKind.PLATE: _plate,
    HintKind.NAME: _name,
    HintKind.STREET: _street,
    HintKind.CAPITALS: _capitals,
    HintKind.LOOKALIKE: _lookalike,
    HintKind.QUOTE: _quote,
}
