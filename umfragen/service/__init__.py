"""What pages, commands and the worker ask of surveys. Services flush, never commit.

The office (`Actor` first; raises NotAllowed, LoginRequired, Conflict, Invalid):

create_survey(actor, scope, title, definition=None)      a draft; copy_survey, list_surveys
get_survey_for(actor, slug)                              the gate of every page
save_settings(actor, survey, Settings(...))              save_dates, save_access, save_thresholds
draft = get_draft(survey)                                .definition .revision .undo .redo
revision = save_draft(actor, survey, definition, draft.revision)   409 on a newer one; undo, redo
list_findings(survey); compare_draft(survey)             before publishing
publish_version(actor, survey, note="")                  raises NotReady, Mixing, Unconfirmed
list_gaps(survey, now()); open_survey(actor, survey)     raises Incomplete; pause, go_on, extend,
                                                         close, archive, ask_for_opening, ...

People (no actor; POST views wear `@commits`):

require_new_device(survey, cookie)                       level 1; device_value(survey) to set it
admission = admission_for_code(survey, typed)            level 4; _for_address 2, _for_account 3;
                                                         stands in the form, is stored nowhere
token = start(survey, language="de")                     goes into the address of each page
filling = open_draft(survey, token)                      .plan .answers .language .sheet()
reading = engine.read_form(filling.plan, form, page_key) and engine.find_faults for the page
save(survey, token, reading.merged(filling.answers))     each page
receipt = submit(survey, token, admission=admission)     .code .is_repeat; raises Faulty, QuotaFull,
                                                         AlreadyAnswered, AdmissionMissing, Conflict
code = give_resume_code(survey, token); token = resume(survey, typed)
token = change(survey, typed)                            with the receipt: a draft as above, sent
                                                         by `submit`; withdraw(survey, typed)

letters = make_letters(actor, survey, {"Nord": 500})     once; .code .stratum; letter_figures,
                                                         unused, revoke

Paper: enter(actor, survey, sheet_number, answers, source=Source.PAPER); twice: enter_first,
compare, enter_second (raises Differing). `entered_on(survey, day)` counts.

`plan_of(survey)` and `definition_of(survey)` are the published version, `draft_of(survey)` what the
editor sees; `tallies(survey.id)` the figures of all answers that have left the inbox.
"""

from umfragen.rules import Settings
from umfragen.service.access import (
    AdmissionMissing,
    AlreadyAnswered,
    admission_for_account,
    admission_for_address,
    admission_for_code,
    device_value,
    is_known_device,
    require_new_device,
)
from umfragen.service.answering import (
    Filling,
    discard,
    give_resume_code,
    open_draft,
    resume,
    save,
    start,
)
from umfragen.service.changes import SURVEYS, ref_of, revision_key
from umfragen.service.definitions import (
    Draft,
    Mixing,
    NotReady,
    Unconfirmed,
    compare_draft,
    get_draft,
    has_unpublished,
    list_findings,
    list_versions,
    publish_version,
    redo,
    save_draft,
    undo,
)
from umfragen.service.entering import (
    Differing,
    Mismatch,
    compare,
    enter,
    enter_first,
    enter_second,
    entered_on,
    list_first_entries,
)
from umfragen.service.letters import (
    Letter,
    StratumFigures,
    letter_figures,
    make_letters,
    revoke,
    unused,
)
from umfragen.service.receipts import change, has_answers_of, withdraw
from umfragen.service.states import (
    Incomplete,
    archive,
    ask_for_opening,
    bring_back,
    call_off,
    close,
    extend,
    go_on,
    open_survey,
    pause,
    take_back_asking,
)
from umfragen.service.submitting import Faulty, QuotaFull, Receipt, submit
from umfragen.service.surveys import (
    blank,
    copy_survey,
    create_survey,
    find_survey,
    get_survey,
    get_survey_by_id,
    get_survey_for,
    get_survey_to_edit,
    list_gaps,
    list_surveys,
    move_slug,
    save_access,
    save_dates,
    save_settings,
    save_thresholds,
    settings_of,
)
from umfragen.store.plans import definition_of, draft_of, draft_plan, plan_of
from umfragen.store.tallies import number_tallies, tallies

__all__ = [
    "SURVEYS",
    "AdmissionMissing",
    "AlreadyAnswered",
    "Differing",
    "Draft",
    "Faulty",
    "Filling",
    "Incomplete",
    "Letter",
    "Mismatch",
    "Mixing",
    "NotReady",
    "QuotaFull",
    "Receipt",
    "Settings",
    "StratumFigures",
    "Unconfirmed",
    "admission_for_account",
    "admission_for_address",
    "admission_for_code",
    "archive",
    "ask_for_opening",
    "blank",
    "bring_back",
    "call_off",
    "change",
    "close",
    "compare",
    "compare_draft",
    "copy_survey",
    "create_survey",
    "definition_of",
    "device_value",
    "discard",
    "draft_of",
    "draft_plan",
    "enter",
    "enter_first",
    "enter_second",
    "entered_on",
    "extend",
    "find_survey",
    "get_draft",
    "get_survey",
    "get_survey_by_id",
    "get_survey_for",
    "get_survey_to_edit",
    "give_resume_code",
    "go_on",
    "has_answers_of",
    "has_unpublished",
    "is_known_device",
    "letter_figures",
    "list_findings",
    "list_first_entries",
    "list_gaps",
    "list_surveys",
    "list_versions",
    "make_letters",
    "move_slug",
    "number_tallies",
    "open_draft",
    "open_survey",
    "pause",
    "plan_of",
    "publish_version",
    "redo",
    "ref_of",
    "require_new_device",
    "resume",
    "revision_key",
    "revoke",
    "save",
    "save_access",
    "save_dates",
    "save_draft",
    "save_settings",
    "save_thresholds",
    "settings_of",
    "start",
    "submit",
    "take_back_asking",
    "tallies",
    "undo",
    "unused",
    "withdraw",
]
