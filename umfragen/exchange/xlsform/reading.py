"""XLSForms as a definition of ours: every run of questions in one group is a page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from umfragen.definition.texts import ANY
from umfragen.exchange.companion import reunited
from umfragen.exchange.fitting import Asked, Doc, Imported, Leaf, fit
from umfragen.exchange.names import Taken
from umfragen.exchange.report import Loss, Note, Refused, echo
from umfragen.exchange.workbooks import Sheets
from umfragen.exchange.xlsform.forms import COMPANION, Form, Line, kind_of, read_form
from umfragen.exchange.xlsform.questions import CHOICES, GROUPS, META, Making, names_of
from umfragen.exchange.xlsform.texts import plain
from umfragen.exchange.xlsform.xpath import NotPossible, Target, translate

FORMAT = "XLSForm"
MAX_QUESTIONS = 2_000
MAX_TITLE = 300


def read_workbook(sheets: Sheets) -> Imported:
    """Raises `Refused`."""
    form = read_form(sheets)
    if len(form.survey) > MAX_QUESTIONS:
        raise Refused("In dieser Datei sind mehr als %(most)s Fragen.", most=MAX_QUESTIONS)
    imported = _Reading(form).imported()
    beside = "".join(row[0] for row in sheets.get(COMPANION, []) if row)
    return reunited(imported, beside) if beside else imported


@dataclass
class _Group:
    line: Line
    repeats: bool


@dataclass
class _Reading:
    form: Form
    notes: list[Note] = field(default_factory=list)
    targets: dict[str, Target] = field(default_factory=dict)
    last_key: int = 0

    def imported(self) -> Imported:
        self.name_all()
        title = self.form.settings["form_title"] or self.form.settings["form_id"] or "Umfrage"
        languages = list(self.form.languages) or ["de"]
        if not self.form.languages:
            self.notes.append(Note("Die Datei sagt nicht, in welcher Sprache sie ist."))
        self.notes += [
            Loss("Die Sprache %(language)s kennen wir nicht.", language=echo(name))
            for name in self.form.unknown
        ]
        document: Doc = {
            "title": {ANY: " ".join(title.split())[:MAX_TITLE]},
            "languages": languages,
        }
        return fit(document, list(self.leaves()), self.notes, FORMAT)

    def key(self) -> int:
        self.last_key += 1
        return self.last_key

    def name_all(self) -> None:
        taken = Taken()
        for line in self.form.survey:
            kind, _, with_other = kind_of(line)
            if not line["name"] or kind in GROUPS | META or line["name"] in self.targets:
                continue
            name = taken.question(line["name"])
            options = names_of(line, self.form) if kind in CHOICES else {}
            self.targets[line["name"]] = Target(
                name, CHOICES.get(kind, kind), options, f"{name}_other" if with_other else ""
            )
            if with_other:
                line_of_other = f"{line['name']}_other"
                self.targets.setdefault(line_of_other, Target(f"{name}_other", "text", {}))

    def leaves(self) -> Iterator[Leaf]:
        """A page for each run of questions that stand in the same groups."""
        groups: list[_Group] = []
        leaf: Leaf | None = None
        seen: set[str] = set()
        for line in self.form.survey:
            kind, _, _ = kind_of(line)
            if kind in GROUPS:
                if leaf and leaf.asked:
                    yield leaf
                leaf = None
                self.enter(groups, line, kind)
            elif kind in META or not kind:
                self.skip(line, kind)
            else:
                leaf = leaf or self.leaf(groups)
                asked = self.asked(line, seen)
                if any(group.repeats for group in groups):
                    asked.notes.append(Loss("Wiederholt wird hier nicht: Die Frage kommt einmal."))
                leaf.asked.append(asked)
        if leaf and leaf.asked:
            yield leaf

    def enter(self, groups: list[_Group], line: Line, kind: str) -> None:
        if kind.startswith("end"):
            del groups[-1:]
            return
        groups.append(_Group(line, kind == "begin_repeat"))

    def skip(self, line: Line, kind: str) -> None:
        if kind in META:
            note = Note(
                "Angaben über Gerät und Zeit (%(name)s) werden hier nicht gesammelt.",
                name=echo(kind),
            )
            self.notes.append(note)

    def leaf(self, groups: list[_Group]) -> Leaf:
        titles = [plain(group.line.text("label")) for group in groups]
        languages = dict.fromkeys(language for title in titles for language in title)
        page: Doc = {
            "key": self.key(),
            "title": {
                language: " – ".join(filter(None, (title.get(language) for title in titles)))[
                    :MAX_TITLE
                ]
                for language in languages
            },
        }
        conditions = [self.condition(group.line["relevant"]) for group in groups]
        found = [condition for condition in conditions if condition]
        page["show_if"] = found[0] if len(found) == 1 else " and ".join(f"({one})" for one in found)
        return Leaf(page, [])

    def condition(self, source: str) -> str:
        if not source:
            return ""
        try:
            return translate(source, self.targets.get)
        except NotPossible as error:
            self.notes += [Loss("Die Bedingung einer Seite entfällt."), error]
            return ""

    def asked(self, line: Line, seen: set[str]) -> Asked:
        name = line["name"]
        target = self.targets.get(name)
        if target is None or name in seen:  # without a name, or with one that is taken
            kind, _, _ = kind_of(line)
            options = names_of(line, self.form) if kind in CHOICES else {}
            unnamed = f"x{line.number}_{self.last_key}"
            target = Target(unnamed, CHOICES.get(kind, kind), options)
        seen.add(name)
        find: Callable[[str], Target | None] = self.targets.get
        making = Making(line, self.form, target, self.key, find)
        return Asked(name or line["type"], making.made(), making.notes)
