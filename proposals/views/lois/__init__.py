from proposals.views.lois.attaching import attach, detach
from proposals.views.lois.case import (
    discard_copy,
    filing,
    loi,
    return_copy,
    return_to_draft,
    revise,
    withdraw,
)
from proposals.views.lois.editing import edit, headroom, presence
from proposals.views.lois.lists import begin, copied, index
from proposals.views.lois.revisions import bring_back, difference, revisions
from proposals.views.lois.signing import file, refile, sign_off, sign_off_copy

__all__ = [
    "attach",
    "begin",
    "bring_back",
    "copied",
    "detach",
    "difference",
    "discard_copy",
    "edit",
    "file",
    "filing",
    "headroom",
    "index",
    "loi",
    "presence",
    "refile",
    "return_copy",
    "return_to_draft",
    "revise",
    "revisions",
    "sign_off",
    "sign_off_copy",
    "withdraw",
]
