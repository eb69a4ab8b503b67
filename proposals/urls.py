from django.urls import path

from proposals.views import (
    amendments,
    calls,
    cases,
    clarifications,
    files,
    lois,
    proof,
    public,
    questions,
    release,
)

urlpatterns = [
    # for everybody
    path("", public.front, name="front"),
    path("missions/<slug:slug>/", public.mission, name="mission"),
    path("verify/", public.verify, name="verify"),
    path("verify/key/", public.keys, name="verify_key"),
    path("verify/key/<slug:key_id>.pem", public.key, name="key"),
    path("verify/<str:code>/", public.verification, name="verification"),
    # calls
    path("calls/", calls.index, name="calls"),
    path("calls/draft/", calls.draft, name="draft_call"),
    path("calls/<str:code>/", public.call, name="call"),
    path("calls/<str:code>/revise/", calls.revise, name="revise_call"),
    path("calls/<str:code>/propose/", calls.propose, name="propose_call"),
    path("calls/<str:code>/send-back/", calls.send_back, name="send_back_call"),
    path("calls/<str:code>/publish/", calls.publish, name="publish_call"),
    path("calls/<str:code>/board/", calls.board, name="board"),
    # the law of a call: its amendments, its questions and answers
    path("calls/<str:code>/amend/", amendments.amend, name="amend_call"),
    path("calls/<str:code>/amend/<slug:kind>/", amendments.propose, name="propose_amendment"),
    path("amendments/<slug:key>/", amendments.amendment, name="amendment"),
    path("amendments/<slug:key>/publish/", amendments.publish, name="publish_amendment"),
    path("amendments/<slug:key>/take-back/", amendments.take_back, name="take_back_amendment"),
    path("calls/<str:code>/ask/", questions.ask, name="ask"),
    path("calls/<str:code>/questions/", questions.index, name="questions"),
    path("questions/<slug:key>/", questions.question, name="question"),
    path("questions/<slug:key>/answer/", questions.answer, name="answer_question"),
    path(
        "questions/<slug:key>/answer-privately/",
        questions.answer_privately,
        name="answer_privately_question",
    ),
    path("questions/<slug:key>/decline/", questions.decline, name="decline_question"),
    path("questions/<slug:key>/correct/", questions.correct, name="correct_question"),
    # letters of intent
    path("lois/", lois.index, name="lois"),
    path("calls/<str:code>/begin/", lois.begin, name="begin_loi"),
    path("lois/<slug:key>/", lois.loi, name="loi"),
    path("lois/<slug:key>/edit/<slug:section>/", lois.edit, name="edit_loi"),
    path("lois/<slug:key>/headroom/", lois.headroom, name="headroom"),
    path("lois/<slug:key>/attach/", lois.attach, name="attach"),
    path("lois/<slug:key>/detach/", lois.detach, name="detach"),
    path("lois/<slug:key>/sign-off/", lois.sign_off, name="sign_off_loi"),
    path("lois/<slug:key>/return-to-draft/", lois.return_to_draft, name="return_to_draft_loi"),
    path("lois/<slug:key>/file/", lois.file, name="file_loi"),
    path("lois/<slug:key>/revise/", lois.revise, name="revise_loi"),
    path("lois/<slug:key>/sign-off-copy/", lois.sign_off_copy, name="sign_off_copy_loi"),
    path("lois/<slug:key>/return-copy/", lois.return_copy, name="return_copy_loi"),
    path("lois/<slug:key>/refile/", lois.refile, name="refile_loi"),
    path("lois/<slug:key>/discard-copy/", lois.discard_copy, name="discard_copy_loi"),
    path("lois/<slug:key>/filings/<int:number>/", lois.filing, name="filing"),
    path(
        "lois/<slug:key>/filings/<int:number>/manifest.json",
        files.manifest,
        name="filed_manifest",
    ),
    path("lois/<slug:key>/manifest.json", files.manifest, name="manifest"),
    path("lois/<slug:key>/withdraw/", lois.withdraw, name="withdraw_loi"),
    path("lois/<slug:key>/attachments/<slug:file_key>/", files.attachment, name="attachment"),
    path("lois/<slug:key>/manifest.sig", proof.signature, name="signature"),
    path("lois/<slug:key>/proof.zip", proof.bundle, name="proof"),
    path(
        "lois/<slug:key>/filings/<int:number>/manifest.sig",
        proof.signature,
        name="filed_signature",
    ),
    path("lois/<slug:key>/filings/<int:number>/proof.zip", proof.bundle, name="filed_proof"),
    path("letters/<slug:key>/", files.letter, name="letter"),
    # the secretariat's work on cases
    path("calls/<str:code>/cases/", cases.index, name="cases"),
    path("lois/<slug:key>/screen/", cases.screen, name="screen"),
    path(
        "lois/<slug:key>/ask-clarification/",
        clarifications.ask_clarification,
        name="ask_clarification_loi",
    ),
    path(
        "lois/<slug:key>/answer-clarification/",
        clarifications.answer_clarification,
        name="answer_clarification_loi",
    ),
    path(
        "lois/<slug:key>/declare-ineligible/",
        cases.declare_ineligible,
        name="declare_ineligible_loi",
    ),
    # approval and release
    path("calls/<str:code>/decisions/", release.decisions, name="decisions"),
    path(
        "calls/<str:code>/reopen-decisions/", release.reopen_decisions, name="reopen_decisions_call"
    ),
    path(
        "calls/<str:code>/approve-decisions/",
        release.approve_decisions,
        name="approve_decisions_call",
    ),
    path("calls/<str:code>/move-release/", release.move_release, name="move_release_call"),
    path("calls/<str:code>/release/", release.release, name="release_call"),
]
