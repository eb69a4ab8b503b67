from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from portal.models import User
from portal.text import plain
from proposals import queries as proposals
from proposals.models import Call, LetterOfIntent
from proposals.panel import CriterionResult, PanelFacts, PanelResult
from proposals.panel import Finding as LetterFinding
from reviews import order, scoring
from reviews.models import Assignment, Consensus, Finding, Score, TieChoice
from reviews.queries.sight import ACTIVE, judged_by_others, shut_out

# With their criteria in one question each: asking more where something is written would tell so.
WRITTEN = (
    Prefetch("scores", Score.objects.select_related("criterion")),
    Prefetch("findings", Finding.objects.select_related("criterion")),
)


def rubric(call: Call) -> list[scoring.Weight]:
    return [scoring.Weight(c.code, c.weight, c.threshold) for c in call.criteria.all()]


@dataclass(frozen=True, slots=True)
class Bench:
    """The panel on one case: its reviews without those of conflicted people, and their sums.

    The technical assessors stand apart, and are in none of them.
    """

    assignments: tuple[Assignment, ...]
    spread: scoring.Spread
    consensus: str
    agreed: scoring.Agreed
    assessors: tuple[Assignment, ...] = ()

    @property
    def locked(self) -> tuple[Assignment, ...]:
        """The reviews that count."""
        return tuple(a for a in self.assignments if a.state == "locked")

    @property
    def risks(self) -> tuple[str, ...]:
        """The risk as each locked review rates it, the lowest first."""
        return _lowest_first(self.locked)

    @property
    def all_risks(self) -> tuple[str, ...]:
        """Likewise, with the assessors' reports: whether it is high anywhere."""
        return _lowest_first((*self.locked, *(a for a in self.assessors if a.state == "locked")))

    @property
    def facts(self) -> PanelFacts:
        """What the guards of `proposals` need to know of the panel."""
        return PanelFacts(
            assigned=len(self.assignments),
            locked=len(self.locked),
            consensus_due=tuple(str(why) for why in self.spread.consensus_due),
            consensus=self.consensus,
            assessors=len(self.assessors),
            reports=sum(a.state == "locked" for a in self.assessors),
            unagreed=tuple(
                str(why)
                for why in self.spread.consensus_due
                if why.code and why.code not in self.agreed.scores
            ),
        )


def _lowest_first(of: Iterable[Assignment]) -> tuple[str, ...]:
    return tuple(sorted((a.risk for a in of if a.risk), key=Assignment.Risk.values.index))


def benches(lois: Sequence[LetterOfIntent]) -> dict[int, Bench]:
    """Case id → its bench, for any number of cases in the same number of queries."""
    gone = shut_out(lois)
    assignments: dict[int, list[Assignment]] = {}
    for assignment in (
        Assignment.objects.filter(loi__in=lois, state__in=ACTIVE)
        .select_related("reviewer")
        .prefetch_related(*WRITTEN)
        .order_by("pk")
    ):
        if (assignment.loi_id, assignment.reviewer_id) not in gone:
            assignments.setdefault(assignment.loi_id, []).append(assignment)
    written = {one.loi_id: one for one in written_consensus(lois)}
    rubrics = {loi.call_id: loi.call for loi in lois}
    rubrics = {pk: rubric(call) for pk, call in rubrics.items()}
    found = {}
    for loi in lois:
        on_it = assignments.get(loi.pk, ())
        mine = tuple(a for a in on_it if not a.assessed)
        reviews = [
            scoring.Review(
                {s.criterion.code: s.value for s in a.scores.all() if not s.not_applicable},
                a.confidence,
            )
            for a in mine
            if a.state == "locked"
        ]
        spread = scoring.spread(reviews, rubrics[loi.call_id])
        apart = tuple(a for a in on_it if a.assessed)
        last = written.get(loi.pk)
        agreed = scoring.agree(spread, agreed_scores(last), rubrics[loi.call_id])
        found[loi.pk] = Bench(mine, spread, last.text if last else "", agreed, apart)
    return found


def written_consensus(lois: Iterable[LetterOfIntent]) -> QuerySet[Consensus]:
    """What was written down on the cases, drafts left out, the latest of each last."""
    found = Consensus.objects.filter(loi__in=lois, draft=False).order_by("pk")
    return found.prefetch_related("scores__criterion")


def agreed_scores(consensus: Consensus | None) -> dict[str, Decimal]:
    """Criterion code → the score agreed."""
    return {s.criterion.code: s.value for s in consensus.scores.all()} if consensus else {}


def bench(loi: LetterOfIntent) -> Bench:
    return benches([loi])[loi.pk]


def facts(loi: LetterOfIntent) -> PanelFacts:
    return bench(loi).facts


