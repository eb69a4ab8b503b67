"""One function a verb. Lock order as in `proposals.services`: call, case, then the review."""

from reviews.services.conclusions import conclude, conclude_reviews, merge, prepare_decision
from reviews.services.conflicts import confirm, dismiss, look, step_out
from reviews.services.consensus import answer_consensus, draft_consensus, write_consensus
from reviews.services.deadlines import carry_over, extend, extend_all, reassign
from reviews.services.discussions import (
    add_comment,
    choose_hearing,
    edit_comment,
    mark_read,
    tell_of_the_day,
    withdraw_comment,
)
from reviews.services.names import open_names
from reviews.services.panels import (
    accept,
    assign,
    assign_all,
    begin_review,
    give_back,
    present,
    recuse,
    remove,
    reseat,
)
from reviews.services.sheets import bring_back, lock, may_write, reopen, save_review
from reviews.services.ties import choose_first
from reviews.sheets import FindingDraft

__all__ = [
    "FindingDraft",
    "accept",
    "add_comment",
    "answer_consensus",
    "assign",
    "assign_all",
    "begin_review",
    "bring_back",
    "carry_over",
    "choose_first",
    "choose_hearing",
    "conclude",
    "conclude_reviews",
    "confirm",
    "dismiss",
    "draft_consensus",
    "edit_comment",
    "extend",
    "extend_all",
    "give_back",
    "lock",
    "look",
    "mark_read",
    "may_write",
    "merge",
    "open_names",
    "prepare_decision",
    "present",
    "reassign",
    "recuse",
    "remove",
    "reopen",
    "reseat",
    "save_review",
    "step_out",
    "tell_of_the_day",
    "withdraw_comment",
    "write_consensus",
]
