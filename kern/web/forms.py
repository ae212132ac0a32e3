"""The base of every form: shown again with what was typed, also when the page was open too long."""

import secrets
from collections.abc import Hashable
from typing import Any, Protocol

from flask import g
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import ValidationError

from kern.errors import DomainError
from kern.i18n import _, _l, language, say
from kern.web.uploads import UploadField


class Form(FlaskForm):  # type: ignore[misc]  # the package has no types
    """`if form.is_ok(): ...` in a view that wears `@shows_again`; else render it with 422."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """WTForms' own sentences, kept by language: Flask-WTF reads their file for every form."""

        @property
        def locales(self) -> list[str]:
            return [language()]

        def get_translations(self, form: BaseForm) -> Any:
            return DefaultMeta.get_translations(self, form)

    def is_ok(self) -> bool:
        return bool(self.validate_on_submit())

    def validate(self, extra_validators: Any = None) -> bool:
        self.take_uploads()
        is_valid = bool(super().validate(extra_validators))
        if g.get("stale_token"):
            self.form_errors.append(
                _("Die Seite war zu lange offen. Bitte senden Sie noch einmal ab.")
            )
            is_valid = False
        if not is_valid:
            self.keep_uploads()
        return is_valid

    def take_uploads(self) -> None:
        """Look into every file, which takes a while: before the view asks the database."""
        for field in self._uploads():
            field.take()

    def blame(self, error: DomainError) -> None:
        """Show a refusal of the service at the field it names, else above the form."""
        name = getattr(error, "field", None)
        field = self._fields.get(name) if name else None
        if field is None:
            self.form_errors.append(say(error))
        else:
            field.errors = [*field.errors, say(error)]
        self.keep_uploads()

    def keep_uploads(self) -> None:
        """The form is about to be shown again."""
        for field in self._uploads():
            field.keep()

    def _uploads(self) -> list[UploadField[Any]]:
        return [field for field in self if isinstance(field, UploadField)]


class _Macro(Protocol):
    """Of a template."""

    name: str

    def __call__(self, *args: Any, **values: Any) -> Markup: ...


_DRAFT = secrets.token_hex()  # where the name of a draft stands
_blank: dict[tuple[object, ...], Markup] = {}


def blank_or(draw: _Macro, form: Form, name: str, draft: str = "", **values: Hashable) -> Markup:
    """`draw(field, **values)`, kept per language while nobody has filled the field in: WTForms
    takes as long for four empty fields as the page for forty posts. Only for fields that look the
    same to everybody: no choices of a town, nothing of a person in `values`. `draft` may differ."""
    field = form[name]
    if field.raw_data is not None or field.data or field.errors:
        return draw(field, **values, **({"draft": draft} if draft else {}))
    key = (draw.name, type(form), field.name, bool(draft), language(), *values.items())
    if key not in _blank:
        _blank[key] = draw(field, **values, **({"draft": _DRAFT} if draft else {}))
    return _blank[key].replace(_DRAFT, draft) if draft else _blank[key]


class OpenForm(Form):
    """For everybody, with or without a login: it has a field that people do not see, so that only
    programs fill it in. Where a browser did, it is shown, and nothing else is lost."""

    website = StringField(_l("Bitte leer lassen"))

    def validate_website(self, field: StringField) -> None:
        if field.data:
            raise ValidationError(
                _(
                    "Hier darf nichts stehen. Programme, die Werbung verteilen, füllen dieses Feld "
                    "aus, manchmal auch Ihr Browser. Bitte leeren Sie es und senden Sie noch "
                    "einmal ab."
                )
            )
