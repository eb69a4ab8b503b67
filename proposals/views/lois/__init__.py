from proposals.views.lois.attaching import attach, detach
from proposals.views.lois.case import file, loi, return_to_draft, sign_off, withdraw
from proposals.views.lois.editing import edit, headroom
from proposals.views.lois.lists import begin, index

__all__ = [
    "attach",
    "begin",
    "detach",
    "edit",
    "file",
    "headroom",
    "index",
    "loi",
    "return_to_draft",
    "sign_off",
    "withdraw",
]
