"""`python -m bench.surveys`: CPU time of counting, filtering and writing out 100,000 answers.

50 questions as in a real survey of a town: 18 single, 8 multiple of 8, 6 matrices of 5 rows,
4 scales to 10, 4 numbers, 2 rankings of 5, 6 texts (a quarter filled in), a date and a point.
"""

import argparse
import json
import platform
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, insert

from bench.table import RESULTS
from kern.accounts.models import Account, AccountState, Grant, Party
from kern.accounts.permissions import Role
from kern.accounts.sessions import open_session
from kern.actor import SYSTEM
from kern.clock import now
from kern.config import Settings
from kern.db import db, engines, migrate
from kern.scope import town_scope
from kern.town import LOOPBACK, Towns
from kern.web.identity import COOKIE
from portal.app import create_app
from portal.betrieb.orte import inside
from umfragen import service
from umfragen.definition import load
from umfragen.engine import Plan
from umfragen.exchange.answers import Stored, csv_chunks, make_table
from umfragen.models import Response, ResponseStatus, Source, Survey
from umfragen.results import publication
from umfragen.store import inbox, rebuilding, rows
from umfragen.store.frame import Condition, Frame

PEOPLE = 100_000
ROUNDS = 7
BATCH = 2_000
DAYS = 28
Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    name: str
    cpu_ms: float
    limit_ms: float | None = None

    @property
    def holds(self) -> bool:
        return self.limit_ms is None or self.cpu_ms < self.limit_ms


def main() -> None:
    options = argparse.ArgumentParser(description="Umfragen messen")
    options.add_argument("--people", type=int, default=PEOPLE)
    people = options.parse_args().people
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), argon2_memory_kib=64)
        town = Towns(settings).create("messung", LOOPBACK)
        migrate.upgrade(town)
        app = create_app(settings)
        with inside(app, town):
            print(f"{people} Antworten auf 50 Fragen schreiben …", flush=True)
            survey = make_survey()
            found = [*_fill(survey, people), *_measure(survey), *_measure_pages(app, survey)]
        size = sum(path.stat().st_size for path in Path(folder).rglob("ort.db*")) / 1024**2
        engines.close()
    print(as_table(found))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Datenbank {size:.0f} MB, Arbeitsspeicher höchstens {peak:.0f} MB")
    print(f"Geschrieben: {_write(people, found)}")


def make_survey() -> Survey:
    definition = load(_document())
    survey = service.create_survey(SYSTEM, town_scope(), "Messung", definition=definition)
    service.save_settings(SYSTEM, survey, service.Settings(office="Amt", contact="Amt"))
    service.save_dates(SYSTEM, survey, None, now() + timedelta(days=DAYS))
    service.publish_version(SYSTEM, survey)
    service.open_survey(SYSTEM, survey)
    db.session.commit()
    return survey


def _document() -> Doc:
    kinds: list[Doc] = [
        *[{"kind": "single", "options": _options(6)} for _ in range(18)],
        *[{"kind": "multiple", "options": _options(8)} for _ in range(8)],
        *[{"kind": "matrix", "rows": 5, "columns": _options(5)} for _ in range(6)],
        *[{"kind": "scale", "low": 0, "high": 10} for _ in range(4)],
        *[{"kind": "number", "low": 0, "high": 120} for _ in range(4)],
        *[{"kind": "ranking", "options": _options(5)} for _ in range(2)],
        *[{"kind": "long_text"} for _ in range(6)],
        {"kind": "when"},
        {"kind": "place"},
    ]
    key, questions = 1, []
    for number, kind in enumerate(kinds, 1):
        key += 1
        one: Doc = {**kind, "key": key, "name": f"q{number}", "text": f"Frage {number}?"}
        if isinstance(one.get("rows"), int):
            one["rows"] = [
                {"key": key + at, "name": f"r{at}", "text": f"Zeile {at}"}
                for at in range(1, one["rows"] + 1)
            ]
            key += len(one["rows"])
        questions.append(one)
    return {"title": "Messung", "pages": [{"key": 1, "questions": questions}]}


def _options(count: int) -> list[Doc]:
    return [
        {"code": code, "name": f"o{code}", "text": f"Wahl {code}"} for code in range(1, count + 1)
    ]


def write_answers(survey: Survey, people: int) -> None:
    plan, rng = service.plan_of(survey), random.Random(7)  # noqa: S311 - no secret
    table = cast("Table", Response.__table__)
    for start in range(0, people, BATCH):
        batch = [_row(survey, plan, rng) for _ in range(min(BATCH, people - start))]
        db.session.execute(insert(table), batch)
    survey.has_answers = True
    db.session.commit()


