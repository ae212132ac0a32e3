"""LimeSurvey's structure files as a definition of ours, with a report of what became of them."""

from collections.abc import Iterator, Mapping

from umfragen.definition.items import NO, YES
from umfragen.exchange.companion import reunited
from umfragen.exchange.fitting import Asked, Doc, Imported, Leaf, fit
from umfragen.exchange.limesurvey.kinds import make
from umfragen.exchange.limesurvey.logic import ALWAYS, Untranslatable, translate
from umfragen.exchange.limesurvey.making import Keys, Making
from umfragen.exchange.limesurvey.naming import Variables, name_all
from umfragen.exchange.limesurvey.source import Group, Limit, Said, Whole, collect
from umfragen.exchange.limesurvey.tables import Tables, read_tables
from umfragen.exchange.limesurvey.texts import MAX_BODY, MAX_LABEL, MAX_TITLE, Speech
from umfragen.exchange.report import Loss, Note, Refused, echo

FORMAT = "LimeSurvey"
MAX_QUESTIONS = 2_000
UNTITLED: Said = {"": "Umfrage"}


def read_survey(data: bytes) -> Imported:
    """Of .lss, .lsg and .lsq. Raises `Refused`."""
    tables = read_tables(data)
    imported, _ = survey_of(tables)
    return reunited(imported, tables.beside) if tables.beside else imported


def survey_of(tables: Tables) -> tuple[Imported, Variables]:
    """The survey, and where to find its variables by LimeSurvey's words for them."""
    survey = collect(tables)
    if sum(1 for _ in survey.questions()) > MAX_QUESTIONS:
        raise Refused("In dieser Datei sind mehr als %(most)s Fragen.", most=MAX_QUESTIONS)
    reading = _Reading(survey, tables)
    return reading.imported(), reading.variables


class _Reading:
    def __init__(self, survey: Whole, tables: Tables) -> None:
        self.survey = survey
        self.tables = tables
        self.named = name_all(survey)
        self.variables = Variables(self.named)
        self.speech = Speech(survey.languages or ("de",), self.variables)
        self.keys = Keys()
        self.notes: list[Note] = []

    def imported(self) -> Imported:
        leaves = [self.leaf(group) for group in self.survey.groups]
        document = self.head()
        document["quotas"] = list(self.quotas(leaves))
        self.settings()
        return fit(document, leaves, self.notes, FORMAT)

    def head(self) -> Doc:
        survey = self.survey
        title = self.speech.line(survey.titles, MAX_TITLE)
        document: Doc = {
            "title": title or dict(UNTITLED),
            "languages": list(self.speech.languages.values()) or ["de"],
            "welcome": self.joined(survey.descriptions, survey.welcomes),
            "thanks": self.speech.body(survey.endings),
        }
        self.notes += self.speech.fetch_notes()
        lost = [language for language in survey.languages if language not in self.speech.languages]
        self.notes += [
            Loss("Die Sprache %(language)s kennen wir nicht.", language=echo(language))
            for language in lost
        ]
        return document

    def joined(self, *parts: Said) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for said in parts:
            for language, words in self.speech.body(said).items():
                found.setdefault(language, []).append(words)
        return {language: "\n\n".join(words)[:MAX_BODY] for language, words in found.items()}

    def leaf(self, group: Group) -> Leaf:
        page: Doc = {
            "key": self.keys(),
            "title": self.speech.line(group.texts, MAX_TITLE),
            "text": self.speech.body(group.descriptions),
            "block": group.block,
        }
        self.notes += self.speech.fetch_notes()
        if group.relevance not in ALWAYS:
            page["show_if"] = self.page_shown_if(group.relevance)
        return Leaf(page, [self.asked(source.qid) for source in group.questions])

    def page_shown_if(self, relevance: str) -> str:
        try:
            return translate(relevance, self.variables)
        except Untranslatable as error:
            self.notes += [Loss("Die Bedingung einer Seite entfällt."), error]
            return ""

    def asked(self, qid: str) -> Asked:
        making = Making(self.named[qid], self.keys, self.speech, self.variables)
        docs = make(making)
        return Asked(making.source.code, docs, [*making.notes, *self.speech.fetch_notes()])

    def quotas(self, leaves: list[Leaf]) -> Iterator[Doc]:
        docs = {doc["name"]: doc for leaf in leaves for asked in leaf.asked for doc in asked.docs}
        for limit in self.survey.limits:
            members = [
                member for qid, code in limit.members for member in self.members(qid, code, docs)
            ]
            if len(members) < len(limit.members) or not members:
                note = Loss(
                    "Die Quote %(name)s ist nicht ganz zu übernehmen und entfällt.",
                    name=echo(limit.name),
                )
                self.notes.append(note)
                continue
            yield self.quota(limit, members)

    def quota(self, limit: Limit, members: list[Doc]) -> Doc:
        text = self.speech.line(limit.texts, MAX_LABEL)
        self.notes += self.speech.fetch_notes()
        return {
            "name": echo(limit.name) or "Quote",
            "limit": max(0, limit.most),
            "members": members,
            "act": "end" if limit.ends else "count",
            "text": text,
            "active": limit.active,
        }

    def members(self, qid: str, code: str, docs: Mapping[str, Doc]) -> Iterator[Doc]:
        """The answer a quota names, as key and code; nothing where there is none like it."""
        named = self.named.get(qid)
        doc = docs.get(named.name) if named else None
        if named is None or doc is None:
            return
        codes = {option["name"]: option["code"] for option in doc.get("options", ())}
        if doc["kind"] == "yes_no":
            codes = {"Y": YES, "N": NO}
        if doc["kind"] == "scale":
            codes = {str(step): step for step in range(1, 6)}
        found = codes.get(named.options.get(code, code))
        if found is not None:
            yield {"key": doc["key"], "code": found}

    def settings(self) -> None:
        """What the survey had and a definition here does not hold."""
        survey = self.survey
        if survey.assessed:
            self.notes.append(Loss("Die Texte der Auswertung nach Punkten entfallen."))
        if any(words.strip() for words in survey.policies.values()):
            self.notes.append(Note("Den Hinweis zum Datenschutz schreibt die Umfrage hier selbst."))
        if survey.settings:
            self.notes.append(
                Note("Zugang, Fristen, Gestaltung und E-Mails stellen Sie hier neu ein.")
            )
        if survey.settings.get("format") == "S":
            self.notes.append(Note("Jede Gruppe von Fragen ist hier eine Seite."))
