"""The public page of moderation: rules, people, figures, versions."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from kern.accounts.permissions import Role
from kern.clock import now
from kern.content import Ref
from kern.db import db
from kern.errors import Invalid
from kern.moderation import bars, decisions, figures, netiquette, objections, statements
from kern.moderation.bars import Ground
from kern.moderation.cases import record_decision
from kern.moderation.decisions import Decision
from kern.moderation.explaining import explain
from kern.moderation.models import CaseVerdict
from kern.settings import change, town_settings
from kern.town import Town
from portal.rechenschaft import words
from tests.builders import log_in, make_actor
from tests.conftest import CountQueries
from tests.kern.desk_cases import case_of, make_waiting, rejected, released

PAGE = "/so-moderieren-wir"


def wait(hours: int) -> None:
    """Something released that waited so long."""
    post = make_waiting()
    case = case_of(post)
    case.opened_at = now() - timedelta(hours=hours)
    decisions.decide(make_actor(Role.MODERATOR), case.id, released(case))


@given(st.lists(st.integers(0, 10_000), min_size=1), st.sampled_from([50, 90]))
def test_so_many_percent_waited_no_longer(hours: list[int], percent: int) -> None:
    waits = sorted(timedelta(hours=one) for one in hours)

    found = figures.percentile(waits, percent)

    assert found is not None
    assert sum(one <= found for one in waits) * 100 >= percent * len(waits)
    assert sum(one < found for one in waits) * 100 < percent * len(waits)


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (None, "noch keine"),
        (timedelta(seconds=5), "1 Minute"),
        (timedelta(minutes=59, seconds=1), "60 Minuten"),
        (timedelta(hours=3, minutes=1), "4 Stunden"),
        (timedelta(days=2, hours=1), "3 Tage"),
    ],
)
def test_a_wait_is_said_in_units_that_fit(
    client: FlaskClient, wait: timedelta | None, said: str
) -> None:
    with client.application.test_request_context("/"):
        assert words.span(wait) == said


def test_a_year_counts_what_people_decided_here(town: Town) -> None:
    first, other = make_actor(Role.MODERATOR), make_actor(Role.MODERATOR)
    for hours in (1, 2, 30):
        wait(hours)
    post = make_waiting()
    statement = statements.get_of(
        decisions.decide(first, case_of(post).id, rejected(case_of(post)))
    )
    case = objections.submit(statement, "Das stimmt nicht.")
    decisions.decide(other, case.id, Decision(CaseVerdict.UPHELD, 1))
    assert post.author_id is not None
    bars.warn(first, post.author_id, None, Ground("Werbung.", 5))
    record_decision(
        Ref("x", 1), 1, CaseVerdict.REJECT, scope_id=None, author_id=None, decided_at=now()
    )

    year = figures.year_of(now().year)

    assert (year.decided, year.objections, year.count(CaseVerdict.UPHELD)) == (4, 1, 1)
    assert year.rules[3, CaseVerdict.REJECT] == 1
    assert year.rules[5, CaseVerdict.WARN] == 1
    assert year.count(CaseVerdict.REJECT) == 1
    assert year.median is not None
    assert year.p90 is not None
    assert timedelta(hours=1) <= year.median < year.p90
    assert timedelta(hours=30) <= year.p90 < timedelta(hours=31)


def test_everybody_reads_how_this_town_moderates(client: FlaskClient, town: Town) -> None:
    change({"moderators": "Wiebke Thomsen und das Team Beteiligung"})
    wait(3)
    db.session.commit()

    page = client.get(PAGE)

    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    for sentence in (
        netiquette.rules()[0].text,
        "Wiebke Thomsen und das Team Beteiligung",
        "Kein Programm entscheidet über Ihren Text.",
        "sechs Monate lang",
        "Hälfte wartete höchstens",
    ):
        assert sentence in page.text


def test_the_page_says_who_hears_objections_in_this_town(client: FlaskClient, town: Town) -> None:
    make_actor(Role.MODERATOR)
    db.session.commit()
    assert "moderiert nur eine Person" in client.get(PAGE).text

    make_actor(Role.ADMINISTRATOR)
    db.session.commit()
    assert "jemand, der diese Plattform verwaltet" in client.get(PAGE).text

    make_actor(Role.MODERATOR)
    db.session.commit()
    assert "immer eine andere Person der Moderation" in client.get(PAGE).text


def test_a_year_comes_as_a_file(client: FlaskClient, town: Town) -> None:
    wait(3)
    db.session.commit()
    this = now().year

    file = client.get(f"{PAGE}/{this}.csv")

    assert file.mimetype == "text/csv"
    lines = file.get_data().decode("utf-8-sig").split("\r\n")
    assert lines[0] == "Jahr;Was;Regel;Anzahl"
    assert f"{this};Freigegeben;;1" in lines
    assert client.get(f"{PAGE}/{this + 1}.csv").status_code == 404


def test_the_page_costs_the_same_however_much_was_decided(
    client: FlaskClient, town: Town, count_queries: CountQueries
) -> None:
    def cost() -> int:
        client.get(PAGE)
        with count_queries() as found:
            assert client.get(PAGE).status_code == 200
        return len(found)

    few = cost()
    for _ in range(10):
        wait(1)
    db.session.commit()

    assert cost() == few <= 5


def test_a_new_version_of_the_rules_says_what_is_new(town: Town) -> None:
    admin = make_actor(Role.ADMINISTRATOR)
    text = town_settings().netiquette.replace("5. Keine Werbung.", "5. Werbung nur für Vereine.")

    with pytest.raises(Invalid):
        netiquette.change(admin, text, "  ")
    netiquette.change(admin, text, "Vereine dürfen für sich werben.")

    assert [one.number for one in netiquette.list_versions()] == [2, 1]
    assert netiquette.rule_text(5) == "Werbung nur für Vereine."
    assert netiquette.current_version() == 2


def test_a_statement_keeps_the_rule_as_it_read_then(town: Town) -> None:
    post = make_waiting()
    case = decisions.decide(make_actor(Role.MODERATOR), case_of(post).id, rejected(case_of(post)))
    netiquette.change(make_actor(Role.ADMINISTRATOR), "3. Ganz anders.", "Alles neu.")

    ground = dict(explain(statements.get_of(case)).lines)["Wonach wir entschieden haben"]

    assert "Telefonnummern" in ground
    assert "(Fassung 1 der Regeln)" in ground


def test_rules_changed_by_a_command_are_a_version_too(town: Town) -> None:
    assert netiquette.current_version() == 1

    change({"netiquette": "1. Freundlich."})

    assert netiquette.current_version() == 2


def test_rules_that_never_changed_are_shown_as_they_are(client: FlaskClient, town: Town) -> None:
    page = client.get("/regeln/fassungen")

    assert page.status_code == 200
    assert "nur eine Fassung" in page.text
    assert netiquette.rules()[0].text in page.text


def test_the_settings_ask_what_is_new_and_everybody_can_compare(
    client: FlaskClient, town: Town
) -> None:
    admin = make_actor(Role.ADMINISTRATOR)
    assert admin.account_id is not None
    log_in(client, admin.account_id)
    path = "/verwaltung/einstellungen/regeln"
    token = client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]
    values = {
        "moderators": "",
        "netiquette": "1. Bleiben Sie freundlich.\n2. Bleiben Sie beim Thema.",
        "reasons": "",
        "csrf_token": token,
    }

    refused = client.post(path, data=values)
    assert refused.status_code == 422
    assert "Bitte sagen Sie in einem Satz, was neu ist." in refused.text
    assert "2. Bleiben Sie beim Thema." in refused.text
    saved = client.post(path, data={**values, "netiquette_change": "Kürzer und klarer."})
    assert saved.status_code == 303

    page = client.get("/regeln/fassungen").text
    assert "Kürzer und klarer." in page
    assert "<ins>Bleiben Sie freundlich.</ins>" in page
    assert "Diese Regel gibt es nicht mehr." in page


def test_other_settings_of_the_group_need_no_new_version(client: FlaskClient, town: Town) -> None:
    admin = make_actor(Role.ADMINISTRATOR)
    assert admin.account_id is not None
    log_in(client, admin.account_id)
    path = "/verwaltung/einstellungen/regeln"
    token = client.get(path).text.split('name="csrf_token" value="')[1].split('"')[0]
    values = {"netiquette": town_settings().netiquette, "reasons": "", "csrf_token": token}

    saved = client.post(path, data={**values, "moderators": "Das Rathaus"})

    assert saved.status_code == 303
    assert netiquette.list_versions() == []
    assert town_settings().moderators == "Das Rathaus"