def publish(survey: Survey, filters: Sequence[int] = ()) -> None:
    """Results of all questions, for everybody."""
    chosen = frozenset(service.plan_of(survey).questions)
    publication.take_snapshot(SYSTEM, survey, filters)
    publication.publish(SYSTEM, survey, publication.Choice(chosen, {}))
    db.session.commit()


def _fill(survey: Survey, people: int) -> Iterator[Figure]:
    write_answers(survey, people)
    plan = service.plan_of(survey)
    yield Figure("Zählungen und Spalten neu bauen", _cpu(lambda: rebuilding.rebuild(survey, plan)))
    db.session.commit()
    yield Figure("nächtlicher Vergleich", _cpu(lambda: rebuilding.compare(survey, plan)))


def _row(survey: Survey, plan: Plan, rng: random.Random) -> Doc:
    return {
        "id": inbox.new_id(),
        "survey_id": survey.id,
        "version": 1,
        "day": date(2026, 5, 1) + timedelta(days=rng.randrange(DAYS)),
        "language": "de",
        "source": Source.PAPER if rng.random() < 0.1 else Source.WEB,
        "status": ResponseStatus.OK,
        "answers": _answers(plan, rng),
        "rkey": rng.getrandbits(32),
    }


def _answers(plan: Plan, rng: random.Random) -> Doc:
    found: Doc = {}
    for key, item in plan.items.items():
        codes = sorted(item.codes)
        match item.holds:
            case "code":
                value: Any = rng.choice(codes) if rng.random() < 0.95 else None
            case "codes":
                value = [code for code in codes if rng.random() < 0.3] or None
            case "order":
                value = rng.sample(codes, len(codes))
            case "number":
                value = rng.randrange(0, 121)
            case "geometry":
                value = {"type": "Point", "coordinates": [10 + rng.random(), 51 + rng.random()]}
            case _:
                is_day = plan.questions[item.question].KIND == "when"
                value = "2026-05-04" if is_day else None
                if not is_day and rng.random() < 0.25:
                    value = "Mehr Schatten an der Haltestelle wäre schön. " * rng.randint(1, 4)
        found[str(key)] = value
    return found


def _measure(survey: Survey) -> list[Figure]:
    plan = service.plan_of(survey)
    keys = [key for key, item in plan.items.items() if item.holds == "code"]
    several = next(key for key, item in plan.items.items() if item.holds == "codes")
    age = next(key for key, item in plan.items.items() if item.holds == "number")
    one, other, filtered = keys[0], keys[1], keys[2]
    conditions = [Condition(item=filtered, codes=frozenset({1, 2}))]

    def overview() -> None:
        service.tallies(survey.id)
        service.number_tallies(survey.id)

    def report() -> None:
        frame = Frame(survey, plan)
        mask = frame.mask(conditions)
        for key in plan.items:
            frame.counts(key, mask)

    def crossed(first: int, second: int, *wanted: Condition) -> Callable[[], object]:
        def cross() -> object:
            frame = Frame(survey, plan)
            return frame.crosstab(first, second, frame.mask(wanted) if wanted else None)

        return cross

    def filtered_count() -> None:
        frame = Frame(survey, plan)
        frame.counts(one, frame.mask(conditions))

    by_age = Condition(item=age, low=18, high=64)
    return [
        Figure("Überblick: alle Fragen", _best(overview), 50),
        Figure("eine Frage unter einem Filter", _best(filtered_count), 100),
        Figure("Kreuztabelle 6 x 6", _best(crossed(one, other)), 100),
        Figure("Kreuztabelle mit Filter", _best(crossed(one, other, *conditions)), 100),
        Figure("dieselbe nach Alter 18 bis 64", _best(crossed(one, other, by_age)), 100),
        Figure("Kreuztabelle 6 x Mehrfachwahl 8", _best(crossed(one, several)), 100),
        Figure("ganzer Bericht unter einem Filter", _best(report)),
        Figure("CSV, gestreamt", _cpu(lambda: _write_csv(survey, plan)), 20_000),
    ]


