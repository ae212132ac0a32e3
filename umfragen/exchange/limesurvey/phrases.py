"""Answers that LimeSurvey has built in, in the languages that its surveys mostly have."""

from collections.abc import Mapping

Phrase = Mapping[str, str]

FEMALE: Phrase = {"de": "Weiblich", "en": "Female", "fr": "Féminin", "it": "Femmina", "es": "Mujer"}
MALE: Phrase = {"de": "Männlich", "en": "Male", "fr": "Masculin", "it": "Maschio", "es": "Hombre"}
YES: Phrase = {"de": "Ja", "en": "Yes", "fr": "Oui", "it": "Sì", "es": "Sí"}
NO: Phrase = {"de": "Nein", "en": "No", "fr": "Non", "it": "No", "es": "No"}
UNCERTAIN: Phrase = {
    "de": "Unsicher", "en": "Uncertain", "fr": "Incertain", "it": "Incerto", "es": "No sé",
}  # fmt: skip
MORE: Phrase = {
    "de": "Zunahme", "en": "Increase", "fr": "Augmenter", "it": "Aumenta", "es": "Aumentar",
}  # fmt: skip
SAME: Phrase = {
    "de": "Gleich", "en": "Same", "fr": "Sans changement", "it": "Uguale", "es": "Igual",
}  # fmt: skip
LESS: Phrase = {
    "de": "Abnahme", "en": "Decrease", "fr": "Diminuer", "it": "Diminuisce", "es": "Disminuir",
}  # fmt: skip
ANSWER: Phrase = {
    "de": "Antwort", "en": "Answer", "fr": "Réponse", "it": "Risposta", "es": "Respuesta",
}  # fmt: skip

FIXED: Mapping[str, tuple[tuple[str, Phrase], ...]] = {
    "G": (("F", FEMALE), ("M", MALE)),
    "C": (("Y", YES), ("N", NO), ("U", UNCERTAIN)),
    "E": (("I", MORE), ("S", SAME), ("D", LESS)),
    "A": tuple((str(step), {"": str(step)}) for step in range(1, 6)),
    "B": tuple((str(step), {"": str(step)}) for step in range(1, 11)),
}
"""Codes and words of the kinds whose answers nobody can change."""


def spoken(phrase: Phrase, languages: tuple[str, ...]) -> dict[str, str]:
    """The phrase in these languages, as far as we know it; numbers are the same in all."""
    if "" in phrase:
        return {"": phrase[""]}
    found = {}
    for language in languages:
        words = phrase.get(language.partition("-")[0], "")
        if words:
            found[language] = words
    return found or {"": phrase["en"]}
