"""Somebody without an account proposes a change: confirmed by mail, checked like everybody's."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from kern import clock
from kern.accounts.models import Pending
from kern.accounts.permissions import Role
from kern.config import Settings
from kern.db import db
from kern.files.models import File
from kern.files.service import remove_orphans
from tests.builders import make_actor
from tests.sent import link_in, mails
from tests.wiki.pages import make_page, ortswiki
from wiki import service
from wiki.models import Proposal, ProposalState, Protection
from wiki.service.proposals import get_proposal

pytestmark = pytest.mark.usefixtures("town")
MAIL = "gast@lindenau.example"
PAGE = "/wiki/ortswiki/linde"
SAID = "Sie wurde 1720 gepflanzt."


def _send(client: FlaskClient, **more: str) -> TestResponse:
    form = client.get(f"{PAGE}/bearbeiten").text
    base = re.search(r'name="base"[^>]*value="(\d+)"', form)
    assert base is not None
    data = {
        "title": "Linde",
        "text": SAID,
        "base": base[1],
        "email": "gast@lindenau.example",
        **more,
    }
    return client.post(f"{PAGE}/bearbeiten", data=data)


def _confirm(client: FlaskClient) -> TestResponse:
    link = link_in(mails("konto.bestaetigen")[-1])
    shown = client.get(link)
    assert SAID in shown.text
    found = re.search(r'name="geoeffnet" value="([^"]+)"', shown.text)
    assert found is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kern.web.age.MINIMUM_SECONDS", 0.0)
        return client.post(link, data={"geoeffnet": found[1]})


def _waiting() -> int:
    return db.session.scalar(select(func.count()).select_from(Pending)) or 0


def test_a_guest_proposes_confirms_reads_on_the_private_page_and_withdraws(
    client: FlaskClient,
) -> None:
    make_page("Linde")
    db.session.commit()

    sent = _send(client)
    assert sent.status_code == 303
    assert "Postfach" in client.get(sent.location).text
    assert db.session.scalars(select(Proposal).where(Proposal.kind == "edit")).all() == []

    own = _confirm(client).location
    shown = client.get(own)
    assert SAID in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    assert SAID not in client.get(PAGE).text
    assert client.get(own[:-1] + ("0" if own[-1] != "0" else "1")).status_code == 404

    assert client.post(f"{own}/zurueckziehen").status_code == 303
    assert "Zurückgezogen" in client.get(own).text


def test_what_a_guest_wrote_is_rewritten_by_the_link_and_approved_as_everybody_elses(
    client: FlaskClient,
) -> None:
    make_page("Linde")
    db.session.commit()
    _send(client)
    own = _confirm(client).location
    version = re.search(r'name="version" value="(\d+)"', client.get(own).text)
    assert version is not None

    data = {"text": f"{SAID} Vom Pfarrer.", "version": version[1]}
    assert client.post(own, data=data).status_code == 303
    assert client.post(own, data=data).status_code == 409

    number = db.session.scalars(select(Proposal.id).where(Proposal.kind == "edit")).one()
    proposal = get_proposal(number)
    service.approve(make_actor(Role.MODERATOR), proposal, proposal.latest)
    db.session.commit()
    assert "Vom Pfarrer" in client.get(PAGE).text
    assert "Angenommen" in client.get(own).text


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"email": ""}, "E-Mail"),
        ({"email": "kein-at"}, "E-Mail"),
        ({"website": "https://werbung.example"}, "Hier darf nichts stehen"),
        ({"text": "Ein Baum."}, "noch nichts geändert"),
    ],
)
def test_what_is_wrong_is_said_before_any_mail_and_nothing_typed_is_lost(
    client: FlaskClient, more: dict[str, str], sentence: str
) -> None:
    make_page("Linde")
    db.session.commit()

    answer = _send(client, **more)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert more.get("text", SAID) in answer.text
    assert _waiting() == 0


def test_a_guest_is_told_at_once_that_a_page_is_protected(client: FlaskClient) -> None:
    page = make_page("Linde")
    service.protect(make_actor(Role.MODERATOR), page, Protection.TRUSTED, None)
    db.session.commit()

    answer = _send(client)

    assert answer.status_code == 403
    assert "geschützt" in answer.text
    assert _waiting() == 0


def test_a_new_page_of_a_guest_waits_for_the_mail_and_the_desk(client: FlaskClient) -> None:
    db.session.commit()
    data = {"title": "Eiche", "text": SAID, "email": "gast@lindenau.example"}
    assert client.post("/wiki/ortswiki/neu", data=data).status_code == 303

    _confirm(client)

    proposal = db.session.scalars(select(Proposal)).one()
    assert proposal.state == ProposalState.SUBMITTED
    assert service.find_page(ortswiki(), "eiche") is None


def test_a_guests_picture_outlives_the_wait_for_the_mail_and_for_the_desk(
    client: FlaskClient,
) -> None:
    db.session.commit()
    out = BytesIO()
    Image.new("RGB", (640, 400), "green").save(out, "PNG")
    data = {"title": "Eiche", "text": SAID, "email": MAIL, "picture_alt": "Eine Eiche"}
    upload = {**data, "picture": (BytesIO(out.getvalue()), "eiche.png")}
    assert client.post("/wiki/ortswiki/neu", data=upload).status_code == 303
    begun = clock.now()
    with clock.at(begun + timedelta(days=6, hours=23)):
        assert remove_orphans() == 0
        db.session.commit()
        _confirm(client)
    with clock.at(begun + timedelta(days=60)):
        assert remove_orphans() == 0

    name = db.session.scalars(select(File.name)).one()
    picture = f"/dateien/{name}/small"
    assert client.get(picture, buffered=True).status_code == 404
    proposal = get_proposal(db.session.scalars(select(Proposal.id)).one())
    service.approve(make_actor(Role.MODERATOR), proposal, proposal.latest)
    db.session.commit()
    assert client.get(picture, buffered=True).status_code == 200
    assert name in client.get("/wiki/ortswiki/eiche").text


NETWORK = "203.0.113.77"


def test_no_address_of_a_guests_network_is_kept_for_a_single_day(
    app: Flask, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    make_page("Linde")
    db.session.commit()
    guest = app.test_client()
    guest.environ_base |= {"HTTP_SEC_FETCH_SITE": "same-origin", "REMOTE_ADDR": NETWORK}
    _send(guest)
    own = _confirm(guest).location
    assert SAID in guest.get(own).text
    assert guest.post("/wiki/ortswiki/vorschau", data={"text": SAID}).status_code == 200

    kept = {path.name: path.read_bytes() for path in settings.data.rglob("*") if path.is_file()}
    for table in db.metadata.sorted_tables:
        kept[table.name] = repr(db.session.execute(select(table)).all()).encode()
    assert any(SAID.encode() in found for found in kept.values())  # it looks where things are
    assert [name for name, found in kept.items() if b"203.0.113." in found] == []
    assert NETWORK not in caplog.text
