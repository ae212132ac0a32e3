"""A thread's posts are drawn flat, for speed; they must look like the components all the same."""

import re

import pytest
from flask import Flask, render_template_string

from beteiligung.discussion.models import Post
from beteiligung.discussion.service import reading
from beteiligung.discussion.views.frame import Rights, context
from kern.accounts.permissions import Role
from kern.db import db
from kern.town import Town
from tests.builders import make_actor, make_post

HERE = "/beteiligung/gespraech/1"
FLAT = """{% import "beteiligung/discussion/_posts.html" as p %}{{ p.one(view, c) }}"""
BY_COMPONENTS = """{% import "kern/_macros/ui.html" as ui %}
{% call ui.post(c.name(view), Markup(view.html), id="beitrag-" ~ view.id, at=view.written_at) %}
{% call ui.acts() %}
{% set action = "/beteiligung/beitrag/" ~ view.id ~ "/stimme" if can_vote else "" %}
{{ ui.votes(view.agree, view.disagree, mine=view.vote, action=action, token=c.token) }}
{% if can_post %}
{{ ui.act("Antworten", c.here ~ "?antwort=" ~ view.id ~ "#schreiben", "reply") }}
{{ ui.act("Zitieren", c.here ~ "?zitat=" ~ view.id ~ "#schreiben", "speech") }}
{% endif %}
{{ ui.share("/beteiligung/beitrag/" ~ view.id, c.title) }}
{{ ui.act("Melden", "/melden/beteiligung.post/" ~ view.id, "flag") }}
{% endcall %}{% endcall %}"""


def tidy(html: str) -> str:
    return re.sub(r">\s+", ">", re.sub(r"\s+<", "<", html)).strip()


@pytest.mark.parametrize("vote", [1, 0, -1])
@pytest.mark.parametrize("can_post", [True, False])
@pytest.mark.parametrize("can_vote", [True, False])
def test_a_post_looks_like_its_component(
    app: Flask, town: Town, can_vote: bool, can_post: bool, vote: int
) -> None:
    author = make_actor(Role.CITIZEN, name="Helga <i>Martens</i>")
    post = make_post(author=author, text='Mit **Betonung** & "Zeichen" <b>drin</b>.')
    row = db.session.execute(reading.select_posts().where(Post.id == post.id)).one()
    view = reading.PostView(row, vote=vote)
    with app.test_request_context():
        rights = Rights(post=can_post, vote=can_vote)
        values = context(rights, title='Titel & "mehr"', here=HERE)
        values |= {"view": view, "can_vote": can_vote, "can_post": can_post}
        flat = render_template_string(FLAT, **values)
        wanted = render_template_string(BY_COMPONENTS, **values)

    assert tidy(flat) == tidy(wanted)
    assert "<i>" not in flat
