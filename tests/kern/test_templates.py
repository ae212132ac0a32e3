"""Values in templates: escaped as ever, only with less work."""

from enum import StrEnum

import pytest
from flask import Flask, render_template_string
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
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
