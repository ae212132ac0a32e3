"""What is wrong with a definition, where, in sentences an editor can act on."""

from enum import StrEnum

from umfragen.words import Words

Path = tuple[str | int, ...]
"""Names and positions in the JSON document: `("pages", 0, "questions", 2, "text")`."""


class Severity(StrEnum):
    ERROR = "error"  # cannot be published
    WARNING = "warning"  # can, but is hardly meant so


class Step(Words):
    """One step of a path, in words."""


NUMBERED = {
    "pages": "Seite %(number)s",
    "questions": "Frage %(number)s",
    "options": "Antwort %(number)s",
    "rows": "Zeile %(number)s",
    "columns": "Spalte %(number)s",
    "quotas": "Quote %(number)s",
    "members": "Bedingung %(number)s",
    "languages": "Sprache %(number)s",
}
NAMED = {
    "title": "Titel",
    "text": "Text",
    "help": "Hilfe",
    "name": "Kürzel",
    "show_if": "Anzeigen, wenn",
    "check": "Prüfung",
    "check_text": "Hinweis zur Prüfung",
    "required": "Pflicht",
    "required_text": "Hinweis, wenn die Antwort fehlt",
    "invalid_text": "Hinweis, wenn die Antwort nicht passt",
    "formula": "Formel",
    "pattern": "Muster",
    "other": "Andere",
    "remark": "Bemerkung",
    "welcome": "Begrüßung",
    "thanks": "Dank",
    "limit": "Grenze",
    "total": "Summe",
    "low": "Kleinster Wert",
    "high": "Größter Wert",
    "least": "Mindestzahl",
    "most": "Höchstzahl",
}


class Finding(Words):
    """`span` holds first and last position (exclusive) inside the expression or text at `path`."""

    def __init__(
        self,
        message: str,
        path: Path = (),
        *,
        span: tuple[int, int] | None = None,
        severity: Severity = Severity.ERROR,
        **params: object,
    ) -> None:
        super().__init__(message, **params)
        self.path = path
        self.span = span
        self.severity = severity

    @classmethod
    def of(cls, words: Words, path: Path, span: tuple[int, int] | None = None) -> "Finding":
        """A sentence that was said elsewhere, with its place in the definition."""
        found = cls(words.message, path, span=span)
        found.params = words.params
        return found

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def place(self) -> tuple[Words, ...]:
        """The way to the item in words: page 2, question 1, answer 3."""
        return describe(self.path)


def describe(path: Path) -> tuple[Words, ...]:
    """Positions count from 1, as people do; steps that say nothing to an editor are left out."""
    steps: list[Words] = []
    for step, following in zip(path, (*path[1:], ""), strict=False):
        if step in NUMBERED and isinstance(following, int):
            steps.append(Step(NUMBERED[str(step)], number=following + 1))
        elif step in NAMED:
            steps.append(Step(NAMED[str(step)]))
    return tuple(steps)


class DefinitionRefused(Words):
    """A document that is no definition; `findings` lists everything that is wrong with it."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("In dieser Umfrage ist noch etwas zu verbessern.")
        self.findings = findings
