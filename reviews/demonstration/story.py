from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from portal import documents, files, roles
from portal.models import Organisation
from proposals.models import Call, LetterOfIntent
from proposals.services import attachments, clarifications, drafts, evaluation, filings
from proposals.services import calls as call_services
from proposals.workflow.filing import warnings
from reviews import queries, services
from reviews.demonstration import calls, consortium, data, law, people
from reviews.demonstration.cast import Cast
from reviews.models import Assignment
from reviews.services import FindingDraft

DAY = timedelta(days=1)
UNDER_CLASS = {
    "contingency_percent": "8",
    "contingency_reason": "Weighed engineering model; the remaining growth is the harness only.",
}


@transaction.atomic
def open_call(cast: Cast, now: datetime) -> None:
    """DEMO27-L: open for twenty more days, with drafts, one letter signed off, and filed ones."""
    call = calls.published(
        "DEMO27-L", "Payloads of the demonstration polar lander",
        opens_at=calls.midnight(now, -41), closes_at=calls.midnight(now, 20),
        at=now - 41 * DAY, cast=cast,
    )  # fmt: skip
    for days, case in enumerate(data.load("letters")):
        at = now - timedelta(days=20 - days, hours=5)
        case["partners"] = consortium.rows(case["ref"], cast) or case["partners"]
        if case["ref"] in people.ASKED:
            case["scientist_email"] = f"scientist.{case['slug']}@example.org"
        if case["ref"] in {"FIC-01", "FIC-04", "FIC-08", "FIC-12"}:
            _filed(call, case, cast, at, between=consortium.asked)
        elif case["ref"] == "FIC-02":
            _sign_off(_drafted(call, case, cast, at), at + timedelta(hours=1))
        elif case["ref"] in {"FIC-05", "FIC-06"}:
            _written_on(_drafted(call, case, cast, at), at + 2 * DAY)
        elif case["ref"] == "FIC-15":
            _drafted(call, case, cast, at, sections=("identity", "team"))
    consortium.written_on(call, cast, now - 2 * DAY)
    people.settled(cast, now)
    people.agreed(call, "DEMO27-L-0001", now - 10 * DAY)
    law.answered(call, cast, "axes", "steppe-orbital", now - 17 * DAY)
    law.postponed(call, cast, now - 4 * DAY)
    law.answered(call, cast, "heritage", "baltic-space", now - 3 * DAY)
    law.waiting(call, cast, "karoo-radio", now - timedelta(hours=20))


@transaction.atomic
def closed_call(cast: Cast, now: datetime) -> None:
    """DEMO26-L: closed for ninety days, judged, its cases in final review and undecided."""
    call = calls.published(
        "DEMO26-L", "Payloads of the demonstration polar lander, first round",
        opens_at=calls.midnight(now, -151), closes_at=calls.midnight(now, -90),
        at=now - 151 * DAY, cast=cast,
    )  # fmt: skip
    cases = {}
    for hours, case in enumerate(data.load("letters")):
        at = call.closes_at - timedelta(days=12, hours=-9 * hours)
        if case["ref"] == "FIC-15":
            _drafted(call, case, cast, at, sections=("identity", "team", "science"))
        else:
            changes = UNDER_CLASS if case["ref"] == "FIC-06" else {}
            cases[case["ref"]] = _filed(call, case, cast, at, **changes)
    law.answered(call, cast, "camera", "sahel-imaging", call.closes_at - 20 * DAY)
    call_services.close(call, now=call.closing_due_at)
    _panel(call, cast, call.closes_at + 2 * DAY)
    _clarify(cases["FIC-09"], cast, call.closes_at + timedelta(days=2, hours=10))
    _screen(cases, cast, call.closes_at + 5 * DAY)
    _review(cases, cast, call.closes_at + 10 * DAY)
    _conclude(cases, cast, call.closes_at + 50 * DAY)


def _drafted(
    call: Call, case: dict, cast: Cast, at: datetime, sections: tuple[str, ...] = (), **changes: str
) -> LetterOfIntent:
    pi, organisation = cast.pis[case["slug"]], cast.organisations[case["slug"]]
    acts = {"pi": pi, "by": pi, "now": at}
    earlier = LetterOfIntent.objects.filter(organisation=organisation, pi=pi).exclude(call=call)
    source = earlier.first() if case["ref"] == "FIC-05" else None
    loi = drafts.copy(source, call, **acts) if source else drafts.begin(call, organisation, **acts)
    changes["flight_model_on"] = str(call.need_by - 60 * DAY)
    for section, values in data.content(case, **changes).items():
        if not sections or section in sections:
            loi = drafts.save_draft(
                loi, section=section, values=values, version=loi.version, by=pi, now=at
            )
    for file in data.attached(case) if not sections else ():
        content = file.read_bytes()
        blob = files.keep(content, media_type=documents.recognise(content))
        loi = attachments.attach(
            loi, blob, kind=file.stem, name=f"{case['acronym']} {file.name}",
            pages=1 if blob.media_type == documents.PDF else None,
            version=loi.version, by=pi, now=at,
        )  # fmt: skip
    return loi


def _written_on(loi: LetterOfIntent, at: datetime) -> None:
    """Two days later the PI says more of who is trained: a revision to compare."""
    science = loi.content["science"]
    trained = f"{science['benefits']} One of them spends a term with the host's team."
    drafts.save_draft(
        loi, section="science", values=science | {"benefits": trained},
        version=loi.version, by=loi.pi, now=at,
    )  # fmt: skip


def _sign_off(loi: LetterOfIntent, at: datetime) -> None:
    ticks = [warning.id for warning in warnings(loi)]
    filings.sign_off(loi, version=loi.version, acknowledged=ticks, by=loi.pi, now=at)


