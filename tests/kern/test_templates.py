"""Values in templates: escaped as ever, only with less work."""

from enum import StrEnum

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from kern.i18n import _l
from kern.town import Town
from kern.web.templates import shown


class Sign(StrEnum):
    LESS = "<"


VALUES = (
    st.text()
    | st.text("&<>\"' a")
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.none()
    | st.sampled_from([*Sign, _l("Ja & nein")])
    | st.text("&<>\"' a").map(Markup)
)


@given(VALUES)
def test_a_value_is_shown_as_it_would_be_escaped(value: object) -> None:
    assert shown(value) == escape(value)


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{{ x }}", "&lt;b&gt; &amp; &#34;"),
        ('<i title="{{ x }}">', '<i title="&lt;b&gt; &amp; &#34;">'),
        ("{{ x|safe }}", '<b> & "'),
        ("{% macro m(y) %}{{ y }}{% endmacro %}{{ m(x) }}", "&lt;b&gt; &amp; &#34;"),
        ("{% set y %}{{ x }}{% endset %}{{ y }}", "&lt;b&gt; &amp; &#34;"),
        ("{{ _('Ja') ~ x }}", "Ja&lt;b&gt; &amp; &#34;"),
        ("{{ _('%(x)s!', x=x) }}", "&lt;b&gt; &amp; &#34;!"),
        ("{% autoescape false %}{{ x }}{% endautoescape %}", '<b> & "'),
        ("{{ 5 }}{{ none }}{{ 1.5 }}", "5None1.5"),
    ],
)
def test_a_template_escapes_what_is_no_markup(
    app: Flask, town: Town, source: str, wanted: str
) -> None:
    with app.test_request_context():
        assert render_template_string(source, x='<b> & "') == wanted


def test_a_missing_value_is_an_error(app: Flask, town: Town) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ nowhere }}")


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("{{ m('<') }}", "&lt;"),
        ("{% for y in [1, 2] %}{{ told(y) }}{% endfor %}", "1x2x"),
        ("{% for y in [1, 2] %}{{ m(y) }}{% endfor %}", "12"),
        ("{{ ', '.join(['<', 'b']) }}", "&lt;, b"),
        ("{% call n() %}<{% endcall %}", "<"),
        ("{{ blank(1) }}", "1"),
    ],
)
def test_a_call_in_a_template_gets_what_it_asks_for(
    app: Flask, town: Town, source: str, wanted: str
) -> None:
    @pass_context
    def told(context: Context, value: int) -> str:
        return f"{value}{context['x']}"

    macros = (
        "{% macro m(x) %}{{ x }}{% endmacro %}{% macro n() %}{{ caller() }}{% endmacro %}"
        "{% macro blank(y) %}{{ y }}{% endmacro %}"
    )
    with app.test_request_context():
        assert render_template_string(f"{macros}{source}", x="x", told=told) == wanted


def test_a_name_that_an_app_adds_late_is_known_to_templates_read_before(
    app: Flask, town: Town
) -> None:
    with app.test_request_context():
        template = app.jinja_env.from_string("{{ late|default('unknown') }}")
        assert template.render() == "unknown"
        app.jinja_env.globals["late"] = "here"

        assert template.render() == "here"


def test_what_one_page_is_given_no_other_page_gets(app: Flask, town: Town) -> None:
    with app.test_request_context():
        given = app.jinja_env.from_string("{{ own }}", globals={"own": "mine"})
        other = app.jinja_env.from_string("{{ own|default('unknown') }}")

        assert (given.render(), other.render()) == ("mine", "unknown")
