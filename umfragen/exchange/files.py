"""Whatever file somebody hands in, told apart by what is in it and not by its name."""

import json
from collections.abc import Iterator

from umfragen.definition import DefinitionRefused, load
from umfragen.exchange.archives import read_archive
from umfragen.exchange.fitting import Imported
from umfragen.exchange.limesurvey.reading import read_survey
from umfragen.exchange.limesurvey.responses import AnswerRow, read_survey_archive
from umfragen.exchange.records import MAGIC, read_xls
from umfragen.exchange.report import Entry, Refused, Report
from umfragen.exchange.workbooks import read_xlsx
from umfragen.exchange.xlsform.reading import read_workbook

MAX_FILE = 32_000_000  # bytes
ZIP = b"PK\x03\x04"


def read_file(data: bytes) -> Imported:
    """A survey of any kind we know. Raises `Refused` with a sentence that says why not."""
    data = _bounded(data)
    if data.startswith(ZIP):
        return _archived(data)
    if data.startswith(MAGIC):
        return read_workbook(read_xls(data))
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<"):
        return read_survey(data)
    if start.startswith(b"{"):
        return read_own(data)
    raise Refused("Diese Art von Datei kennen wir nicht.")


def read_own(data: bytes) -> Imported:
    """Our own document, alone or with answers."""
    try:
        document = json.loads(data)
        definition = load(document.get("definition", document))
    except DefinitionRefused as refused:
        finding = refused.findings[0]
        raise Refused(finding.message, **finding.params) from refused
    except (ValueError, RecursionError, AttributeError) as error:
        raise Refused("Diese Datei ist beschädigt: Sie ist kein gültiges JSON.") from error
    entries = tuple(Entry(question.name) for question in definition.questions())
    return Imported(definition, Report(entries), "JSON")


def read_answers(data: bytes) -> Iterator[AnswerRow]:
    """The answers in a file: those of an archive of LimeSurvey, of all others none."""
    if _bounded(data).startswith(ZIP) and _has(data, ".lss"):
        yield from read_survey_archive(data).rows()


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_FILE:
        raise Refused(
            "Die Datei ist zu groß. Möglich sind %(most)s Megabyte.", most=MAX_FILE // 1_000_000
        )
    return data


def _archived(data: bytes) -> Imported:
    files = read_archive(data)
    if "xl/workbook.xml" in files:
        return read_workbook(read_xlsx(files))
    if any(name.endswith(".lss") for name in files):
        return read_survey_archive(data).imported
    raise Refused("Diese Art von Datei kennen wir nicht.")


def _has(data: bytes, ending: str) -> bool:
    return any(name.endswith(ending) for name in read_archive(data))