def _measure_pages(app: Flask, survey: Survey) -> Iterator[Figure]:
    """What the office and everybody else wait for: whole requests."""
    plan, slug, id_ = service.plan_of(survey), survey.slug, survey.id
    codes = [key for key, item in plan.items.items() if item.holds == "code"]
    several = next(key for key, item in plan.items.items() if item.holds == "codes")
    place = next(key for key, item in plan.items.items() if item.holds == "geometry")
    office, here = _office(app), f"/umfragen/{slug}/auswertung"
    cross = f"{here}/kreuz?zeilen={codes[0]}&spalten="
    for name, path, limit in (
        ("Seite: alle Fragen", here, 50),
        ("Seite: alle Fragen unter einem Filter", f"{here}?f={codes[2]}.1", 100),
        ("Seite: Gruppen vergleichen", f"{here}?gruppe={codes[2]}", None),
        ("Seite: Kreuztabelle", f"{cross}{several}", 100),
        ("Seite: Kreuztabelle mit Filter", f"{cross}{codes[1]}&f={codes[2]}.1", 100),
        ("Seite: Verlauf und Qualität", f"{here}/verlauf", 100),
        ("Seite: Karte", f"{here}/karte/{place}", None),
    ):
        yield Figure(name, _best(partial(_read, office, path)), limit)
    yield from _measure_public(app, id_, codes[:2])


def _measure_public(app: Flask, id_: int, filters: list[int]) -> Iterator[Figure]:
    survey = service.get_survey_by_id(id_)
    here = f"/umfragen/{survey.slug}/ergebnis"
    yield Figure("Stand aufnehmen, zwei Filter", _cpu(partial(publish, survey, filters)))
    reader, groups = app.test_client(), _groups(id_)
    paths = [f"{here}?gruppe={item}.{code}" for item, codes in groups.items() for code in codes]
    times = sorted(_cpu(partial(_read, reader, path)) for path in paths)  # each for the first time
    yield Figure("Seite für alle: eine Gruppe, erster Abruf", times[len(times) // 4], 100)
    yield Figure("Seite für alle: Ergebnis, erster Abruf", _cpu(partial(_read, reader, here)), 50)
    yield Figure("Seite für alle: Ergebnis, noch einmal", _best(partial(_read, reader, here)), 50)


def _groups(id_: int) -> dict[int, list[int]]:
    snapshot = publication.latest(id_)
    return publication.groups_in(snapshot) if snapshot else {}


def _office(app: Flask) -> FlaskClient:
    party = Party(name="Jana Planung", email="planung@example.org")
    account = Account(party=party, state=AccountState.ACTIVE)
    db.session.add_all([party, account])
    db.session.flush()
    db.session.add(Grant(account_id=account.id, role=Role.PLANNER, scope_id=None))
    client = app.test_client()
    client.set_cookie(COOKIE, open_session(account, "Messung", 30))
    db.session.commit()
    return client


def _read(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Sec-Fetch-Site": "same-origin"})
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{path}: {answer.status}")


def _write_csv(survey: Survey, plan: Plan) -> int:
    table = make_table(plan.definition, language="de")
    return sum(len(piece) for piece in csv_chunks(table, _stored(rows.stream(survey))))


def _stored(found: Iterable[rows.Answered]) -> Iterator[Stored]:
    return (
        Stored(row.answers, row.day.isoformat(), row.language, row.source, row.version)
        for row in found
    )


def _best(act: Callable[[], object]) -> float:
    """Of the better rounds, where other programs disturb little."""
    return sorted(_cpu(act) for _ in range(ROUNDS))[ROUNDS // 4]


def _cpu(act: Callable[[], object]) -> float:
    """Milliseconds of CPU."""
    before = time.process_time()
    act()
    return round((time.process_time() - before) * 1000, 2)


def as_table(found: list[Figure]) -> str:
    width = max(len(one.name) for one in found)
    lines = [f"{'Was':<{width}}  {'CPU ms':>10}  {'Grenze':>8}"]
    lines.append("-" * len(lines[0]))
    for one in found:
        limit = f"{one.limit_ms:.0f}" if one.limit_ms is not None else ""
        mark = "" if one.limit_ms is None else "  erreicht" if one.holds else "  verfehlt"
        lines.append(
            f"{one.name:<{width}}  {one.cpu_ms:>10.1f}  {limit:>8}{mark}".replace(".", ",")
        )
    return "\n".join(lines)


def _write(people: int, found: list[Figure]) -> Path:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"umfragen-{now():%Y-%m-%d-%H%M%S}.json"
    values = {
        "python": platform.python_version(),
        "people": people,
        "figures": [asdict(one) for one in found],
    }
    path.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
