from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from proposals.models import Call, LetterOfIntent
from proposals.services import calls as call_services
from proposals.services import clarifications, drafts, evaluation, filings
from reviews import queries, services
from reviews.demonstration import acts, calls, consortium, data, law, people, together
from reviews.demonstration.cast import Cast
from reviews.models import Conflict
from reviews.services import scenarios

DAY = timedelta(days=1)
UNDER_CLASS = {
    "contingency_percent": "8",
    "contingency_reason": "Weighed engineering model; the remaining growth is the harness only.",
}


@transaction.atomic
def open_call(cast: Cast, now: datetime) -> None:
    """DEMO27-L: open for twenty more days, with drafts, one letter signed off, and filed ones."""
    call = calls.published(
        "DEMO27-L", "Payloads of the demonstration polar lander", calls.lander(),
        opens_at=calls.midnight(now, -41), closes_at=calls.midnight(now, 20),
        at=now - 41 * DAY, cast=cast,
    )  # fmt: skip
    for days, case in enumerate(data.load("letters")):
        at = now - timedelta(days=20 - days, hours=5)
        case["partners"] = consortium.rows(case["ref"], cast) or case["partners"]
        if case["ref"] in people.ASKED:
            case["scientist_email"] = f"scientist.{case['slug']}@example.org"
        if case["ref"] in {"FIC-01", "FIC-04", "FIC-08", "FIC-12"}:
            acts.filed(call, case, cast, at, between=consortium.asked)
        elif case["ref"] == "FIC-02":
            acts.sign_off(acts.drafted(call, case, cast, at), at + timedelta(hours=1))
        elif case["ref"] in {"FIC-05", "FIC-06"}:
            _written_on(acts.drafted(call, case, cast, at), at + 2 * DAY)
        elif case["ref"] == "FIC-15":
            acts.drafted(call, case, cast, at, sections=("identity", "team"))
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
        "DEMO26-L", "Payloads of the demonstration polar lander, first round", calls.lander(),
        opens_at=calls.midnight(now, -151), closes_at=calls.midnight(now, -90),
        at=now - 151 * DAY, cast=cast,
    )  # fmt: skip
    cases = filed(call, cast)
    law.answered(call, cast, "camera", "sahel-imaging", call.closes_at - 20 * DAY)
    judged(call, cases, cast)
    _weigh(call, cast, call.closes_at + 60 * DAY)


def filed(call: Call, cast: Cast) -> dict[str, LetterOfIntent]:
    """The letters of a round that has closed: fourteen filed, one left in its draft."""
    cases = {}
    for hours, case in enumerate(data.load("letters")):
        at = call.closes_at - timedelta(days=12, hours=-9 * hours)
        if case["ref"] == "FIC-15":
            acts.drafted(call, case, cast, at, sections=("identity", "team", "science"))
        else:
            changes = UNDER_CLASS if case["ref"] == "FIC-06" else {}
            cases[case["ref"]] = acts.filed(call, case, cast, at, **changes)
    return cases


def judged(call: Call, cases: dict[str, LetterOfIntent], cast: Cast) -> None:
    """From the closing to the final review: screened, reviewed, agreed on in the room."""
    call_services.close(call, now=call.closing_due_at)
    acts.panel(call, cast, call.closes_at + 2 * DAY)
    _clarify(cases["FIC-09"], cast, call.closes_at + timedelta(days=2, hours=10))
    _screen(cases, cast, call.closes_at + 5 * DAY)
    _review(cases, cast, call.closes_at + 10 * DAY)
    _conclude(cases, cast, call.closes_at + 50 * DAY)


def _written_on(loi: LetterOfIntent, at: datetime) -> None:
    """Two days later the PI says more of who is trained: a revision to compare."""
    science = loi.content["science"]
    trained = f"{science['benefits']} One of them spends a term with the host's team."
    drafts.save_draft(
        loi, section="science", values=science | {"benefits": trained},
        version=loi.version, by=loi.pi, now=at,
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
    for found in Conflict.objects.filter(loi__in=cases.values(), hard=True):
        why = "The affiliation stands in the reviewer's profile and in the letter."
        services.confirm(found, reason=why, by=secretary, now=at)
    for ref, scores in panel["scores"].items():
        loi = cases[ref]
        extra = [panel["soft"].get(ref), panel["overdue"].get(ref)]
        names = (*scores, *filter(None, extra))
        bench = [cast.reviewers[name] for name in names]
        placed = services.assign_all(loi, bench, due_at=due, by=secretary, now=at)
        invited = dict(zip(names, placed, strict=True))
        services.begin_review(loi, by=secretary, now=at + DAY)
        for name, values in scores.items():
            acts.write_review(invited[name], panel, name, values, at + 4 * DAY)
        if soft := panel["soft"].get(ref):
            reviewer = cast.reviewers[soft]
            said = "I work in the same country as the lead organisation."
            services.accept(
                invited[soft], declared={"country": said}, by=reviewer, now=at + 2 * DAY
            )
            why = "Three reviewers without any conflict are on the case: the chair does without a fourth."
            told = Conflict.objects.get(loi=loi, user=reviewer, declared=True)
            services.confirm(told, reason=why, by=cast.chair, now=at + 3 * DAY)
        if late := panel["overdue"].get(ref):
            services.accept(invited[late], by=cast.reviewers[late], now=at + 2 * DAY)
            why = "The review is more than five days overdue; three others are locked."
            services.remove(invited[late], reason=why, by=secretary, now=due + 6 * DAY)


def _conclude(cases: dict[str, LetterOfIntent], cast: Cast, at: datetime) -> None:
    judged = [cases[ref] for ref in data.load("panel")["scores"]]
    for loi in judged:
        services.conclude_reviews(loi, by=cast.chair, now=at)
    together.held(judged[0].call, cases, cast, at + 2 * DAY + timedelta(hours=10))
    for loi in judged:
        services.conclude(loi, by=cast.chair, now=at + 3 * DAY)


def _weigh(call: Call, cast: Cast, at: datetime) -> None:
    """The chair puts a set together by hand, and has two worked out: workers find them."""
    ranked = queries.pool(cast.chair, call).ready
    scenarios.keep(
        call, places={one.loi.key: scenarios.SELECT for one in ranked[:10]},
        note="The first ten by rank", by=cast.chair, now=at,
    )  # fmt: skip
    scenarios.ask(
        call, rules={}, what_if={}, note="As the call stands", by=cast.chair, now=at + DAY
    )
    wider = {"lander-mass": {"offered": Decimal(210)}}
    scenarios.ask(call, rules={}, what_if=wider, note="What if 190 kg", by=cast.chair, now=at + DAY)
