"""LimeSurvey's XML in a few lines, in both generations of its tables."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

DATA = Path(__file__).parents[3] / "shared" / "data" / "surveys"
Rows = Sequence[Mapping[str, str]]


def document(tables: Mapping[str, Rows], *, version: int = 498, kind: str = "Survey") -> bytes:
    parts = [f"<LimeSurveyDocType>{kind}</LimeSurveyDocType><DBVersion>{version}</DBVersion>"]
    parts.append("<languages><language>de</language></languages>")
    for name, rows in tables.items():
        written = "".join(f"<row>{_cells(row)}</row>" for row in rows)
        parts.append(f"<{name}><rows>{written}</rows></{name}>")
    return f"<?xml version='1.0' encoding='UTF-8'?><document>{''.join(parts)}</document>".encode()


def _cells(row: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items())


def survey(*questions: Mapping[str, str], **tables: Rows) -> bytes:
    """One group of questions of the newer generation; `text` may stand with the question."""
    numbered = [{"qid": str(at), "gid": "1", **q} for at, q in enumerate(questions, 1)]
    texts = [
        {"qid": q["qid"], "language": "de", "question": q.get("text", f"Frage {q['title']}?")}
        for q in numbered
    ]
    parts = tables.pop("subquestions", ())
    texts += [{"qid": p["qid"], "language": "de", "question": p["title"]} for p in parts]
    return document(
        {
            "groups": [{"gid": "1", "group_order": "1"}],
            "group_l10ns": [{"gid": "1", "language": "de", "group_name": "Seite"}],
            "questions": numbered,
            "subquestions": parts,
            "question_l10ns": texts,
            "surveys": [{"sid": "7", "language": "de"}],
            "surveys_languagesettings": [
                {"surveyls_language": "de", "surveyls_title": "Spielplatz"}
            ],
            **tables,
        }
    )


def attribute(qid: str, name: str, value: str) -> Mapping[str, str]:
    return {"qid": qid, "attribute": name, "value": value, "language": ""}


def archive(structure: bytes, responses: Rows, *, version: int = 606) -> bytes:
    packed = io.BytesIO()
    answers = document({"responses": responses}, version=version, kind="Responses")
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("survey_7.lss", structure)
        out.writestr("survey_7_responses.lsr", answers)
    return packed.getvalue()
