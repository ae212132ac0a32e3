"""Pages and questions of a draft as the editor lists them, with what is wrong at each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kern.i18n import _l, say
from umfragen.checks import check_survey
from umfragen.definition import Definition, Finding, Page
from umfragen.definition.findings import describe
from umfragen.definition.questions import AnyQuestion
from umfragen.editing.advice import advise
from umfragen.engine.piping import pieces_of
from umfragen.models import Level, Survey

KIND_LABELS: Mapping[str, object] = {
    "single": _l("Auswahl, eine Antwort"),
    "multiple": _l("Auswahl, mehrere Antworten"),
    "yes_no": _l("Ja oder nein"),
    "scale": _l("Skala"),
    "matrix": _l("Tabelle"),
    "ranking": _l("Reihenfolge"),
    "number": _l("Zahl"),
    "number_list": _l("Zahlen mit Summe"),
    "slider": _l("Regler"),
    "when": _l("Tag oder Uhrzeit"),
    "short_text": _l("Kurzer Text"),
    "long_text": _l("Langer Text"),
    "contact": _l("E-Mail, Telefon, Muster"),
    "files": _l("Datei"),
    "place": _l("Ort auf der Karte"),
    "consent": _l("Einwilligung"),
    "info": _l("Text zwischen den Fragen"),
    "computed": _l("Berechneter Wert"),
}
KIND_HINTS: Mapping[str, object] = {
    "single": _l("Runde Felder, eine Antwort gilt."),
    "multiple": _l("Kästchen, mehrere Antworten gelten."),
    "yes_no": _l("Zwei große Knöpfe."),
    "scale": _l("Zahlen, Sterne, Gesichter oder Weiterempfehlung."),
    "matrix": _l("Mehrere Zeilen mit denselben Antworten."),
    "ranking": _l("Dinge nach Wichtigkeit ordnen."),
    "number": _l("Eine Zahl, auf Wunsch mit Grenzen."),
    "number_list": _l("Zum Beispiel ein Budget verteilen."),
    "slider": _l("Ein Wert auf einer Strecke."),
    "when": _l("Ein Datum, eine Uhrzeit oder beides."),
    "short_text": _l("Eine Zeile."),
    "long_text": _l("Mehrere Sätze."),
    "contact": _l("Eine Angabe in fester Form."),
    "files": _l("Fotos oder PDF hochladen."),
    "place": _l("Punkt, Strecke oder Fläche zeigen."),
    "consent": _l("Ein Häkchen, ohne das es nicht weitergeht."),
    "info": _l("Eine Erklärung, keine Frage."),
    "computed": _l("Aus anderen Antworten gerechnet."),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in words, with the place it leads to."""

    sentence: str
    where: str
    is_error: bool
    page: int | None = None
    question: int | None = None


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    number: int
    question: AnyQuestion
    text: str
    kind: object
    findings: Sequence[Said]

    @property
    def errors(self) -> int:
        return sum(said.is_error for said in self.findings)


@dataclass(frozen=True, slots=True)
class ListedPage:
    number: int
    page: Page
    title: str
    questions: Sequence[ListedQuestion]
    findings: Sequence[Said]


def all_findings(survey: Survey, definition: Definition) -> tuple[Said, ...]:
    """What hinders publishing, then advice."""
    found = check_survey(definition)
    advice = advise(definition, anonymous=survey.level != Level.ACCOUNT)
    return tuple(_said(definition, finding) for finding in (*found, *advice))


def _said(definition: Definition, finding: Finding) -> Said:
    page = question = None
    match finding.path:
        case ("pages", int(at), "questions", int(place), *_) if at < len(definition.pages):
            page = definition.pages[at].key
            question = definition.pages[at].questions[place].key
        case ("pages", int(at), *_) if at < len(definition.pages):
            page = definition.pages[at].key
    where = ", ".join(say(step) for step in describe(finding.path))
    return Said(say(finding), where, finding.is_error, page, question)


def list_pages(definition: Definition, findings: Iterable[Said]) -> list[ListedPage]:
    findings = tuple(findings)
    listed = []
    number = 0
    for at, page in enumerate(definition.pages, start=1):
        questions = []
        for question in page.questions:
            number += 1
            own = [said for said in findings if said.question == question.key]
            questions.append(_listed(definition, question, number, own))
        of_page = [said for said in findings if said.page == page.key and said.question is None]
        title = page.title.say(definition.language, definition.language)
        listed.append(ListedPage(at, page, title, questions, of_page))
    return listed


def _listed(
    definition: Definition, question: AnyQuestion, number: int, findings: Sequence[Said]
) -> ListedQuestion:
    text = short(question.text.say(definition.language, definition.language))
    return ListedQuestion(number, question, text, KIND_LABELS[question.KIND], findings)


def short(text: str, limit: int = 110) -> str:
    """One line; places for answers as three dots."""
    words = "".join(piece if isinstance(piece, str) else "…" for piece in pieces_of(text))
    words = " ".join(words.split())
    return words if len(words) <= limit else words[: limit - 2].rstrip() + " …"