@dataclass(frozen=True, slots=True)
class Standing:
    """A case in the ranking; `place` is None while no review of it is locked."""

    loi: LetterOfIntent
    bench: Bench
    rubric: tuple[scoring.Weight, ...]
    asked: dict[str, Decimal]  # by resource code, in its unit
    candidate: order.Candidate
    place: order.Ranked | None


def agreed_in_words(bench: Bench) -> dict[str, str]:
    """What a panel agreed, as minutes keep it."""
    scores, total = bench.agreed.scores, bench.agreed.total
    return {
        "scores": ", ".join(f"{code} {plain(value)}" for code, value in sorted(scores.items())),
        "total": "" if total is None else f"{scoring.rounded(total):f}",
        "text": bench.consensus,
    }


def tie_choices(lois: Iterable[LetterOfIntent]) -> list[TieChoice]:
    """The chair's choices among these cases, the latest last."""
    found = TieChoice.objects.filter(loi__in=list(lois)).select_related("loi", "by")
    return list(found.order_by("pk"))


def ranking(lois: Iterable[LetterOfIntent], *, choices: bool = True) -> list[Standing]:
    """The given cases in their order, those without a locked review last.

    Without `choices` as the rules leave it, before the chair chose among equals.
    """
    lois = list(lois)
    found = benches(lois)
    prefetch_related_objects(
        lois, "filing__demands__allocation__platform", "filing__demands__assessments"
    )
    asked = {loi.pk: _asked(loi) for loi in lois}
    candidates = {loi.pk: _candidate(loi, found[loi.pk], asked[loi.pk]["mass"]) for loi in lois}
    chosen = _choices(lois) if choices else []
    placed = order.rank(list(candidates.values()), chosen)
    places = {place.reference: (number, place) for number, place in enumerate(placed)}
    last = (len(places), None)
    lois.sort(key=lambda loi: (places.get(loi.reference, last)[0], loi.reference))
    rubrics = {loi.call_id: loi.call for loi in lois}
    rubrics = {pk: tuple(rubric(call)) for pk, call in rubrics.items()}
    return [
        Standing(
            loi,
            found[loi.pk],
            rubrics[loi.call_id],
            asked[loi.pk],
            candidates[loi.pk],
            places.get(loi.reference, last)[1],
        )
        for loi in lois
    ]


def _choices(lois: list[LetterOfIntent]) -> list[order.Choice]:
    references = {loi.key: loi.reference for loi in lois}
    return [
        order.Choice(
            one.loi.reference, frozenset(references[key] for key in one.over if key in references)
        )
        for one in tie_choices(lois)
    ]


def _candidate(loi: LetterOfIntent, bench: Bench, mev_kg: Decimal) -> order.Candidate:
    """A case as the order sees it; its discipline is the first of its keywords."""
    identity = loi.filing.content["identity"]
    return order.Candidate(
        loi.reference,
        bench.agreed,
        mev_kg,
        identity.get("level", ""),
        next(iter(identity.get("keywords", ())), ""),
        loi.organisation.country,
    )


def _asked(loi: LetterOfIntent) -> dict[str, Decimal]:
    total = {"mass": Decimal(0)}
    for allocation, amount in proposals.demands(loi).items():
        total[allocation.resource] = total.get(allocation.resource, Decimal(0)) + amount
    return total


def result(loi: LetterOfIntent, *, seen_by: User) -> PanelResult:
    """The panel's result as a decision keeps it: nobody's name, nothing confidential."""
    return results(loi.call, seen_by=seen_by).get(loi.pk) or _result(ranking([loi])[0])


def results(call: Call, *, seen_by: User) -> dict[int, PanelResult]:
    """Case id → its result, of every case of the call that is still in the running.

    The ranks are those among the cases that whoever decides can see: a case that
    a conflict hides from them is not to be read from the others'.
    """
    running = proposals.running(call).filter(pk__in=judged_by_others(seen_by).values("pk"))
    return {one.loi.pk: _result(one) for one in ranking(running.select_related("call", "filing"))}


def _result(mine: Standing) -> PanelResult:
    place, found, agreed = mine.place, mine.bench.spread, mine.bench.agreed
    return PanelResult(
        mean=scoring.rounded(found.mean) if found.mean is not None else None,
        sd=scoring.rounded(found.sd) if found.sd is not None else None,
        total=scoring.rounded(agreed.total) if agreed.total is not None else None,
        rank=place.rank if place else None,
        criteria=tuple(
            CriterionResult(
                c.code,
                c.title,
                c.weight,
                scoring.rounded(agreed.criteria[c.code]),
                str(scoring.word(agreed.criteria[c.code])),
                c.code in agreed.scores,
            )
            for c in mine.loi.call.criteria.all()
            if c.code in agreed.criteria
        ),
        findings=tuple(
            LetterFinding(f.criterion.code, f.strength, f.major, f.text)
            for review in mine.bench.locked
            for f in review.findings.all()
            if not f.confidential
        ),
        consensus=mine.bench.consensus,
        risks=mine.bench.all_risks,
    )
