from portal.text import say
from portal.workflow import CLOCK, START, Row, State, Table, register
from proposals import policy
from proposals.models import Decision
from proposals.models.lois import CANCELLABLE, MOVABLE, OFFERED, RUNNING
from proposals.workflow.agreements import (
    AGREEMENT_STATES,
    agreement_rows,
    asked_for_the_first_time,
    call_is_cancelled,
    had_no_part,
    was_decided,
    was_found_ineligible,
    within_redress,
)
from proposals.workflow.clarifications import (
    a_round_is_left,
    answer_is_in_time,
    answer_is_overdue,
)
from proposals.workflow.filing import (
    a_copy_is_open,
    call_is_open,
    call_is_over,
    complete,
    files_are_harmless,
    no_copy_is_open,
    no_share_is_declined,
    not_yet_screened,
    open_again,
    organisation_is_verified,
    the_copy_is_drafted,
    the_copy_is_signed_off,
    ticket_has_room,
    warnings_are_acknowledged,
)
from proposals.workflow.judging import (
    consensus_is_written,
    decided,
    enough_assessors,
    enough_reviewers,
    found_compliant,
    found_ineligible_by_another,
    moved_elsewhere,
    reports_are_locked,
    reviews_are_locked,
)
from proposals.workflow.namings import nobody_rejected

# fmt: off
LOI_ROWS = (
    Row("begin", "begun", (START,), "draft", ("pi", "editor", "owner"), (call_is_open,)),
    Row("sign_off", "signed_off", ("draft",), "awaiting_signature", ("pi",), (call_is_open, complete, files_are_harmless, nobody_rejected, no_share_is_declined, warnings_are_acknowledged), "loi_signed_off", say("Sign off")),
    Row("return_to_draft", "returned_to_draft", ("awaiting_signature",), "draft", ("aor", "pi"), (call_is_open,), "loi_returned", say("Return to the draft"), reason=True),
    Row("file", "filed", ("awaiting_signature",), "filed", ("aor",), (call_is_open, ticket_has_room, organisation_is_verified, complete, files_are_harmless, nobody_rejected, warnings_are_acknowledged), "loi_filed", say("File")),
    Row("revise", "revised", ("filed",), "filed", ("pi", "editor", "owner"), (no_copy_is_open, call_is_open), button=say("Open a working copy")),
    Row("sign_off_copy", "copy_signed_off", ("filed",), "filed", ("pi",), (the_copy_is_drafted, call_is_open, complete, files_are_harmless, nobody_rejected, no_share_is_declined, warnings_are_acknowledged), "loi_copy_signed_off", say("Sign off the working copy")),
    Row("return_copy", "copy_returned", ("filed",), "filed", ("aor", "pi"), (the_copy_is_signed_off, call_is_open), "loi_copy_returned", say("Return the working copy"), reason=True),
    Row("refile", "refiled", ("filed",), "filed", ("aor",), (the_copy_is_signed_off, call_is_open, organisation_is_verified, complete, files_are_harmless, nobody_rejected, warnings_are_acknowledged), "loi_refiled", say("File again")),
    Row("discard_copy", "copy_discarded", ("filed",), "filed", ("pi", "aor"), (a_copy_is_open,), "loi_copy_discarded", say("Discard the working copy"), tone="danger"),
    Row("lapse_copy", "copy_lapsed", ("filed",), "filed", (CLOCK,), (a_copy_is_open, call_is_over), "loi_copy_lapsed"),
    Row("withdraw", "withdrawn", RUNNING, "withdrawn", ("aor",), tells="loi_withdrawn", button=say("Withdraw"), reason=True, tone="danger"),
    Row("lapse", "lapsed", ("draft", "awaiting_signature"), "not_submitted", (CLOCK,), (call_is_over,), "loi_not_submitted"),
    Row("begin_screening", "screening_begun", ("filed",), "screening", (CLOCK,), (call_is_over,)),
    Row("ask_clarification", "clarification_asked", ("screening",), "clarification", ("secretary",), (a_round_is_left,), "clarification_asked", say("Ask a question")),
    Row("answer_clarification", "clarification_answered", ("clarification",), "screening", ("pi", "aor"), (answer_is_in_time,), "clarification_answered", say("Answer the question")),
    Row("lapse_clarification", "clarification_lapsed", ("clarification",), "screening", (CLOCK,), (answer_is_overdue,), "clarification_lapsed"),
    Row("readmit", "readmitted", ("not_submitted",), "draft", (CLOCK,), (open_again,)),
    Row("resume", "resumed", ("screening",), "filed", (CLOCK,), (open_again, not_yet_screened)),
    Row("declare_ineligible", "declared_ineligible", ("screening",), "ineligible", ("approver",), (found_ineligible_by_another,), "loi_ineligible", say("Confirm that it is ineligible"), tone="danger"),
    Row("begin_review", "review_begun", ("screening",), "under_review", ("secretary",), (found_compliant, enough_reviewers, enough_assessors), "loi_under_review", say("Send to review")),
    Row("conclude_reviews", "reviews_concluded", ("under_review",), "consensus", ("chair",), (reviews_are_locked, reports_are_locked), button=say("Conclude the reviews")),
    Row("conclude", "concluded", ("consensus",), "final_review", ("chair",), (consensus_is_written,), button=say("Send to final review")),
    Row("select", "selected", ("final_review",), "selected", ("secretary",), (decided("selected"),), "loi_decided"),
    Row("select_conditionally", "selected_conditionally", ("final_review",), "selected_conditional", ("secretary",), (decided("selected_conditional"),), "loi_decided"),
    Row("place_on_reserve", "placed_on_reserve", ("final_review",), "reserve", ("secretary",), (decided("reserve"),), "loi_decided"),
    Row("merge", "merged", ("final_review",), "merged", ("secretary",), (decided("merged"),), "loi_decided"),
    Row("promote", "promoted", ("reserve",), "selected", ("secretary",), (decided("selected"),), "loi_promoted"),
    Row("promote_conditionally", "promoted_conditionally", ("reserve",), "selected_conditional", ("secretary",), (decided("selected_conditional"),), "loi_promoted"),
    Row("reaccommodate", "reaccommodated", MOVABLE, "selected", ("secretary",), (decided("selected"), moved_elsewhere), "loi_reaccommodated"),
    Row("reaccommodate_conditionally", "reaccommodated_conditionally", MOVABLE, "selected_conditional", ("secretary",), (decided("selected_conditional"), moved_elsewhere), "loi_reaccommodated"),
    Row("not_select", "not_selected", ("final_review",), "not_selected", ("secretary",), (decided("not_selected"),), "loi_decided"),
    *agreement_rows(OFFERED),
    Row("request_review", "review_requested", ("not_selected", "ineligible"), "review_requested", ("aor",), (within_redress, asked_for_the_first_time), "review_requested", say("Ask for a review")),
    Row("uphold", "upheld", ("review_requested",), "upheld", ("legal",), (had_no_part,), "review_answered", say("The decision stands"), reason=True),
    Row("reopen", "reopened", ("review_requested",), "final_review", ("legal",), (had_no_part, was_decided), "review_answered", say("Back to final review"), reason=True),
    Row("screen_again", "screened_again", ("review_requested",), "screening", ("legal",), (had_no_part, was_found_ineligible), "review_answered", say("Back to the screening"), reason=True),
    Row("cancel_draft", "draft_cancelled", ("draft", "awaiting_signature"), "not_submitted", ("approver",), (call_is_cancelled,), "loi_cancelled", reason=True),
    Row("cancel", "cancelled", CANCELLABLE, "call_cancelled", ("approver",), (call_is_cancelled,), "loi_cancelled", reason=True),
)
# fmt: on

