"""What can be done with the wiki. Flushes, never commits.

submit            somebody saves an editor: a proposal, published at once where rules allow it
outlook           what approving it would publish, worked out from what is true now
approve           publish what was read; Conflict, MergeToSee, Clashing when it is not that
ask_for_changes   back to the author, who has 30 days
resolve           choose between both sides; the author stays the author
withdraw, ask_again, reopen, become_creation, remark_on
publish_import    a version from elsewhere, by the administration
"""

from wiki.service.deciding import (
    Clashing,
    MergeToSee,
    approve,
    ask_for_changes,
    expire_due,
    reject,
    resolve,
    submit,
)
from wiki.service.drafts import discard_draft, find_draft, list_drafts, save_draft
from wiki.service.linking import backlinks, count_backlinks
from wiki.service.merging import FieldClash, Outlook, State, outlook
from wiki.service.moderating import hide_of_revision
from wiki.service.pages import (
    Moved,
    find_page,
    get_page,
    get_page_for,
    get_page_to_read,
    get_published,
    get_revision,
    get_revisions,
    mark_checked,
    page_path,
    protect,
    remove_address,
    set_twin,
)
from wiki.service.proposals import (
    ask_again,
    become_creation,
    become_edit,
    find_open,
    get_proposal_for,
    list_own,
    list_remarks,
    list_snapshots,
    proposal_path,
    propose,
    propose_confirmed,
    remark_on,
    reopen,
    withdraw,
)
from wiki.service.publishing import (
    Origin,
    find_imported,
    import_author,
    publish_import,
)
from wiki.service.renaming import count_touched, find_renaming, list_failed
from wiki.service.renaming import of_revision as renaming_of
from wiki.service.spaces import find_space, get_space_for, list_spaces, save_space
from wiki.service.wordings import Wording

__all__ = [
    "Clashing",
    "FieldClash",
    "MergeToSee",
    "Moved",
    "Origin",
    "Outlook",
    "State",
    "Wording",
    "approve",
    "ask_again",
    "ask_for_changes",
    "backlinks",
    "become_creation",
    "become_edit",
    "count_backlinks",
    "count_touched",
    "discard_draft",
    "expire_due",
    "find_draft",
    "find_imported",
    "find_open",
    "find_page",
    "find_renaming",
    "find_space",
    "get_page",
    "get_page_for",
    "get_page_to_read",
    "get_proposal_for",
    "get_published",
    "get_revision",
    "get_revisions",
    "get_space_for",
    "hide_of_revision",
    "import_author",
    "list_drafts",
    "list_failed",
    "list_own",
    "list_remarks",
    "list_snapshots",
    "list_spaces",
    "mark_checked",
    "outlook",
    "page_path",
    "proposal_path",
    "propose",
    "propose_confirmed",
    "protect",
    "publish_import",
    "reject",
    "remark_on",
    "remove_address",
    "renaming_of",
    "reopen",
    "resolve",
    "save_draft",
    "save_space",
    "set_twin",
    "submit",
    "withdraw",
]
