"""What somebody types who objects; what is allowed, the service says."""

from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from kern.i18n import _l
from kern.moderation.objections import LONGEST
from kern.web import OpenForm


class ObjectionForm(OpenForm):
    text = TextAreaField(
        _l("Warum war die Entscheidung falsch?"),
        [
            InputRequired(_l("Bitte schreiben Sie in einem Satz, warum Sie widersprechen.")),
            Length(max=LONGEST, message=_l("Bitte höchstens 2000 Zeichen.")),
        ],
        description=_l("Mit Ihren eigenen Worten. Ein Mensch liest sie."),
        render_kw={"rows": 6, "maxlength": LONGEST},
    )
