"""The administration: first access, settings, people, mails, records, operation."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from kern import mail, outbox
from kern.accounts.models import Account, Grant, Token
from kern.accounts.permissions import PERMISSIONS, Role
from kern.audit import AuditEntry
from kern.clock import now
from kern.config import Settings
from kern.db import db
from kern.files.models import File
from kern.ids import new_token
from kern.mail import Mail, MailKind
from kern.outbox import OutboxEntry, State
from kern.scope import Scope, ScopeState
from kern.settings import FIELDS, change, town_settings
from kern.town import Town
from kern.worker import lease
from portal.processes import Crash, ProcessState, Status, append_crash, write_state
from portal.verwaltung import einrichten, operation_words, records
from portal.verwaltung.forms import GROUPS
from tests.builders import make_account
from tests.visitors import Visitor

ROOT = Path(__file__).parents[2]

SECRET = "1." + "0123456789abcdef" * 4


@pytest.fixture
def administrator(app: Flask, town: Town) -> Visitor:
    return Visitor(app, make_account("Jana Petersen", (Role.ADMINISTRATOR, None)))


def build(payload: Mapping[str, Any]) -> Mail | None:
    if payload.get("pointless"):
        return None
    text = f"Guten Tag\n\nhttp://localhost/konto/link/{SECRET}\n"
    return Mail("ada@lindenau.example", "Ihr Link", text, "<p>Guten Tag</p>")


def noted_mail(state: State, name: str = "probe", **payload: Any) -> int:
    mail.fill([MailKind("probe", "Link zum Anmelden", build)])
    outbox.mail(name, "account:1", event=new_token(), **payload)
    db.session.flush()
    entry = db.session.scalars(select(OutboxEntry).order_by(OutboxEntry.id.desc())).first()
    assert entry is not None
    entry.state = state
    db.session.commit()
    return entry.id


def picture(size: tuple[int, int] = (40, 20)) -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, "PNG")
    file.seek(0)
    return file


# The first access


def test_the_operators_link_makes_one_administrator(app: Flask, town: Town) -> None:
    path = "/" + einrichten.setup_link("jana@lindenau.example").partition("/verwaltung/")[2]
    path = "/verwaltung" + path
    db.session.commit()
    visitor = Visitor(app)
    assert "jana@lindenau.example" in visitor.get(path).text

    form = {"email": "jana@lindenau.example", "name": "Jana Petersen"}
    weak = visitor.post(path, {**form, "password": "passwort1234"})
    assert weak.status_code == 422
    assert "Jana Petersen" in weak.text
    made = visitor.post(path, {**form, "password": "Kuhglocke zählt Wolken"})

    assert (made.status_code, made.location) == (303, "/verwaltung/")
    assert visitor.get("/verwaltung/").status_code == 200
    assert db.session.scalars(select(Grant.role)).all() == ["administrator"]
    assert visitor.get(path).status_code in {410, 409}


def test_a_second_link_opens_nothing_once_there_is_an_administrator(app: Flask, town: Town) -> None:
    first = einrichten.setup_link().rpartition("/")[2]
    make_account("Jana Petersen", (Role.ADMINISTRATOR, None))
    db.session.commit()
    form = {"email": "b@b.example", "name": "Boris", "password": "Kuhglocke zählt Wolken"}

    assert Visitor(app).post(f"/verwaltung/einrichten/{first}", form).status_code == 409
    assert len(db.session.scalars(select(Account)).all()) == 1


def test_a_token_for_something_else_makes_no_administrator(app: Flask, town: Town) -> None:
    token = db.session.scalar(select(Token))
    assert token is None
    assert Visitor(app).get(f"/verwaltung/einrichten/{SECRET}").status_code == 410


# The first page


def test_the_first_page_says_what_waits_and_what_is_missing(administrator: Visitor) -> None:
    noted_mail(State.DEAD)
    noted_mail(State.HELD)
    page = administrator.get("/verwaltung/").text

    assert "kein Mailserver eingestellt" in page
    assert "Mails sind nicht angekommen" in page
    assert "Impressum schreiben" in page
    assert page.count("Fehlt noch") == 6


def test_a_step_that_was_taken_is_ticked_off(administrator: Visitor) -> None:
    change({"imprint": "Stadt Lindenau", "name": "Lindenau"})
    db.session.add(
        Scope(kind="project", slug="p", title="P", path="/p", state=ScopeState.PUBLISHED)
    )
    db.session.commit()

    assert administrator.get("/verwaltung/").text.count("Fehlt noch") == 3


# Settings


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_of_settings_has_its_page(administrator: Visitor, group: str) -> None:
    page = administrator.get(f"/verwaltung/einstellungen/{group}")

    assert page.status_code == 200
    for field in FIELDS:
        if field.group == group:
            assert f'name="{field.key}"' in page.text


def test_every_field_belongs_to_a_group() -> None:
    assert {field.group for field in FIELDS} == set(GROUPS)


def test_a_change_is_on_every_page_and_in_the_log(administrator: Visitor) -> None:
    form = {"name": "Lindenau am See", "land": "SH", "claim": "", "owner": "", "welcome": "Hallo"}
    answer = administrator.post("/verwaltung/einstellungen/ort", form)

    assert answer.status_code == 303
    assert "Lindenau am See" in administrator.get("/verwaltung/").text
    entry = db.session.scalar(select(AuditEntry))
    assert entry is not None
    assert (entry.act, entry.ref) == ("settings.change", "settings:ort")
    assert "Lindenau" not in (entry.detail or "")


def test_a_wrong_value_is_refused_at_its_field_and_nothing_is_stored(
    administrator: Visitor,
) -> None:
    form = {"target_hours": "viele", "day_opens": "8", "day_closes": "99"}
    page = administrator.post("/verwaltung/einstellungen/zeiten", form)

    assert page.status_code == 422
    assert 'value="viele"' in page.text
    assert "Bitte geben Sie eine ganze Zahl ein." in page.text
    assert "Bitte eine Zahl von 12 bis 24." in page.text
    assert town_settings().target_hours == 9


def test_a_line_of_synonyms_that_cannot_work_is_named_and_kept(administrator: Visitor) -> None:
    typed = "Müll, Abfall\nöffentlicher Verkehr, Bus"
    page = administrator.post("/verwaltung/einstellungen/suche", {"synonyms": typed})
    assert page.status_code == 422
    assert "„öffentlicher Verkehr“ sind mehrere Wörter" in page.text
    assert "öffentlicher Verkehr, Bus" in page.text

    page = administrator.post("/verwaltung/einstellungen/suche", {"synonyms": "Müll, Abfall"})
    assert page.status_code == 303
    assert town_settings().synonyms == "Müll, Abfall"


@pytest.mark.parametrize(
    ("key", "colour", "status"),
    [
        ("linde", "#43600c", 303),
        ("linde", "#c8e08a", 422),  # too light for a white page
        ("linde_dark", "#b9d56f", 303),
        ("linde_dark", "#2c400a", 422),  # too dark for a dark page
        ("action", "#777777", 422),  # 4.48 on white
        ("action", "red", 422),
    ],
)
def test_a_colour_must_be_readable(
    administrator: Visitor, key: str, colour: str, status: int
) -> None:
    page = administrator.post("/verwaltung/einstellungen/aussehen", {key: colour})

    assert page.status_code == status
    if status == 422:
        assert re.search(f'href="#{key}"', page.text)


def test_a_picture_is_kept_replaced_and_removed(administrator: Visitor) -> None:
    path = "/verwaltung/einstellungen/aussehen"
    assert administrator.post(path, {"picture": (picture(), "markt.png")}).status_code == 303
    first = str(town_settings().picture)
    assert administrator.get(first).mimetype == "image/webp"

    administrator.post(path, {"picture": (picture((80, 40)), "see.png")})
    second = str(town_settings().picture)
    assert second != first
    assert administrator.get(first).status_code == 404
    administrator.post(path, {"picture_entfernen": "y"})

    assert town_settings().picture == ""
    assert db.session.scalars(select(File.state).order_by(File.id)).all() == ["gone", "gone"]


def test_what_is_no_picture_is_refused_with_a_sentence(administrator: Visitor) -> None:
    svg = io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    page = administrator.post(
        "/verwaltung/einstellungen/aussehen", {"logo": (svg, "logo.png"), "linde": "#43600c"}
    )

    assert page.status_code == 422
    assert town_settings().logo == town_settings().linde == ""


# People


def test_somebody_is_invited_and_listed(administrator: Visitor) -> None:
    form = {"email": "neu@lindenau.example", "role": "planner", "scope": "0"}
    assert administrator.post("/verwaltung/menschen/einladen", form).status_code == 303

    page = administrator.get("/verwaltung/menschen/").text
    assert "neu@lindenau.example" in page
    assert "Eingeladen" in page
    names = db.session.scalars(select(OutboxEntry.name)).all()
    assert names == ["konto.einladung"]


def test_a_wrong_address_is_refused_at_its_field(administrator: Visitor) -> None:
    form = {"email": "kein-at-zeichen", "role": "planner", "scope": "0"}
    page = administrator.post("/verwaltung/menschen/einladen", form)

    assert page.status_code == 422
    assert 'value="kein-at-zeichen"' in page.text


def test_a_right_is_given_in_one_project_taken_and_given_back(administrator: Visitor) -> None:
    scope = Scope(kind="project", slug="p", title="Radweg", path="/p", state=ScopeState.PUBLISHED)
    db.session.add(scope)
    colleague = make_account("Till Brandt", (Role.MODERATOR, None))
    db.session.commit()
    scope_id, prefix = scope.id, f"p{colleague.id}"
    form = {f"{prefix}-role": "planner", f"{prefix}-scope": str(scope_id)}
    path = f"/verwaltung/menschen/{colleague.id}/geben"
    assert administrator.post(path, form).status_code == 303
    assert "Planung, Radweg" in administrator.get("/verwaltung/menschen/").text

    grant_id = db.session.scalar(select(Grant.id).where(Grant.scope_id == scope_id))
    assert administrator.post(f"/verwaltung/menschen/rechte/{grant_id}/nehmen").status_code == 303
    page = administrator.get("/verwaltung/menschen/").text
    assert "Planung, Radweg" not in page
    undo = re.search(rf'action="({path}/planner/{scope_id})"', page)
    assert undo is not None
    administrator.post(undo[1])

    assert "Planung, Radweg" in administrator.get("/verwaltung/menschen/").text


def test_the_last_administrator_cannot_go(administrator: Visitor) -> None:
    grant_id = db.session.scalar(select(Grant.id))

    answer = administrator.post(f"/verwaltung/menschen/rechte/{grant_id}/nehmen")
    assert answer.status_code == 409
    assert db.session.scalar(select(Grant.id)) == grant_id


def test_the_table_of_rights_names_every_permission(administrator: Visitor) -> None:
    page = administrator.get("/verwaltung/menschen/rechte").text

    for permission in PERMISSIONS:
        assert str(permission.label) in page


# Mails


def test_a_mail_that_waits_for_a_server_can_be_read_with_its_link(administrator: Visitor) -> None:
    entry_id = noted_mail(State.HELD)
    assert "Link zum Anmelden" in administrator.get("/verwaltung/mails/?stand=held").text

    page = administrator.get(f"/verwaltung/mails/{entry_id}").text
    assert "ada@lindenau.example" in page
    assert SECRET in page


@pytest.mark.parametrize("state", [State.OPEN, State.DONE, State.DEAD, State.UNCLEAR])
def test_of_a_mail_that_somebody_gets_no_link_is_shown(
    administrator: Visitor, state: State
) -> None:
    page = administrator.get(f"/verwaltung/mails/{noted_mail(state)}").text

    assert "Guten Tag" in page
    assert SECRET not in page


def test_a_dead_mail_is_tried_again(administrator: Visitor) -> None:
    entry_id = noted_mail(State.DEAD)
    answer = administrator.post(f"/verwaltung/mails/{entry_id}/noch-einmal")

    assert answer.status_code == 303
    assert [job.id for job in lease.take("mail", 9, "w", lease.Pace().mail)] == [entry_id]
    again = administrator.post(f"/verwaltung/mails/{entry_id}/noch-einmal")
    assert again.status_code == 409


def test_all_dead_mails_are_tried_again_but_none_that_may_have_arrived(
    administrator: Visitor,
) -> None:
    dead, unclear = noted_mail(State.DEAD), noted_mail(State.UNCLEAR)
    administrator.post("/verwaltung/mails/alle-noch-einmal")
    administrator.post(f"/verwaltung/mails/{unclear}/erledigt")

    states = dict(db.session.execute(select(OutboxEntry.id, OutboxEntry.state)).all())
    assert states == {dead: State.OPEN, unclear: State.DONE}


@pytest.mark.parametrize(("name", "payload"), [("unbekannt", {}), ("probe", {"pointless": True})])
def test_a_mail_without_words_has_its_page(
    administrator: Visitor, name: str, payload: dict[str, Any]
) -> None:
    page = administrator.get(f"/verwaltung/mails/{noted_mail(State.OPEN, name, **payload)}")

    assert page.status_code == 200


def test_the_list_of_mails_goes_on(administrator: Visitor) -> None:
    for _ in range(51):
        noted_mail(State.OPEN)
    page = administrator.get("/verwaltung/mails/?stand=open").text
    following = re.search(r'href="(/verwaltung/mails/\?[^"]*vor=\d+)"', page)

    assert page.count("/verwaltung/mails/5") > 1
    assert following is not None
    assert administrator.get(following[1].replace("&amp;", "&")).text.count("df-box") == 1


# Records and operation


def recorded_acts() -> set[str]:
    """Those written out in calls that record one; the verdicts are put together there."""
    call = re.compile(r"(?:record|announce|_changed)\(([^()]*)\)")
    files = [
        file for room in ("kern", "portal", "beteiligung") for file in (ROOT / room).rglob("*.py")
    ]
    calls = [found for file in files for found in call.findall(file.read_text())]
    acts = {act for one in calls for act in re.findall(r'"([a-z]+\.[a-z]+)"', one)}
    return acts | {f"text.{verdict}" for verdict in ("release", "reject", "hide", "restore")}


def test_the_log_has_words_for_every_act() -> None:
    acts = recorded_acts()

    assert len(acts) > 20
    assert sorted(acts - set(records.ACTS)) == []


def test_the_log_names_acts_people_and_nothing_else(administrator: Visitor) -> None:
    form = {"email": "neu@lindenau.example", "role": "planner", "scope": "0"}
    administrator.post("/verwaltung/menschen/einladen", form)
    administrator.get("/verwaltung/")  # says that the mail is on its way
    page = administrator.get("/verwaltung/protokoll").text

    assert "Recht gegeben" in page
    assert "Jana Petersen" in page
    assert "neu@lindenau.example" not in page
    assert "Recht gegeben" not in administrator.get("/verwaltung/protokoll?bereich=mail").text


def test_the_log_goes_on(administrator: Visitor) -> None:
    db.session.add_all(AuditEntry(act="case.fine", ref=f"x:{n}") for n in range(55))
    db.session.commit()
    page = administrator.get("/verwaltung/protokoll?bereich=case").text
    following = re.search(r'href="(/verwaltung/protokoll\?[^"]*vor=\d+)"', page)

    assert following is not None
    rest = administrator.get(following[1].replace("&amp;", "&")).text
    assert rest.count("Für in Ordnung befunden") == 5


def test_the_operation_shows_version_index_and_backup(administrator: Visitor) -> None:
    page = administrator.get("/verwaltung/betrieb").text

    assert "Dorflinde 0." in page
    assert "bitte sichern" in page
    assert "wird neu gebaut" in page


def test_the_operation_speaks_of_parts_and_reasons_in_words(
    administrator: Visitor, settings: Settings
) -> None:
    write_state(settings.data, [ProcessState("worker", Status.RUNNING, 7, now())])
    append_crash(settings.data, Crash("web", now(), -9, 7300.4))

    page = administrator.get("/verwaltung/betrieb").text

    assert "<b>Hintergrunddienst</b>" in page
    assert "Seiten</td>" in page
    assert "meist weil der Arbeitsspeicher voll war" in page
    assert "2 Stunden" in page
    assert " MB" not in page
    assert re.search(r"\d+(,\d)? Gigabyte|\d+ Megabyte", page)


def test_another_process_for_pages_does_not_read_like_page_two(
    administrator: Visitor, settings: Settings
) -> None:
    processes = [ProcessState(name, Status.RUNNING, 7, now()) for name in ("web", "web 2")]
    write_state(settings.data, processes)

    german = administrator.get("/verwaltung/betrieb").text
    english = administrator.get("/verwaltung/betrieb?sprache=en").text

    assert "<b>Seiten</b>" in german
    assert "<b>Seiten (2. Prozess)</b>" in german
    assert "<b>Pages (process 2)</b>" in english


@pytest.mark.parametrize(
    ("megabytes", "said"),
    [(999, "999 Megabyte"), (1000, "1,0 Gigabyte"), (12_449, "12,4 Gigabyte"), (512_000, "512 G")],
)
def test_room_is_said_in_the_unit_that_fits(town: Town, megabytes: int, said: str) -> None:
    assert operation_words.size(megabytes).startswith(said)
