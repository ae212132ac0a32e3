"""XLSForms as a definition of ours: every run of questions in one group is a page."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from umfragen.definition.texts import ANY
from umfragen.exchange.companion import reunited
from umfragen.exchange.fitting import Asked, Doc, Imported, Leaf, fit
from umfragen.exchange.report import Loss, Note, Refused, echo
from umfragen.exchange.workbooks import Sheets
from umfragen.exchange.xlsform.forms import COMPANION, Form, Line, kind_of, read_form
from umfragen.exchange.xlsform.questions import CHOICES, META, Making, Spot, names_of
from umfragen.exchange.xlsform.repeats import (
    Group,
    Path,
    Placed,
    Places,
    cut_notes,
    how_many,
    is_fixed,
    place_all,
    repeats_of,
    turn_of,
    turns_of,
)
from umfragen.exchange.xlsform.texts import plain
from umfragen.exchange.xlsform.xpath import NotPossible, Target, positioned, translate

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
class _Reading:
    form: Form
    notes: list[Note] = field(default_factory=list)
    last_key: int = 0

    def __post_init__(self) -> None:
        self.placed = place_all(self.form.survey)
        self.places = Places(self.form)
        self.places.name_all(self.placed)
        self.languages = list(self.form.languages) or ["de"]
        self.told: dict[tuple[int, tuple[int, ...]], Asked] = {}
        self.named: set[tuple[str, tuple[int, ...]]] = set()

    def imported(self) -> Imported:
        title = self.form.settings["form_title"] or self.form.settings["form_id"] or "Umfrage"
        if not self.form.languages:
            self.notes.append(Note("Die Datei sagt nicht, in welcher Sprache sie ist."))
        self.notes += [
            Loss("Die Sprache %(language)s kennen wir nicht.", language=echo(name))
            for name in self.form.unknown
        ]
        document: Doc = {
            "title": {ANY: " ".join(title.split())[:MAX_TITLE]},
            "languages": self.languages,
        }
        return fit(document, list(self.leaves()), self.notes, FORMAT)

    def key(self) -> int:
        self.last_key += 1
        return self.last_key

    def leaves(self) -> Iterator[Leaf]:
        """A page for each run of questions that stand in the same groups."""
        leaf: Leaf | None = None
        around: Path | None = None
        for placed in self.placed:
            kind, _, _ = kind_of(placed.line)
            if kind in META:
                self.leave_out(kind)
            if not placed.asks and (kind in META or not kind):
                continue
            if leaf is None or placed.asks or placed.groups != around:
                if leaf:
                    yield leaf
                leaf, around = self.leaf(placed), None if placed.asks else placed.groups
            leaf.asked.append(self.how_many(placed) if placed.asks else self.asked(placed))
        if leaf:
            yield leaf

    def leave_out(self, kind: str) -> None:
        note = Note(
            "Zum Schutz der Antwortenden entfallen Angaben über Gerät, Ort und Zeit (%(name)s).",
            name=echo(kind),
        )
        self.notes.append(note)

    def leaf(self, placed: Placed) -> Leaf:
        groups = placed.groups
        titles = [self.title(group) for group in groups]
        if placed.asks:
            titles.append(plain(placed.line.text("label")))
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
        conditions = [self.condition(groups[:at], group) for at, group in enumerate(groups)]
        if placed.asks:
            conditions.append(self.relevant(groups, placed.line))
        found = [condition for condition in conditions if condition]
        page["show_if"] = found[0] if len(found) == 1 else " and ".join(f"({one})" for one in found)
        return Leaf(page, [])

    def title(self, group: Group) -> dict[str, str]:
        """Which of the repeated ones this is stands in the title of its page."""
        said = plain(group.line.text("label"), MAX_TITLE - 5)
        if not group.turn:
            return said
        words = said or {ANY: group.line["name"]}
        return {language: f"{text} {group.turn}" for language, text in words.items()}

    def condition(self, around: Path, group: Group) -> str:
        """Those of the form, and that there are so many."""
        relevant = self.relevant(around, group.line)
        enough = self.enough(around, group) if group.turn else ""
        return f"({relevant}) and {enough}" if relevant and enough else relevant or enough

    def relevant(self, around: Path, line: Line) -> str:
        source = positioned(line["relevant"], turn_of(around))
        return self.translated(source, around, Loss("Die Bedingung einer Seite entfällt."))

    def enough(self, around: Path, group: Group) -> str:
        if is_fixed(group.line):
            return ""
        if group.is_counted:
            count = self.places.counts[group.line.number, turns_of(around)]
        else:
            source = positioned(group.line["repeat_count"], turn_of(around))
            lost = Loss("Wie oft sich eine Seite wiederholt, wird hier nicht berechnet.")
            count = self.translated(source, around, lost)
        return f"{count if count.isidentifier() else f'({count})'} >= {group.turn}" if count else ""

    def translated(self, source: str, around: Path, lost: Loss) -> str:
        if not source:
            return ""
        try:
            return translate(source, self.places.finder(around))
        except NotPossible as error:
            self.notes += [lost, error]
            return ""

    def how_many(self, placed: Placed) -> Asked:
        """Is no question of the form, so the report does not count it."""
        line, group = placed.line, placed.asks
        most = group.most if group else 0
        label = plain(line.text("label"))
        doc: Doc = {
            "kind": "number",
            "key": self.key(),
            "name": self.places.counts[line.number, placed.turns],
            "text": how_many(label, self.languages, most),
            "required": "yes",
            "low": 0,
            "high": most,
        }
        note = Note(
            "Wie oft sich „%(name)s“ wiederholt, sagt eine Frage davor; möglich sind %(most)s Mal.",
            name=echo(next(iter(label.values()), line["name"])),
            most=most,
        )
        self.notes.append(note)
        return Asked(doc["name"], [doc], self.notes, is_counted=False)

    def asked(self, placed: Placed) -> Asked:
        line, first = placed.line, self.told.get((placed.line.number, repeats_of(placed.groups)))
        find, turn = self.places.finder(placed.groups), turn_of(placed.groups)
        spot = Spot(self.key, find, self.places.taken, turn, is_copy=first is not None)
        making = Making(line, self.form, self.target(placed), spot)
        if first:  # says its notes where those of the first time are said
            making.notes = first.notes
            return Asked(first.what, making.made(), first.notes, is_counted=False)
        asked = Asked(line["name"] or line["type"], making.made(), making.notes)
        self.told[line.number, repeats_of(placed.groups)] = asked
        asked.notes += [note for group in placed.groups for note in cut_notes(group)]
        return asked

    def target(self, placed: Placed) -> Target:
        """Without a name, or with one that is taken, it gets one of its own."""
        line, name = placed.line, placed.line["name"]
        found = self.places.targets.get(name, {}).get(placed.turns)
        seen = (name, placed.turns) in self.named
        self.named.add((name, placed.turns))
        if found and not seen:
            return found
        kind, _, _ = kind_of(line)
        options = names_of(line, self.form) if kind in CHOICES else {}
        unnamed = self.places.taken.question(f"x{line.number}")
        return Target(unnamed, CHOICES.get(kind, kind), options)
