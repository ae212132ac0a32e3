"""A survey as LimeSurvey means it, whichever generation of tables said so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kern.text.normalise import clean_line
from umfragen.definition.model import MAX_BLOCK
from umfragen.exchange.limesurvey.tables import Columns, TableRow, Tables, number

Said = Mapping[str, str]
"""Text by language, as it stands in the file."""


@dataclass(frozen=True, slots=True)
class Subquestion:
    qid: str
    code: str
    texts: Said
    scale: int
    relevance: str


@dataclass(frozen=True, slots=True)
class Answer:
    code: str
    texts: Said
    scale: int
    score: float


@dataclass(frozen=True, slots=True)
class Source:
    """A question. `attributes` by name and language, "" for all languages."""

    qid: str
    kind: str
    code: str
    texts: Said
    helps: Said
    other: bool
    mandatory: str
    relevance: str
    pattern: str
    theme: str
    rows: tuple[Subquestion, ...]
    columns: tuple[Subquestion, ...]
    answers: tuple[Answer, ...]
    attributes: Mapping[tuple[str, str], str]
    conditions: tuple[TableRow, ...]
    has_default: bool
    has_script: bool

    def attribute(self, name: str) -> str:
        return self.attributes.get((name, ""), "").strip()

    def is_on(self, name: str) -> bool:
        return self.attribute(name) in {"1", "Y"}

    def said(self, name: str) -> Said:
        """An attribute in every language it has."""
        return {
            language: value for (key, language), value in self.attributes.items() if key == name
        }

    def scale(self, at: int) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if answer.scale == at)


@dataclass(frozen=True, slots=True)
class Group:
    texts: Said
    descriptions: Said
    relevance: str
    block: str
    questions: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """A quota: who gave one of these codes to each of these questions."""

    name: str
    most: int
    ends: bool
    active: bool
    members: tuple[tuple[str, str], ...]
    texts: Said


@dataclass(frozen=True, slots=True)
class Whole:
    languages: tuple[str, ...]
    titles: Said
    descriptions: Said
    welcomes: Said
    endings: Said
    policies: Said
    groups: tuple[Group, ...]
    limits: tuple[Limit, ...]
    settings: TableRow
    assessed: bool
    date_formats: Said = field(default_factory=dict)

    def questions(self) -> Iterator[Source]:
        for group in self.groups:
            yield from group.questions


def collect(tables: Tables) -> Whole:
    """The survey of these tables, everything in its order."""
    settings = next(iter(tables["surveys"]), Columns())
    said = tables["surveys_languagesettings"]
    groups = _groups(tables)
    return Whole(
        languages=_languages(tables, settings),
        titles=_spoken(said, "surveyls_language", "surveyls_title"),
        descriptions=_spoken(said, "surveyls_language", "surveyls_description"),
        welcomes=_spoken(said, "surveyls_language", "surveyls_welcometext"),
        endings=_spoken(said, "surveyls_language", "surveyls_endtext"),
        policies=_spoken(said, "surveyls_language", "surveyls_policy_notice"),
        groups=groups,
        limits=tuple(_limits(tables)),
        settings=settings,
        assessed=bool(tables["assessments"]),
    )


def _languages(tables: Tables, settings: TableRow) -> tuple[str, ...]:
    """The survey's own language first."""
    more = settings.get("additional_languages", "").split()
    found = [settings.get("language", ""), *more, *tables.languages]
    return tuple(dict.fromkeys(language for language in found if language))


def _spoken(rows: Iterable[TableRow], language: str, column: str) -> Said:
    return {row[language]: row[column] for row in rows if row[column].strip()}


class _Index:
    """Rows of a table by what they belong to."""

    def __init__(self, rows: Iterable[TableRow], column: str) -> None:
        self.rows: dict[str, list[TableRow]] = {}
        for row in rows:
            self.rows.setdefault(row[column], []).append(row)

    def __getitem__(self, key: str) -> list[TableRow]:
        return self.rows.get(key, [])


def _ordered(rows: Iterable[TableRow], *columns: str) -> list[TableRow]:
    return sorted(rows, key=lambda row: [number(row[column]) for column in columns])


def _once(rows: Iterable[TableRow], *columns: str) -> list[tuple[TableRow, list[TableRow]]]:
    """Rows that differ in their language only, together."""
    found: dict[tuple[str, ...], list[TableRow]] = {}
    for row in rows:
        found.setdefault(tuple(row[column] for column in columns), []).append(row)
    return [(same[0], same) for same in found.values()]


