"""What a survey does with answers: hides, checks, fills in, calculates, leads on. Pure.

plan = make_plan(definition)                 # once per version
reading = read_form(plan, form, page_key)    # what came in, typed
draft = reading.merged(draft)                # all answers ever given
sheet = fill(plan, draft, seed=token)        # what is shown and counts; the seed mixes
faults = find_faults(sheet, page_key)        # and `reading.rejected`
next_page(sheet, page_key)                   # None: ready to send
row = make_row(sheet)                        # what is stored
"""

from umfragen.engine.answers import (
    Answers,
    Geometry,
    Value,
    from_json,
    geometry_value,
    to_json,
    value_from_json,
    value_to_json,
)
from umfragen.engine.browser import live_spots, rules_for_browser, spot_id
from umfragen.engine.faults import Fault
from umfragen.engine.piping import fill_marks, html, plain, with_marks
from umfragen.engine.plan import Plan, Rule, Spot, make_plan
from umfragen.engine.reading import (
    SEEN,
    Form,
    Reading,
    Rejected,
    field_name,
    form_fields,
    read_form,
)
from umfragen.engine.row import make_row, quotas_met
from umfragen.engine.sheet import Sheet, fill
from umfragen.engine.showing import ShownPage, ShownPart, ShownQuestion, show_page
from umfragen.engine.shuffling import (
    ordered_options,
    ordered_pages,
    ordered_questions,
    ordered_rows,
)
from umfragen.engine.validating import find_faults
from umfragen.engine.walking import (
    Progress,
    first_page,
    next_page,
    previous_page,
    progress,
    revealed,
    visible_pages,
)

__all__ = [
    "SEEN",
    "Answers",
    "Fault",
    "Form",
    "Geometry",
    "Plan",
    "Progress",
    "Reading",
    "Rejected",
    "Rule",
    "Sheet",
    "ShownPage",
    "ShownPart",
    "ShownQuestion",
    "Spot",
    "Value",
    "field_name",
    "fill",
    "fill_marks",
    "find_faults",
    "first_page",
    "form_fields",
    "from_json",
    "geometry_value",
    "html",
    "live_spots",
    "make_plan",
    "make_row",
    "next_page",
    "ordered_options",
    "ordered_pages",
    "ordered_questions",
    "ordered_rows",
    "plain",
    "previous_page",
    "progress",
    "quotas_met",
    "read_form",
    "revealed",
    "rules_for_browser",
    "show_page",
    "spot_id",
    "to_json",
    "value_from_json",
    "value_to_json",
    "visible_pages",
    "with_marks",
]
