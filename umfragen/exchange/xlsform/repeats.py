"""Repeats of an XLSForm, unrolled: the same pages several times, numbered.

A form of paper has a table with ten lines; here it is ten pages, of which as many are shown as
there are persons. How many is what the form counts by, else a question that stands before them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from umfragen.definition.texts import ANY
from umfragen.exchange.names import Taken
from umfragen.exchange.report import Loss, Note, Refused
from umfragen.exchange.xlsform.forms import Form, Line, kind_of
from umfragen.exchange.xlsform.questions import CHOICES, GROUPS, META, names_of
from umfragen.exchange.xlsform.xpath import Target

USUAL = (10, 4, 2)
"""How often, where the form sets no bound: by how deep the repeat is in others."""

MOST = 50
MAX_PLACES = 4_000  # questions of all copies together

HOW_MANY = {
    "de": "Wie viele? Höchstens {most}.",
    "en": "How many? {most} at most.",
    "es": "¿Cuántos? Como máximo {most}.",
    "fr": "Combien ? {most} au plus.",
    "it": "Quanti? Al massimo {most}.",
    "nl": "Hoeveel? Ten hoogste {most}.",
    "pl": "Ile? Najwyżej {most}.",
    "pt": "Quantos? No máximo {most}.",
    "ru": "Сколько? Не больше {most}.",
    "tr": "Kaç? En fazla {most}.",
    "uk": "Скільки? Не більше {most}.",
}
_WHOLE = re.compile(r"[0-9]{1,6}")


@dataclass(frozen=True, slots=True)
class Group:
    """A group around a question. `turn`: which time this is, from 1 on; 0 if it is not repeated."""

    line: Line
    turn: int = 0
    most: int = 0

    @property
    def is_counted(self) -> bool:
        """Whether people are asked how many there are."""
        return self.turn > 0 and not self.line["repeat_count"]


Path = tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A line at its place: a question, or the question how many (`asks`) before a repeat."""

    line: Line
    groups: Path
    asks: Group | None = None

    @property
    def turns(self) -> tuple[int, ...]:
        return turns_of(self.groups)

    @property
    def is_copy(self) -> bool:
        return any(turn > 1 for turn in self.turns)


def turns_of(groups: Path) -> tuple[int, ...]:
    return tuple(group.turn for group in groups if group.turn)


def repeats_of(groups: Path) -> tuple[int, ...]:
    """Which repeats a place is in, by their lines."""
    return tuple(group.line.number for group in groups if group.turn)


def place_all(lines: Sequence[Line]) -> list[Placed]:
    """Every question as often as it is asked. Raises `Refused`."""
    found: list[Placed] = []
    for placed in _placed(lines, 0, len(lines), ()):
        found.append(placed)
        if len(found) > MAX_PLACES:
            raise Refused("Mit allen Wiederholungen sind in dieser Datei zu viele Fragen.")
    return found


def _placed(lines: Sequence[Line], at: int, end: int, groups: Path) -> Iterator[Placed]:
    while at < end:
        line = lines[at]
        kind, _, _ = kind_of(line)
        if kind.startswith("begin_"):
            close = _close(lines, at, end)
            for group in _turns(line, kind, groups):
                if group.is_counted and group.turn == 1:
                    yield Placed(line, groups, asks=group)
                yield from _placed(lines, at + 1, close, (*groups, group))
            at = close
        elif kind not in GROUPS:
            yield Placed(line, groups)
        at += 1


def _close(lines: Sequence[Line], at: int, end: int) -> int:
    """Where the group that begins at `at` ends; a forgotten end is that of all."""
    depth = 0
    for place in range(at, end):
        kind, _, _ = kind_of(lines[place])
        if kind in GROUPS:
            depth += 1 if kind.startswith("begin_") else -1
        if depth == 0:
            return place
    return end


def _turns(line: Line, kind: str, groups: Path) -> Iterator[Group]:
    if kind != "begin_repeat":
        yield Group(line)
        return
    depth = len(turns_of(groups))
    most = USUAL[min(depth, len(USUAL) - 1)]
    said = line["repeat_count"]
    if _WHOLE.fullmatch(said):
        most = min(int(said), MOST)
    for turn in range(1, most + 1):
        yield Group(line, turn, most)