class _Collector:
    def __init__(self, tables: Tables) -> None:
        self.question_texts = _Index(tables["question_l10ns"], "qid")
        self.answer_texts = _Index(tables["answer_l10ns"], "aid")
        self.group_texts = _Index(tables["group_l10ns"], "gid")
        self.parts = _Index(tables["subquestions"], "parent_qid")
        self.answers = _Index(tables["answers"], "qid")
        self.attributes = _Index(tables["question_attributes"], "qid")
        self.conditions = _Index(tables["conditions"], "qid")
        self.defaults = {row["qid"] for row in tables["defaultvalues"]}

    def texts(self, rows: list[TableRow], column: str, key: str = "qid") -> Said:
        """Texts of the newer generation, else of the older one."""
        index = {"qid": self.question_texts, "aid": self.answer_texts, "gid": self.group_texts}[key]
        return _spoken(index[rows[0][key]] or rows, "language", column)

    def question(self, rows: list[TableRow]) -> Source:
        row = rows[0]
        qid = row["qid"]
        parts = [
            Subquestion(
                qid=part["qid"],
                code=part["title"].strip(),
                texts=self.texts(same, "question"),
                scale=number(part["scale_id"]),
                relevance=part["relevance"].strip(),
            )
            for part, same in _once(_ordered(self.parts[qid], "scale_id", "question_order"), "qid")
        ]
        return Source(
            qid=qid,
            kind=row["type"].strip(),
            code=row["title"].strip(),
            texts=self.texts(rows, "question"),
            helps=self.texts(rows, "help"),
            other=row["other"] == "Y",
            mandatory=row["mandatory"],
            relevance=row["relevance"].strip(),
            pattern=row["preg"].strip(),
            theme=row["question_theme_name"],
            rows=tuple(part for part in parts if part.scale == 0),
            columns=tuple(part for part in parts if part.scale == 1),
            answers=tuple(self.answers_of(qid)),
            attributes={
                (found["attribute"], found["language"]): found["value"]
                for found in self.attributes[qid]
            },
            conditions=tuple(self.conditions[qid]),
            has_default=qid in self.defaults,
            has_script=any(text["script"].strip() for text in self.question_texts[qid]),
        )

    def answers_of(self, qid: str) -> Iterator[Answer]:
        rows = _ordered(self.answers[qid], "scale_id", "sortorder")
        for row, same in _once(rows, "scale_id", "code"):
            yield Answer(
                code=row["code"].strip(),
                texts=self.texts(same, "answer", "aid"),
                scale=number(row["scale_id"]),
                score=float(number(row["assessment_value"])),
            )


def _groups(tables: Tables) -> tuple[Group, ...]:
    collector = _Collector(tables)
    by_group = _Index(tables["questions"], "gid")
    groups = _once(_ordered(tables["groups"], "group_order"), "gid")
    found = [
        Group(
            texts=collector.texts(same, "group_name", "gid"),
            descriptions=collector.texts(same, "description", "gid"),
            relevance=row["grelevance"].strip(),
            block=clean_line(row["randomization_group"], MAX_BLOCK),
            questions=_questions(collector, by_group[row["gid"]]),
        )
        for row, same in groups
    ]
    known = {row["gid"] for row, _ in groups}
    homeless = [row for row in tables["questions"] if row["gid"] not in known]
    if homeless:  # a question exported alone
        found.append(Group({}, {}, "", block="", questions=_questions(collector, homeless)))
    return tuple(found)


def _questions(collector: _Collector, rows: list[TableRow]) -> tuple[Source, ...]:
    whole = [row for row in rows if row["parent_qid"] in {"", "0"}]
    ordered = _once(_ordered(whole, "question_order"), "qid")
    return tuple(collector.question(same) for _, same in ordered)


def _limits(tables: Tables) -> Iterator[Limit]:
    members = _Index(tables["quota_members"], "quota_id")
    texts = _Index(tables["quota_languagesettings"], "quotals_quota_id")
    for row in tables["quota"]:
        yield Limit(
            name=row["name"],
            most=number(row["qlimit"]),
            ends=row["action"].strip() in {"", "1"},
            active=row["active"].strip() != "0",
            members=tuple((member["qid"], member["code"]) for member in members[row["id"]]),
            texts=_spoken(texts[row["id"]], "quotals_language", "quotals_message"),
        )
