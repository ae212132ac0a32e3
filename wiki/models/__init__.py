"""Tables of the wiki. What nobody released stands in proposals and snapshots, never on a page."""

from wiki.models.pages import (
    PAGE_KEY,
    Address,
    LinkKind,
    Page,
    PageLink,
    PageState,
    PageTag,
    Revision,
    StoredText,
    Tally,
    TallyKind,
)
from wiki.models.proposals import (
    OPEN,
    PROPOSAL_KEY,
    Draft,
    Kind,
    Proposal,
    ProposalState,
    Remark,
    Snapshot,
)
from wiki.models.renaming import Renaming
from wiki.models.space import (
    SPACE_KIND,
    Protection,
    Review,
    Space,
)

__all__ = [
    "OPEN",
    "PAGE_KEY",
    "PROPOSAL_KEY",
    "SPACE_KIND",
    "Address",
    "Draft",
    "Kind",
    "LinkKind",
    "Page",
    "PageLink",
    "PageState",
    "PageTag",
    "Proposal",
    "ProposalState",
    "Protection",
    "Remark",
    "Renaming",
    "Review",
    "Revision",
    "Snapshot",
    "Space",
    "StoredText",
    "Tally",
    "TallyKind",
]