LOI = register(
    Table(
        noun="loi",
        title=say("Letter of intent"),
        relation=policy.relation,
        relations=policy.LOI_RELATIONS,
        states=(
            State("draft", say("draft")),
            State("awaiting_signature", say("signed off, not yet filed"), tone="amber"),
            State("filed", say("filed"), tone="lunar"),
            State("not_submitted", say("not submitted"), final=True),
            State("withdrawn", say("withdrawn"), final=True),
            State("screening", say("in screening"), tone="lunar"),
            State(
                "clarification",
                say("waiting for the partner's answer"),
                say("a question of the screening waits for your answer"),
                tone="amber",
            ),
            State("ineligible", say("ineligible"), tone="cinnabar"),
            State("under_review", say("under review"), tone="lunar"),
            State("consensus", say("in consensus"), say("under review"), tone="lunar"),
            State("final_review", say("in final review"), tone="lunar"),
            State("selected", say("selected"), tone="jade"),
            State("selected_conditional", say("selected with conditions"), tone="jade"),
            State("reserve", say("on the reserve list"), tone="amber"),
            State("not_selected", say("not selected")),
            *AGREEMENT_STATES,
            State("review_requested", say("review of the procedure asked for"), tone="amber"),
            State("call_cancelled", say("the call was cancelled"), tone="cinnabar"),
            State("upheld", say("reviewed: the decision stands"), final=True),
            State("merged", say("merged into a project"), tone="jade", final=True),
        ),
        rows=LOI_ROWS,
    )
)

# How a case comes to what is decided of it: from the reserve list, to another mission, and
# from final review.
PROMOTION_ACTION = {
    Decision.Outcome.SELECTED: "promote",
    Decision.Outcome.CONDITIONAL: "promote_conditionally",
}
REACCOMMODATION_ACTION = {
    Decision.Outcome.SELECTED: "reaccommodate",
    Decision.Outcome.CONDITIONAL: "reaccommodate_conditionally",
}
OUTCOME_ACTION = {
    Decision.Outcome.SELECTED: "select",
    Decision.Outcome.CONDITIONAL: "select_conditionally",
    Decision.Outcome.RESERVE: "place_on_reserve",
    Decision.Outcome.NOT_SELECTED: "not_select",
    Decision.Outcome.MERGED: "merge",
}
