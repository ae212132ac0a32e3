"""What the office takes away, and what everybody may."""

import csv
import io
import json
import zipfile

import pytest
from flask import Flask
from sqlalchemy import select

from kern.actor import Actor
from kern.audit import AuditEntry
from kern.db import db
from tests.umfragen.results.conftest import fill, keys_of
from tests.visitors import Visitor
from umfragen.models import Survey
from umfragen.results import publication
from umfragen.results.files import KINDS
from umfragen.results.publication import Choice


@pytest.mark.parametrize("kind", KINDS)
def test_the_office_takes_all_answers_away_and_the_protocol_knows(
    survey: Survey, office: Visitor, kind: str
) -> None:
    fill(survey, 30)
    here = f"/umfragen/{survey.slug}/auswertung/dateien"
    answer = office.post(f"{here}/{kind}")
    assert answer.status_code == 200
    assert f".{KINDS[kind].ending}" in answer.headers["Content-Disposition"]
    assert len(answer.data) > 500
    if KINDS[kind].ending.endswith("csv"):
        assert len(answer.data.decode("utf-8-sig").splitlines()) >= 31
    acts = db.session.scalars(select(AuditEntry.act)).all()
    assert "survey.answers.export" in acts
    assert office.get(here).status_code == 200
    assert office.post(f"{here}/pdf").status_code == 404


def test_everybody_takes_the_published_figures_away_and_no_others(
    survey: Survey, planner: Actor, app: Flask
) -> None:
    fill(survey, 150)
    keys = keys_of(survey)
    publication.take_snapshot(planner, survey, [keys["rad"]])
    publication.publish(planner, survey, Choice(frozenset({keys["ort"], keys["weg"]}), {}))
    db.session.commit()
    reader, here = Visitor(app), f"/umfragen/{survey.slug}/ergebnis"
    text = reader.get(f"{here}.csv?form=programme").data.decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["Nummer"] for row in rows} == {"1", "2"}
    assert {row["Gruppe"] for row in rows} >= {"alle", "Fahren Sie Rad? Ja"}
    shown = json.loads(reader.get(f"{here}.json").text)
    first = shown["questions"][0]["blocks"][0]
    counts = [
        float(row["Anzahl"]) for row in rows if row["Gruppe"] == "alle" and row["Nummer"] == "1"
    ]
    rest = [] if first["rest"] is None else [first["rest"]]
    assert counts == [n for _code, n in first["lines"]] + rest
    assert reader.get(f"{here}.xlsx").data[:2] == b"PK"
    with zipfile.ZipFile(io.BytesIO(reader.get(f"{here}/open-data.zip").data)) as archive:
        assert set(archive.namelist()) == {"ergebnis.csv", "datapackage.json", "README.md"}
        assert "nicht repräsentativ" in archive.read("README.md").decode()
        fields = json.loads(archive.read("datapackage.json"))["resources"][0]["schema"]["fields"]
        head = archive.read("ergebnis.csv").decode("utf-8").splitlines()[0].split(",")
        assert [field["name"] for field in fields] == head
