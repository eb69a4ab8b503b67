from django.urls import path

from reviews.views import (
    agreeing,
    assigning,
    concluding,
    deadlines,
    deciding,
    inbox,
    matching,
    places,
    reviewing,
    scores,
    sheets,
    versions,
)

urlpatterns = [
    # the reviewer
    path("reviews/", inbox.inbox, name="inbox"),
    path("reviews/due.ics", inbox.due_dates, name="due_dates"),
    path("reviews/<slug:key>/declare/", reviewing.declare, name="declare"),
    path("reviews/<slug:key>/", sheets.review, name="review"),
    path("reviews/<slug:key>/lock/", sheets.lock, name="lock_assignment"),
    path("reviews/<slug:key>/open-names/", sheets.open_names, name="open_names_assignment"),
    path("reviews/<slug:key>/versions/", versions.versions, name="sheet_versions"),
    path(
        "reviews/<slug:key>/versions/<int:old>/<int:new>/", versions.version, name="sheet_version"
    ),
    path(
        "reviews/<slug:key>/versions/<int:number>/bring-back/",
        versions.bring_back,
        name="bring_sheet_back",
    ),
    path("reviews/<slug:key>/recuse/", reviewing.recuse, name="recuse_assignment"),
    path("reviews/<slug:key>/give-back/", reviewing.give_back, name="give_back_assignment"),
    # a place on the panel
    path("panel/link/<str:token>/", places.link, name="place_link"),
    path("panel/<slug:key>/", places.place, name="place"),
    path("panel/<slug:key>/accept/", places.accept, name="accept_place"),
    path("panel/<slug:key>/decline/", places.decline, name="decline_place"),
    path("panel/<slug:key>/describe/", places.describe, name="describe_place"),
    path("panel/<slug:key>/leave/", places.leave, name="leave_place"),
    path("panel/<slug:key>/remind/", places.remind, name="remind_place"),
    path("panel/<slug:key>/withdraw/", places.withdraw, name="withdraw_place"),
    # the secretary
    path("calls/<str:code>/panel/", places.panel, name="panel"),
    path("calls/<str:code>/matching/", matching.matching, name="matching"),
    path("calls/<str:code>/matching/table/", matching.read_table, name="read_table"),
    path("calls/<str:code>/assignments.csv", matching.assignments, name="assignments"),
    path("calls/<str:code>/matching/pairs/", matching.set_pair, name="set_pair"),
    path("pairs/<slug:key>/lift/", matching.lift_pair, name="lift_pair"),
    path("matchings/<slug:key>/apply/", matching.apply, name="apply_matching"),
    path("matchings/<slug:key>/discard/", matching.discard, name="discard_matching"),
    # the secretary and the chair
    path("calls/<str:code>/deadlines/", deadlines.deadlines, name="deadlines"),
    path("reviews/<slug:key>/extend/", deadlines.extend, name="extend_assignment"),
    path("reviews/<slug:key>/reassign/", deadlines.reassign, name="reassign"),
    path("lois/<slug:key>/assign/", assigning.assign, name="assign"),
    path("reviews/<slug:key>/remove/", assigning.remove, name="remove_assignment"),
    path("lois/<slug:key>/present/", assigning.present, name="present"),
    path("lois/<slug:key>/begin-review/", assigning.begin_review, name="begin_review_loi"),
    # the chair
    path("calls/<str:code>/ranking/", concluding.ranking, name="ranking"),
    path("calls/<str:code>/scores/", scores.scores, name="scores"),
    path("calls/<str:code>/compare/", scores.compare, name="compare"),
    path("lois/<slug:key>/reviews/", concluding.case, name="judging"),
    path("reviews/<slug:key>/reopen/", concluding.reopen, name="reopen_assignment"),
    path("lois/<slug:key>/step-out/", concluding.step_out, name="step_out"),
    path(
        "lois/<slug:key>/conclude-reviews/",
        concluding.conclude_reviews,
        name="conclude_reviews_loi",
    ),
    path("lois/<slug:key>/consensus/", agreeing.consensus, name="consensus"),
    path("lois/<slug:key>/consensus/answer/", agreeing.answer_consensus, name="answer_consensus"),
    path("lois/<slug:key>/conclude/", concluding.conclude, name="conclude_loi"),
    path("lois/<slug:key>/prepare/", deciding.prepare, name="prepare_decision"),
    path(
        "calls/<str:code>/propose-decisions/",
        deciding.propose_decisions,
        name="propose_decisions_call",
    ),
]
