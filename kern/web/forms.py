"""The base of every form: shown again with what was typed, also when the page was open too long."""

from typing import Any

from flask import g
from flask_wtf import FlaskForm

from kern.errors import DomainError
from kern.i18n import _, say


class Form(FlaskForm):  # type: ignore[misc]  # the package has no types
    """`if form.is_ok(): ...` in a view that wears `@shows_again`; else render it with 422."""

    def is_ok(self) -> bool:
        return bool(self.validate_on_submit())

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = bool(super().validate(extra_validators))
        if g.get("stale_token"):
            self.form_errors.append(
                _("Die Seite war zu lange offen. Bitte senden Sie noch einmal ab.")
            )
            return False
        return is_valid

    def blame(self, error: DomainError) -> None:
        """Show a refusal of the service at the field it names, else above the form."""
        name = getattr(error, "field", None)
        field = self._fields.get(name) if name else None
        if field is None:
            self.form_errors.append(say(error))
        else:
            field.errors = [*field.errors, say(error)]
