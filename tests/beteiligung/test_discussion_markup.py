"""A thread's posts are drawn flat, for speed; they must look like the components all the same."""

import re
from typing import Any

import pytest
from flask import Flask, render_template_string

from beteiligung.discussion.models import Post, Status
from beteiligung.discussion.service import posts, reading
from beteiligung.discussion.views.frame import Rights, context
from beteiligung.discussion.views.shown import put_into_words
from kern.accounts.permissions import Role
from kern.db import Quick
from kern.town import Town
from tests.builders import make_actor, make_post, make_thread

HERE = "/beteiligung/gespraech/1"
FLAT = """{% import "beteiligung/discussion/_posts.html" as p %}{{ p.list([post], c) }}"""
UI = """{% import "kern/_macros/ui.html" as ui %}{% set row = post.row %}"""
ACTS = """{% if can_post %}
{% if not row.parent_id %}
{{ ui.act("Antworten", c.here ~ "?antwort=" ~ row.id ~ "#schreiben", "reply") }}
{% endif %}
{% set quoted = row.id ~ ("&antwort=" ~ row.parent_id if row.parent_id else "") %}
{{ ui.act("Zitieren", c.here ~ "?zitat=" ~ quoted ~ "#schreiben", "speech") }}
{% endif %}
{{ ui.share("/beteiligung/beitrag/" ~ row.id, c.title) }}
{{ ui.act("Melden", "/melden/beteiligung.post/" ~ row.id, "flag") }}"""
POST = f"""{UI}{{% set html = Markup(row.html) %}}
{{% call ui.post(post.name, html, id="beitrag-" ~ row.id, at=row.written_at) %}}
{{% call ui.acts() %}}
{{% set action = "/beteiligung/beitrag/" ~ row.id ~ "/stimme" if can_vote else "" %}}
{{{{ ui.votes(row.agree, row.disagree, mine=post.vote, action=action, token=c.token) }}}}
{ACTS}{{% endcall %}}{{% endcall %}}"""
ANSWER = f"""{UI}{{% set html, id = Markup(row.html), "beitrag-" ~ row.id %}}
{{% set letters = post.letters %}}
{{% call ui.office_answer(post.name, row.office, html, id, row.written_at, letters, true) %}}
{{% call ui.acts() %}}{ACTS}{{% endcall %}}{{% endcall %}}"""
TOMBSTONE = f"""{UI}{{% set words = post.text %}}
{{{{ ui.tombstone(words, "/regeln", "Unsere Regeln", "beitrag-" ~ row.id) }}}}"""


def tidy(html: str) -> str:
    return re.sub(r">\s+", ">", re.sub(r"\s+<", "<", html)).strip()


def drawn(app: Flask, post: Post, template: str, rights: Rights, vote: int = 0) -> tuple[str, str]:
    """The page's way and the components' way."""
    rows = reading.read_posts(Quick(reading.select_posts().where(Post.id == post.id)), {})
    shown = put_into_words([reading.PostView(rows[0], vote=vote)])[0]
    with app.test_request_context():
        values: dict[str, Any] = context(rights, title='Titel & "mehr"', here=HERE)
        values |= {"post": shown, "can_vote": rights.vote, "can_post": rights.post}
        flat, wanted = (render_template_string(one, **values) for one in (FLAT, template))
    return tidy(flat), tidy(wanted)


@pytest.mark.parametrize("vote", [1, 0, -1])
@pytest.mark.parametrize("can_post", [True, False])
@pytest.mark.parametrize("can_vote", [True, False])
def test_a_post_looks_like_its_component(
    app: Flask, town: Town, can_vote: bool, can_post: bool, vote: int
) -> None:
    author = make_actor(Role.CITIZEN, name="Helga <i>Martens</i>")
    post = make_post(author=author, text='Mit **Betonung** & "Zeichen" <b>drin</b>.')

    flat, wanted = drawn(app, post, POST, Rights(post=can_post, vote=can_vote), vote)

    assert flat == wanted
    assert "<i>" not in flat


@pytest.mark.parametrize("can_post", [True, False])
def test_a_reply_looks_like_its_component(app: Flask, town: Town, can_post: bool) -> None:
    thread = make_thread()
    reply = make_post(thread, parent=make_post(thread))

    flat, wanted = drawn(app, reply, POST, Rights(post=can_post, vote=True))

    assert flat == wanted


def test_an_answer_of_the_office_looks_like_its_component(app: Flask, town: Town) -> None:
    planner = make_actor(Role.PLANNER, name="Jana & Söhne")
    post = posts.answer(planner, make_thread(), "Wir prüfen das.", office="Tiefbau", pinned=True)

    flat, wanted = drawn(app, post, ANSWER, Rights(post=True, vote=True))

    assert flat == wanted


def test_a_hidden_post_looks_like_its_component(app: Flask, town: Town) -> None:
    post = make_post(status=Status.HIDDEN)

    flat, wanted = drawn(app, post, TOMBSTONE, Rights(post=True, vote=True))

    assert flat == wanted
