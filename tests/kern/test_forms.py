"""Empty fields are drawn once for everybody, each in the way that was asked for."""

import pytest
from flask import Flask, render_template_string

from kern.town import Town
from kern.web.forms import OpenForm

MACROS = """
{%- macro one(field, draft="") %}<i data-draft="{{ draft }}">{{ field.name }}</i>{% endmacro -%}
{%- macro two(field) %}<b>{{ field.name }}</b>{% endmacro -%}
"""


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            "{{ blank_or(one, form, 'website') }}{{ blank_or(two, form, 'website') }}",
            '<i data-draft="">website</i><b>website</b>',
        ),
        (
            "{% for x in ['a', '<b>'] %}{{ blank_or(one, form, 'website', x) }}{% endfor %}",
            '<i data-draft="a">website</i><i data-draft="&lt;b&gt;">website</i>',
        ),
    ],
)
def test_an_empty_field_looks_as_its_own_macro_and_draft_say(
    app: Flask, town: Town, source: str, wanted: str
) -> None:
    with app.test_request_context():
        form = OpenForm(meta={"csrf": False})
        assert render_template_string(MACROS + source, form=form) == wanted