def _filed(
    call: Call, case: dict, cast: Cast, at: datetime, between=None, **changes: str
) -> LetterOfIntent:
    """`between` is done with the draft before it is signed off."""
    loi = _drafted(call, case, cast, at, **changes)
    if between:
        between(loi, cast, at)
    _sign_off(loi, at + timedelta(hours=1))
    aor = cast.aors[case["slug"]]
    filings.file(loi, version=loi.version, by=aor, now=at + timedelta(hours=3))
    return LetterOfIntent.objects.get(pk=loi.pk)


def _panel(call: Call, cast: Cast, at: datetime) -> None:
    secretary = cast.office["secretary"]
    services.add_member(call, cast.chair, roles.CHAIR, by=secretary, now=at)
    for row in data.load("panel")["reviewers"]:
        organisation: Organisation | None = cast.organisations.get(row.get("organisation", ""))
        services.add_member(
            call, cast.reviewers[row["id"]], roles.REVIEWER, organisation=organisation,
            country=row["country"], keywords=row["keywords"], quota=12, by=secretary, now=at,
        )  # fmt: skip


def _clarify(loi: LetterOfIntent, cast: Cast, at: datetime) -> None:
    """A question of fact in the screening, and its answer."""
    clarifications.ask_clarification(
        loi, due_at=clarifications.usual_due(loi.call, at), by=cast.office["secretary"], now=at,
        question="The letter names a living culture in a closed chamber. Does gas or liquid leave the chamber on the surface, by design or by a valve?",
    )  # fmt: skip
    clarifications.answer_clarification(
        loi, by=cast.pis["mekong-bio"], now=at + 2 * DAY,
        answer="No. The chamber is welded shut and has no vent. Its relief valve opens into the outer can, which is sealed and holds the whole culture.",
    )  # fmt: skip


def _screen(cases: dict[str, LetterOfIntent], cast: Cast, at: datetime) -> None:
    secretary, approver = cast.office["secretary"], cast.office["approver"]
    withdrawn = cases["FIC-03"]
    filings.withdraw(
        withdrawn, by=cast.aors["sahel-imaging"], now=at,
        reason="The camera is needed on another mission of the centre.",
    )  # fmt: skip
    for ref, loi in cases.items():
        if ref == "FIC-03":
            continue
        if ref != "FIC-06":
            evaluation.screen(
                loi, compliant=True, note="Complete and within scope.", by=secretary, now=at
            )
            continue
        restored = Decimal("110.400")
        evaluation.screen(
            loi, compliant=False, rule="One independent module has at most 100 kg, counted as MEV.",
            note="The contingency of 8 % is not accepted for a new design: class D owes 20 %. With it the module has 110.4 kg MEV.",
            assessed={"mass": (restored, "Contingency of class D restored: 92 kg CBE and 20 %.")},
            by=secretary, now=at,
        )  # fmt: skip
        evaluation.declare_ineligible(loi, by=approver, now=at + 2 * DAY)


def _review(cases: dict[str, LetterOfIntent], cast: Cast, at: datetime) -> None:
    panel, secretary = data.load("panel"), cast.office["secretary"]
    due = at + 30 * DAY
    for ref, scores in panel["scores"].items():
        loi = cases[ref]
        extra = [panel["soft"].get(ref), panel["overdue"].get(ref)]
        invited = {
            name: services.assign(loi, cast.reviewers[name], due_at=due, by=secretary, now=at)
            for name in (*scores, *filter(None, extra))
        }
        services.begin_review(loi, by=secretary, now=at + DAY)
        for name, values in scores.items():
            _write_review(invited[name], panel, name, values, at + 4 * DAY)
        if soft := panel["soft"].get(ref):
            reviewer = cast.reviewers[soft]
            said = "I work in the same country as the lead organisation."
            services.accept(invited[soft], soft_conflict=said, by=reviewer, now=at + 2 * DAY)
            why = "Three reviewers without any conflict are on the case: the chair does without a fourth."
            services.remove(invited[soft], reason=why, by=cast.chair, now=at + 3 * DAY)
        if late := panel["overdue"].get(ref):
            services.accept(invited[late], by=cast.reviewers[late], now=at + 2 * DAY)
            why = "The review is more than five days overdue; three others are locked."
            services.remove(invited[late], reason=why, by=secretary, now=due + 6 * DAY)


def _write_review(invited: Assignment, panel: dict, name: str, values: list, at: datetime) -> None:
    reviewer = invited.reviewer
    services.accept(invited, by=reviewer, now=at)
    scores = {f"C{n}": Decimal(str(value)) for n, value in enumerate(values, 1)}
    turn = int(name[1:]) - 1
    findings = []
    for code, value in scores.items():
        strength = value >= Decimal("3.5")
        texts = panel["strengths" if strength else "weaknesses"][code]
        major = value <= 2 or value == 5
        findings.append(FindingDraft(code, strength, texts[turn % len(texts)], major=major))
    saved = services.save_review(
        invited, scores=scores, findings=findings, confidence=2 + turn % 2,
        risk="medium" if scores["C3"] < 3 else "low", version=invited.version,
        by=reviewer, now=at + 8 * DAY,
    )  # fmt: skip
    services.lock(saved, version=saved.version, by=reviewer, now=at + 9 * DAY)


def _conclude(cases: dict[str, LetterOfIntent], cast: Cast, at: datetime) -> None:
    panel = data.load("panel")
    for ref in panel["scores"]:
        loi = cases[ref]
        services.conclude_reviews(loi, by=cast.chair, now=at)
        consensus = panel["consensus"] if queries.facts(loi).consensus_due else ""
        services.conclude(loi, consensus=consensus, by=cast.chair, now=at + 3 * DAY)
