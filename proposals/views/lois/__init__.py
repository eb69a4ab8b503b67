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
from proposals.views.lois.editing import edit, headroom
from proposals.views.lois.lists import begin, index
from proposals.views.lois.signing import file, refile, sign_off, sign_off_copy

__all__ = [
    "attach",
    "begin",
    "detach",
    "discard_copy",
    "edit",
    "file",
    "filing",
    "headroom",
    "index",
    "loi",
    "refile",
    "return_copy",
    "return_to_draft",
    "revise",
    "sign_off",
    "sign_off_copy",
    "withdraw",
]