def cut_notes(group: Group) -> Iterator[Note]:
    """What a question of a repeat has to say about how often it may come."""
    said = group.line["repeat_count"]
    if _WHOLE.fullmatch(said) and int(said) > group.most:
        yield Loss("Mehr als %(most)s Wiederholungen sind hier nicht möglich.", most=group.most)
    elif group.turn:
        yield Note("Die Frage kommt bis zu %(most)s Mal, auf eigenen Seiten.", most=group.most)


def is_fixed(line: Line) -> bool:
    return bool(_WHOLE.fullmatch(line["repeat_count"]))


def turn_of(groups: Path) -> int:
    """Which time this is, 0 outside of repeats."""
    return next(iter(reversed(turns_of(groups))), 0)


# Names


@dataclass
class Places:
    """Where each name of the form is, at every turn."""

    form: Form
    taken: Taken = field(default_factory=Taken)
    targets: dict[str, dict[tuple[int, ...], Target]] = field(default_factory=dict)
    repeats: dict[str, tuple[int, ...]] = field(default_factory=dict)
    counts: dict[tuple[int, tuple[int, ...]], str] = field(default_factory=dict)

    def name_all(self, all_placed: Sequence[Placed]) -> None:
        """Of all first times first, so that they keep their names."""
        for is_copy in (False, True):
            for placed in all_placed:
                if placed.is_copy is is_copy:
                    self.name(placed)

    def name(self, placed: Placed) -> None:
        line = placed.line
        if placed.asks:
            name = self.taken.question(f"{line['name'] or 'Q'}_count")
            self.counts[line.number, placed.turns] = name
            self.put(line["name"], placed, Target(name, "repeat", {}))
            return
        kind, _, with_other = kind_of(line)
        if not line["name"] or kind in META:
            return
        if placed.turns in self.targets.get(line["name"], {}):
            return
        name = self.taken.question(_numbered(line["name"], placed.turns))
        options = names_of(line, self.form) if kind in CHOICES else {}
        other = f"{name}_other" if with_other else ""
        self.put(line["name"], placed, Target(name, CHOICES.get(kind, kind), options, other))
        if with_other:
            self.put(f"{line['name']}_other", placed, Target(other, "text", {}))

    def put(self, name: str, placed: Placed, target: Target) -> None:
        if name:
            self.repeats.setdefault(name, repeats_of(placed.groups))
            self.targets.setdefault(name, {}).setdefault(placed.turns, target)

    def finder(self, groups: Path) -> Callable[[str], Target | None]:
        """What a name means inside of these groups: of this turn, or of all turns from outside."""
        turns, repeats = turns_of(groups), repeats_of(groups)

        def find(name: str) -> Target | None:
            found = self.targets.get(name)
            if not found:
                return None
            own = self.repeats[name]
            shared = _shared(own, repeats)
            if shared == len(own):
                return found.get(turns[:shared])
            many = tuple(target for at, target in found.items() if at[:shared] == turns[:shared])
            return replace(many[0], kind="repeated", many=many) if many else None

        return find


def _shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many repeats around both are the same."""
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count


def _numbered(name: str, turns: Sequence[int]) -> str:
    return "_".join([name, *map(str, turns)]) if any(turn > 1 for turn in turns) else name


def how_many(label: Mapping[str, str], languages: Sequence[str], most: int) -> dict[str, str]:
    """The question for it, in those languages of the form that we know how to ask in."""
    first = languages[0].partition("-")[0] if languages else "de"
    spoken = {
        language: HOW_MANY[language.partition("-")[0]].format(most=most)
        for language in languages
        if language.partition("-")[0] in HOW_MANY
    }
    if first not in HOW_MANY and languages:
        spoken.setdefault(languages[0], HOW_MANY["en"].format(most=most))
    return {
        language: ": ".join(filter(None, [label.get(language, label.get(ANY)), words]))
        for language, words in spoken.items()
    }
