"""What a change to a version does to answers that are there already, as one table."""

from enum import StrEnum
from typing import NamedTuple

from umfragen.words import Words


class Effect(StrEnum):
    HARMLESS = "harmless"  # old and new answers stay comparable
    NEW = "new"  # something earlier people were never asked
    FORBIDDEN = "forbidden"  # would mix answers of different meaning


class Change(Words):
    """`key`: item or page. `asks`: harmless only if the editor says that the meaning stays."""

    def __init__(
        self, message: str, effect: Effect, key: int = 0, *, asks: bool = False, **params: object
    ) -> None:
        super().__init__(message, **params)
        self.effect = effect
        self.key = key
        self.asks = asks


class Rule(NamedTuple):
    effect: Effect
    words: Words
    asks: bool = False


WORDING = Rule(
    Effect.HARMLESS,
    Words("%(place)s: Der Wortlaut ist anders. Das geht nur, wenn der Sinn derselbe bleibt."),
    asks=True,
)
HINT = Rule(Effect.HARMLESS, Words("%(place)s: Ein Hinweis ist anders."))
FORM = Rule(Effect.HARMLESS, Words("%(place)s: Die Darstellung ist anders."))
BOUNDS = Rule(Effect.HARMLESS, Words("%(place)s: Die Grenzen für neue Antworten sind anders."))
LOGIC = Rule(
    Effect.HARMLESS,
    Words("%(place)s: Die Bedingung ist anders. Es antworten andere Menschen als bisher."),
)
RENAMED = Rule(Effect.HARMLESS, Words("%(place)s: Das Kürzel ist anders."))
RETIRED = Rule(Effect.HARMLESS, Words("%(place)s: Wird nicht mehr oder wieder angeboten."))
MEANING = Rule(
    Effect.FORBIDDEN,
    Words(
        "%(place)s: Alte und neue Antworten würden Verschiedenes bedeuten. Bitte legen Sie eine"
        " neue Frage an."
    ),
)
AGREEMENT = Rule(
    Effect.FORBIDDEN,
    Words(
        "%(place)s: Dem neuen Wortlaut hat noch niemand zugestimmt. Bitte legen Sie eine neue"
        " Frage an."
    ),
)
FORMULA = Rule(
    Effect.FORBIDDEN,
    Words(
        "%(place)s: Gespeicherte Ergebnisse sind anders gerechnet. Bitte legen Sie eine neue"
        " Frage an."
    ),
)
KIND = Rule(
    Effect.FORBIDDEN,
    Words(
        "%(place)s: Die Art der Frage lässt sich nicht ändern. Bitte legen Sie eine neue Frage an."
    ),
)

RULES: dict[str, Rule] = {
    "text": WORDING, "low_text": WORDING, "middle_text": WORDING, "high_text": WORDING,
    "yes_text": WORDING, "no_text": WORDING, "image": WORDING,
    "help": HINT, "check_text": HINT, "required_text": HINT, "invalid_text": HINT,
    "display": FORM, "look": FORM, "shuffle": FORM, "stays": FORM, "zoom": FORM, "shown": FORM,
    "required": BOUNDS, "check": BOUNDS, "low": BOUNDS, "high": BOUNDS, "step": BOUNDS,
    "decimals": BOUNDS, "least": BOUNDS, "most": BOUNDS, "exclusive": BOUNDS,
    "max_length": BOUNDS, "pattern": BOUNDS, "earliest": BOUNDS, "latest": BOUNDS,
    "megabytes": BOUNDS, "extensions": BOUNDS, "within": BOUNDS, "text_required": BOUNDS,
    "show_if": LOGIC, "name": RENAMED, "retired": RETIRED,
    "unit": MEANING, "score": MEANING, "total": MEANING, "total_rule": MEANING, "cell": MEANING,
    "clock": MEANING, "format": MEANING, "shape": MEANING, "formula": FORMULA,
}  # fmt: skip
"""What a changed field of a question, option or row does, by its name."""

OF_KIND: dict[tuple[str, str], Rule] = {
    ("scale", "low"): MEANING,
    ("scale", "high"): MEANING,
    ("slider", "low"): MEANING,
    ("slider", "high"): MEANING,
    ("consent", "text"): AGREEMENT,
}
"""Where a kind of question is stricter than the rest."""
