"""A definition as a LimeSurvey structure file (.lss) in the form of database version 498."""

from collections.abc import Iterator, Mapping

from umfragen.definition import Definition, QuotaAct, fingerprint
from umfragen.definition.model import Page, Quota
from umfragen.definition.questions import AnyQuestion, Multiple, Single, YesNo
from umfragen.definition.texts import Text
from umfragen.engine.plan import make_plan
from umfragen.exchange.companion import companion
from umfragen.exchange.limesurvey.codes import AllCodes
from umfragen.exchange.limesurvey.outward import Outward, Tables, described
from umfragen.exchange.limesurvey.reading import read_survey
from umfragen.exchange.limesurvey.tables import COMPANION
from umfragen.exchange.limesurvey.texts import EASY
from umfragen.exchange.report import Entry, Note, Refused, Report, unique

VERSION = "498"


def write_survey(definition: Definition) -> tuple[bytes, Report]:
    """The file, and what LimeSurvey cannot show of it. Reading it back gives the same definition,
    for what LimeSurvey has no place for rides along."""
    tables, report = _Writing(definition).written()
    plain = _xml(tables, definition, "")
    try:
        without = read_survey(plain).definition
    except Refused:  # no question yet
        return plain, report
    return _xml(tables, definition, companion(definition, without)), report


def _there(language: str) -> str:
    """LimeSurvey's word for a language; it has one for Leichte Sprache in German."""
    return next((there for there, here in EASY.items() if here == language), language)


class _Writing:
    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.codes = AllCodes(make_plan(definition))
        self.languages = [_there(language) for language in definition.languages]
        self.sid = str(100_000 + int(fingerprint(definition)[:8], 16) % 900_000)
        self.tables: Tables = {}
        self.out = Outward(definition, self.codes, self.tables, self.sid)

    def written(self) -> tuple[Tables, Report]:
        entries = []
        for at, page in enumerate(self.definition.pages, 1):
            self.page(page, at)
            for place, question in enumerate(page.questions, 1):
                notes = described(self.out, question, page.key, place)
                entries.append(Entry(question.name, unique(notes)))
        self.survey()
        for number, quota in enumerate(self.definition.quotas, 1):
            self.quota(quota, number)
        return self.tables, Report(tuple(entries), unique(list(self.general())))

    def general(self) -> Iterator[Note]:
        if any(quota.act is QuotaAct.COUNT for quota in self.definition.quotas):
            yield Note("Quoten, die nur zählen, kennt LimeSurvey nicht; dort enden sie.")

    def page(self, page: Page, at: int) -> None:
        gid = str(page.key)
        self.out.add(
            "groups",
            gid=gid,
            sid=self.sid,
            group_order=str(at),
            randomization_group=page.block,
            grelevance=self.codes.expression(page.show_if) or "1",
        )
        for language, title, text in self.out.spoken(page.title, page.text):
            self.out.add(
                "group_l10ns", gid=gid, group_name=title, description=text, language=language
            )

    def survey(self) -> None:
        first, *more = self.languages
        self.out.add(
            "surveys",
            sid=self.sid,
            gsid="1",
            active="N",
            anonymized="Y",
            format="G",
            language=first,
            additional_languages=" ".join(more),
            datestamp="N",
            ipaddr="N",
            refurl="N",
            allowprev="Y",
            showwelcome="Y",
            showprogress="Y",
        )
        definition = self.definition
        for language, title, welcome in self.out.spoken(definition.title, definition.welcome):
            self.out.add(
                "surveys_languagesettings",
                surveyls_survey_id=self.sid,
                surveyls_language=language,
                surveyls_title=title,
                surveyls_description="",
                surveyls_welcometext=welcome,
                surveyls_endtext=self.out.body(definition.thanks, language),
                surveyls_dateformat="1",
                surveyls_numberformat="1",
            )

    def quota(self, quota: Quota, number: int) -> None:
        self.out.add(
            "quota",
            id=str(number),
            sid=self.sid,
            name=quota.name,
            qlimit=str(quota.limit),
            action="1",
            active="1" if quota.active else "0",
            autoload_url="0",
        )
        for member in quota.members:
            for question in self.definition.questions():
                if question.key == member.key:
                    self.out.add(
                        "quota_members",
                        id=self.out.number(),
                        sid=self.sid,
                        qid=str(question.key),
                        quota_id=str(number),
                        code=self.member_code(question, member.code),
                    )
        for language, text, _ in self.out.spoken(quota.text, Text()):
            self.out.add(
                "quota_languagesettings",
                quotals_id=self.out.number(),
                quotals_quota_id=str(number),
                quotals_language=language,
                quotals_name=quota.name,
                quotals_message=text,
                quotals_url="",
                quotals_urldescrip="",
            )

    def member_code(self, question: AnyQuestion, code: int) -> str:
        if isinstance(question, YesNo):
            return "Y" if code == 1 else "N"
        if isinstance(question, Single | Multiple):
            for option in question.options:
                if option.code == code:
                    return self.codes[question].options[option.name]
            return "-oth-"
        return str(code)


# The file


def _xml(tables: Tables, definition: Definition, beside: str) -> bytes:
    languages = "".join(f"<language>{_there(tag)}</language>" for tag in definition.languages)
    parts = [
        "<?xml version='1.0' encoding='UTF-8'?>\n<document>",
        f"<LimeSurveyDocType>Survey</LimeSurveyDocType><DBVersion>{VERSION}</DBVersion>",
        f"<languages>{languages}</languages>",
    ]
    parts += [_table(name, tables[name]) for name in sorted(tables)]
    if beside:
        parts.append(f"<{COMPANION}>{_cdata(beside)}</{COMPANION}>")
    return "\n".join([*parts, "</document>\n"]).encode()


def _table(name: str, rows: list[Mapping[str, str]]) -> str:
    columns = dict.fromkeys(column for row in rows for column in row)
    fields = "".join(f"<fieldname>{column}</fieldname>" for column in columns)
    lines = "".join(
        "<row>" + "".join(f"<{c}>{_cdata(value)}</{c}>" for c, value in row.items()) + "</row>\n"
        for row in rows
    )
    return f"<{name}><fields>{fields}</fields><rows>\n{lines}</rows></{name}>"


def _cdata(text: str) -> str:
    safe = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{safe}]]>" if text else ""
