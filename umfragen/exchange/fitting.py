"""The last steps of every import: documents become a definition, and what does not fit is told.

A question that our own rules refuse is left out alone; an expression that cannot be worked out is
taken away, so that the survey asks instead of hiding; everything goes into the report.
"""

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from umfragen.checks.references import check_names
from umfragen.definition import Definition, DefinitionRefused, Finding, Path, load
from umfragen.definition.codec import REFUSED, Reader
from umfragen.definition.model import MAX_PAGES, MAX_QUESTIONS
from umfragen.definition.questions import KINDS, AnyQuestion
from umfragen.engine.plan import make_plan
from umfragen.exchange.report import Entry, Gone, Loss, Note, Refused, Report, echo, unique

Doc = dict[str, Any]
MAX_ROUNDS = 5


@dataclass
class Asked:
    """What one question of the file became: documents of ours, none to two, and notes.

    `is_counted`: stands in the report. What repeats one shares its notes instead.
    """

    what: str
    docs: list[Doc]
    notes: list[Note] = field(default_factory=list)
    is_counted: bool = True


@dataclass
class Leaf:
    """A page being made."""

    page: Doc
    asked: list[Asked]


@dataclass(frozen=True, slots=True)
class Imported:
    """`document` is what `umfragen.definition.load` made the definition of."""

    definition: Definition
    report: Report
    source: str


def fit(survey: Doc, leaves: Sequence[Leaf], general: Iterable[Note], source: str) -> Imported:
    """`survey`: title, languages and so on, without pages. Raises `Refused` where nothing is
    left of it."""
    notes = list(general)
    leaves = list(_bounded(leaves, notes))
    for leaf in leaves:
        for asked in leaf.asked:
            _keep_what_fits(asked)
    document = {**survey, "pages": [_page(leaf) for leaf in leaves]}
    definition = _mended(document, leaves, notes)
    entries = (
        Entry(echo(asked.what), unique(asked.notes))
        for leaf in leaves
        for asked in leaf.asked
        if asked.is_counted
    )
    return Imported(definition, Report(tuple(entries), unique(notes)), source)


def _page(leaf: Leaf) -> Doc:
    return {**leaf.page, "questions": [doc for asked in leaf.asked for doc in asked.docs]}


def _bounded(leaves: Sequence[Leaf], notes: list[Note]) -> Iterable[Leaf]:
    if not any(asked.docs for leaf in leaves for asked in leaf.asked):
        raise Refused("In dieser Datei ist keine Frage, die wir übernehmen können.")
    for at, leaf in enumerate(leaves):
        if at >= MAX_PAGES:
            notes.append(Loss("Seiten nach der %(most)s. entfallen.", most=MAX_PAGES))
            return
        if sum(len(asked.docs) for asked in leaf.asked) > MAX_QUESTIONS:
            for asked in leaf.asked[MAX_QUESTIONS // 2 :]:
                asked.docs = []
                asked.notes.append(Gone("Auf dieser Seite stehen zu viele Fragen."))
        yield leaf


def _keep_what_fits(asked: Asked) -> None:
    """Leaves out what our own rules would refuse, one question at a time."""
    kept = []
    for doc in asked.docs:
        reader = Reader(KINDS)
        found = reader.read(AnyQuestion, deepcopy(doc), ())
        if found is not REFUSED and not reader.findings:
            kept.append(doc)
            continue
        asked.notes.append(Gone("Die Frage passt nicht in unsere Form."))
        asked.notes += [_said(finding) for finding in reader.findings[:3]]
    asked.docs = kept


def _said(finding: Finding) -> Note:
    return Note(finding.message, **finding.params)


def _mended(document: Doc, leaves: Sequence[Leaf], notes: list[Note]) -> Definition:
    definition = _loaded(document)
    for _ in range(MAX_ROUNDS):
        findings = list(check_names(make_plan(definition)))
        if not findings:
            break
        for finding in findings:
            _mend(document, finding, leaves, notes)
        definition = _loaded(document)
    return definition


def _loaded(document: Doc) -> Definition:
    try:
        return load(document)
    except DefinitionRefused as refused:
        finding = refused.findings[0]
        raise Refused(finding.message, **finding.params) from refused


def _mend(document: Doc, finding: Finding, leaves: Sequence[Leaf], notes: list[Note]) -> None:
    """Takes an expression away that has a mistake, or its place in a text."""
    holder, name = _holder(document, finding.path)
    source = holder[name] if holder is not None else None
    if holder is None or not isinstance(source, str):
        return
    start, end = source.rfind("{", 0, finding.span[0] + 1) if finding.span else -1, -1
    is_text = not {"show_if", "check", "formula"} & set(map(str, finding.path))
    if is_text and start >= 0:
        end = source.find("}", finding.span[1] - 1 if finding.span else 0)
    gone = source[start : end + 1] if is_text and end > start else source
    holder[name] = source.replace(gone, "", 1) if is_text else ""
    if finding.path[-1] == "formula":
        holder[name] = '""'
    told = [Loss("Der Ausdruck %(source)s entfällt.", source=echo(gone)), _said(finding)]
    _notes_of(finding.path, leaves, notes).extend(told)


def _holder(document: Doc, path: Path) -> tuple[Any, Any]:
    """The object that holds what a path leads to, and its name there. A text may be plain."""
    holder: Any = document
    for step in path[:-1]:
        following = holder[step]
        if isinstance(following, str):
            return holder, step
        holder = following
    last: Any = path[-1]
    if isinstance(holder[last], dict) and "" in holder[last]:
        return holder[last], ""
    return holder, last


def _notes_of(path: Path, leaves: Sequence[Leaf], notes: list[Note]) -> list[Note]:
    """Where to say it: at the question, else at the survey."""
    match path:
        case ("pages", int(page), "questions", int(question), *_):
            docs = [(asked, doc) for asked in leaves[page].asked for doc in asked.docs]
            return docs[question][0].notes
    return notes
