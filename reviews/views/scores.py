from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import countries
from portal.text import plain
from proposals.models import Call
from reviews import order, plots, queries, scoring
from reviews.calibration import Calibrated
from reviews.forms.scores import CompareForm
from reviews.views.ranking import BROKEN, LEVELS, RANKED, judged_call
from reviews.views.reading import fixed


@require_safe
def scores(request: HttpRequest, code: str) -> HttpResponse:
    """What the panel gave: by case with the calibration beside the raw mean, and by reviewer."""
    call = judged_call(request, code)
    found = _scores(request, call)
    cases = found.calibration.cases
    axis = plots.Axis.over(
        value
        for reference, one in cases.items()
        for value in (*found.of_case(reference), one.low, one.high)
    )
    pairs = queries.pairs(found)
    days = queries.days(found.standings)
    around = plots.Axis.around(value for pair in pairs for value in pair.differences)
    context = {
        "call": call,
        "pairs": [_pair(pair, around) for pair in pairs],
        "around": around,
        "days": days,
        "steps": plots.steps(days),
        "axis": axis,
        "form": CompareForm(cases=[one.loi for one in found.standings]),
        "rows": [
            _row(standing, cases[standing.loi.reference], found, axis)
            for standing in found.standings
        ],
        "reviewers": [
            {
                "reviewer": reviewer,
                "reviews": len(by_case),
                "mean": _point(sum(by_case.values()) / len(by_case)),
                "bias": _signed(found.calibration.reviewers.get(reviewer.key)),
                "strip": plots.Strip(
                    reviewer.name, tuple(axis.x(total) for total in by_case.values())
                ),
            }
            for reviewer, by_case in found.totals.items()
        ],
        "caveats": found.calibration.caveats,
        "agreement": found.agreement and round(found.agreement * 100),
        "sds": {
            "case": _point(found.calibration.case_sd),
            "reviewer": _point(found.calibration.reviewer_sd),
            "noise": _point(found.calibration.noise_sd),
        },
    }
    return render(request, "reviews/scores.html", context)


def _scores(request: HttpRequest, call: Call) -> queries.Scores:
    visible = queries.judged_by_others(request.user).filter(call=call, state__in=RANKED)
    return queries.scores(visible)


def _row(
    standing: queries.Standing, one: Calibrated, found: queries.Scores, axis: plots.Axis
) -> dict:
    loi = standing.loi
    return {
        "loi": loi,
        "title": loi.filing.content["identity"]["title"],
        "one": one,
        "raw": _point(one.raw),
        "adjusted": _point(one.adjusted),
        "low": _point(one.low),
        "high": _point(one.high),
        "moved": one.moved,
        "steps": abs(one.moved),
        "strip": plots.Strip(
            loi.reference,
            tuple(axis.x(total) for total in found.of_case(loi.reference)),
            left=axis.x(one.low),
            right=axis.x(one.high),
            raw=axis.x(one.raw),
            adjusted=axis.x(one.adjusted),
        ),
    }


def _pair(pair: queries.Pair, axis: plots.Axis) -> dict:
    middle = sum(pair.differences) / len(pair.differences)
    return {
        "first": pair.first,
        "second": pair.second,
        "common": len(pair.differences),
        "mean": _signed(middle),
        "apart": _point(pair.apart),
        "correlation": "" if pair.correlation is None else f"{pair.correlation:+.2f}",
        "strip": plots.Strip(
            f"{pair.first.name}, {pair.second.name}",
            tuple(axis.x(value) for value in pair.differences),
            raw=axis.x(0),
            adjusted=axis.x(middle),
        ),
    }


@require_safe
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Why is this case before that one? Points by criterion, the rule for ties, the calibration."""
    call = judged_call(request, code)
    found = _scores(request, call)
    form = CompareForm(request.GET or None, cases=[one.loi for one in found.standings])
    context = {"call": call, "form": form}
    if form.is_valid():
        chosen = {form.cleaned_data["first"], form.cleaned_data["second"]}
        pair = [standing for standing in found.standings if standing.loi.key in chosen]
        first, second = pair[0], pair[-1]
        cases = found.calibration.cases
        one, other = cases[first.loi.reference], cases[second.loi.reference]
        context |= {
            "first": first,
            "second": second,
            "parts": queries.difference(first, second),
            "settled": [_settled(side) for side in (first, second)],
            "choice": next(
                (
                    choice
                    for choice in reversed(queries.tie_choices([first.loi]))
                    if second.loi.key in choice.over
                ),
                None,
            )
            if second.place and first.place.beat.get(second.loi.reference) == "choice"
            else None,
            "means": [fixed(side.bench.spread.mean, "0.01") for side in (first, second)],
            "totals": [fixed(side.bench.agreed.total, "0.01") for side in (first, second)],
            "points": f"{scoring.rounded(first.bench.agreed.total - second.bench.agreed.total):+f}",
            "why": _why(first, second),
            "calibrated": [
                {
                    "adjusted": _point(side.adjusted),
                    "low": _point(side.low),
                    "high": _point(side.high),
                }
                for side in (one, other)
            ],
            "turned": (one.place > other.place),
            "overlap": one.low <= other.high and other.low <= one.high,
            "caveats": found.calibration.caveats,
        }
    status = 400 if form.is_bound and not form.is_valid() else 200
    return render(request, "reviews/compare.html", context, status=status)


def _settled(side: queries.Standing) -> dict:
    """What else of a case bears on its place: what the panel agreed, what it would cover, its mass."""
    identity = side.loi.filing.content["identity"]
    agreed = side.bench.agreed
    country = side.loi.organisation.country
    keywords = dict(side.loi.call.keywords)
    return {
        "agreed": ", ".join(f"{c} {plain(v)}" for c, v in sorted(agreed.scores.items())),
        "consensus": side.bench.consensus,
        "level": LEVELS.get(identity["level"], ""),
        "discipline": keywords.get(side.candidate.discipline, ""),
        "country": countries.name(country) if country else "",
        "mev": plain(side.asked.get("mass", 0)),
        "rank": side.place.rank,
    }


def _why(first: queries.Standing, second: queries.Standing) -> str:
    """The rule that set the one before the other, in a sentence."""
    match order.told_apart((first.candidate, first.place), (second.candidate, second.place)):
        case "":
            return _("Tied after every rule: the chair has not chosen yet.")
        case "total":
            halves = [f"{scoring.to_half(side.bench.agreed.total):f}" for side in (first, second)]
            return _("The agreed total decides, to the half point: %(one)s before %(other)s.") % {
                "one": halves[0],
                "other": halves[1],
            }
        case rule:
            return _("The totals are %(rule)s.") % {"rule": BROKEN[rule]}


def _point(value: float) -> str:
    return f"{value:.1f}"


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.1f}"
