"""From a panel in words to arrays, and from the answer back to words."""

from collections.abc import Iterable

import numpy as np

from portal.text import Text, say
from reviews.matching.fairness import Rule, fairest
from reviews.matching.flow import Graph, bottleneck
from reviews.matching.panel import Case, Match, Pair, Panel, Reviewer


def match(panel: Panel, *, seconds: float = 30.0) -> Match:
    """Who reviews what: see `reviews.matching`. The order of the input plays no part."""
    reviewers = sorted(panel.reviewers, key=lambda one: one.key)
    cases = sorted(panel.cases, key=lambda one: one.key)
    if reasons := list(_contradictions(panel, reviewers, cases)):
        return Match(reasons=tuple(reasons))
    pairs, graph = _graph(panel, reviewers, cases)
    if stuck := bottleneck(graph):
        return Match(reasons=(_stuck(panel, graph, stuck, reviewers, cases),))
    places = {pair: place for place, pair in enumerate(pairs)}
    rules, said = _rules(panel, pairs, reviewers, cases)
    answer = fairest(
        graph,
        rules=rules,
        fixed=_mask(panel.locked, places),
        published=_mask(panel.published, places),
        wished=int(graph.needed.sum()) // max(len(reviewers), 1),
        seconds=seconds,
    )
    if answer is None:
        return Match(reasons=(_minima(reviewers, cases, panel),))
    taken = frozenset(pairs[place] for place in np.flatnonzero(answer.chosen))
    _check(panel, taken)
    busy = {reviewer for reviewer, _ in taken}
    return Match(
        pairs=taken,
        total=int(graph.affinity[answer.chosen].sum()),
        worst=answer.worst,
        bound=answer.bound,
        exact=answer.exact,
        relaxed=tuple(said[place] for place in answer.broken),
        added=taken - panel.published,
        dropped=panel.published - taken,
        unused=tuple(one.key for one in reviewers if one.key not in busy),
    )


def _graph(panel: Panel, reviewers: list[Reviewer], cases: list[Case]) -> tuple[list[Pair], Graph]:
    barred = panel.conflicts | panel.forbidden
    found = [
        (place, spot, (one.key, case.key))
        for place, one in enumerate(reviewers)
        for spot, case in enumerate(cases)
        if (one.key, case.key) not in barred
    ]
    return [pair for _, _, pair in found], Graph(
        np.array([place for place, _, _ in found], int),
        np.array([spot for _, spot, _ in found], int),
        np.array([panel.affinity.get(pair, 0) for _, _, pair in found], np.int64),
        np.array([case.needed for case in cases], int),
        np.array([one.least for one in reviewers], int),
        np.array([one.most for one in reviewers], int),
    )


def _mask(wanted: Iterable[Pair], places: dict[Pair, int]) -> np.ndarray:
    mask = np.zeros(len(places), bool)
    mask[[places[pair] for pair in wanted if pair in places]] = True
    return mask


def _rules(
    panel: Panel, pairs: list[Pair], reviewers: list[Reviewer], cases: list[Case]
) -> tuple[list[Rule], list[Text]]:
    """What a panel should look like, each rule with the sentence for when it cannot be kept."""
    known = {one.key: one for one in reviewers}
    of_case: dict[str, list[int]] = {case.key: [] for case in cases}
    for place, (_, case) in enumerate(pairs):
        of_case[case].append(place)
    rules, said = [], []
    for case in cases:
        places = of_case[case.key]
        for keyword in sorted(case.keywords):
            knowing = [p for p in places if keyword in known[pairs[p][0]].keywords]
            rules.append(Rule(np.array(knowing, int), least=1))
            said.append(
                say(
                    "%(case)s: nobody assigned knows %(keyword)s.",
                    case=case.called,
                    keyword=keyword,
                )
            )
        if not panel.one_a_country:
            continue
        by_country: dict[str, list[int]] = {}
        for place in places:
            for country in known[pairs[place][0]].countries:
                by_country.setdefault(country, []).append(place)
        for country, held in sorted(by_country.items()):
            own = country in case.countries
            if own or len(held) > 1:
                rules.append(Rule(np.array(held, int), most=0 if own else 1))
                said.append(
                    say("%(case)s: a reviewer from %(country)s, as a partner of it is.", case=case.called, country=country)
                    if own
                    else say("%(case)s: more than one reviewer from %(country)s.", case=case.called, country=country)
                )  # fmt: skip
    return rules, said


def _contradictions(panel: Panel, reviewers: list[Reviewer], cases: list[Case]) -> Iterable[Text]:
    """What can be said before anything is solved."""
    names = {one.key: one.called for one in (*reviewers, *cases)}
    for reviewer, case in sorted(panel.locked & panel.conflicts):
        yield say(
            "%(reviewer)s is locked on %(case)s and has a conflict of interest there.",
            reviewer=names.get(reviewer, reviewer),
            case=names.get(case, case),
        )
    barred = panel.conflicts | panel.forbidden
    for case in cases:
        left = [one for one in reviewers if (one.key, case.key) not in barred]
        if len(left) >= case.needed:
            continue
        yield say(
            "%(case)s has %(left)s reviewers left after conflicts, %(needed)s are needed: invite one more%(keywords)s or lower the number.",
            case=case.called,
            left=len(left),
            needed=case.needed,
            keywords=_for(case.keywords),
        )


def _for(keywords: Iterable[str]) -> Text | str:
    listed = ", ".join(sorted(keywords))
    return say(" for %(keywords)s", keywords=listed) if listed else ""


def _stuck(
    panel: Panel,
    graph: Graph,
    stuck: tuple[np.ndarray, np.ndarray],
    reviewers: list[Reviewer],
    cases: list[Case],
) -> Text:
    held, free = stuck
    return say(
        "%(cases)s need %(needed)s reviews together; %(reviewers)s, without a conflict there, take at most %(room)s. Invite somebody or raise a quota.",
        cases=", ".join(cases[place].called for place in held),
        needed=int(graph.needed[held].sum()),
        reviewers=", ".join(reviewers[place].called for place in free) or say("nobody"),
        room=int(graph.most[free].sum()),
    )


def _minima(reviewers: list[Reviewer], cases: list[Case], panel: Panel) -> Text:
    return say(
        "The least a reviewer takes (%(least)s together), the quotas (%(most)s) and %(locked)s locked pairs cannot all be kept: %(needed)s reviews are needed.",
        least=sum(one.least for one in reviewers),
        most=sum(one.most for one in reviewers),
        locked=len(panel.locked),
        needed=sum(case.needed for case in cases),
    )


def _check(panel: Panel, taken: frozenset[Pair]) -> None:
    """What the solver says is counted again before anybody sees it."""
    if taken & (panel.conflicts | panel.forbidden) or not panel.locked <= taken:
        raise ArithmeticError("the solver broke a conflict or a locked pair")
    for case in panel.cases:
        if sum(pair[1] == case.key for pair in taken) != case.needed:
            raise ArithmeticError(f"{case.key} has another number of reviewers than it needs")
    for one in panel.reviewers:
        if not one.least <= sum(pair[0] == one.key for pair in taken) <= one.most:
            raise ArithmeticError(f"{one.key} has another number of cases than may be")
