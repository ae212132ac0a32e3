"""What the pages of a large wiki may cost: queries that do not grow with it."""

import pytest
from flask.testing import FlaskClient

from kern.db import db
from tests.wiki.pages import make_page

pytestmark = [pytest.mark.usefixtures("town"), pytest.mark.unkept]


def test_a_page_below_others_leads_up_to_them(client: FlaskClient) -> None:
    top = make_page("Bäume")
    middle = make_page("Alte Bäume", parent_id=top.id)
    make_page("Linde", parent_id=middle.id)
    db.session.commit()

    html = client.get("/wiki/ortswiki/linde").text

    assert html.index("/wiki/ortswiki/baeume") < html.index("/wiki/ortswiki/alte-baeume")
