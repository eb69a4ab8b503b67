from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from portal import canonical, countries, roles
from portal.models import User
from portal.text import plain, say
from proposals import boards, ledger, policy
from proposals import queries as proposals
from proposals.models import Allocation, Call, Decision, LetterOfIntent, Project
from reviews import scoring
from reviews.models import Scenario
from reviews.queries.sight import JUDGED, judged_by_others
from reviews.queries.sums import Standing, ranking
from reviews.selection.inputs import NO_RULES


@dataclass(frozen=True, slots=True)
class Envelope:
    """One budget of a call: its balance, and what cases outside of the pool take of it."""

    allocation: Allocation
    code: str
    name: str
    balance: ledger.Balance
    others: Decimal


@dataclass(frozen=True, slots=True)
class Contender:
    """A case one may select: `uses` is by budget code what it is or would be given."""

    standing: Standing
    decision: Decision | None
    uses: Mapping[str, Decimal]
    unknown: tuple[str, ...]  # budgets on which it draws without a figure
    themes: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Has it a total, and is it known what it needs?"""
        return self.total is not None and not self.unknown

    @property
    def loi(self) -> LetterOfIntent:
        return self.standing.loi

    @property
    def total(self) -> Decimal | None:
        """As it is shown everywhere: to the hundredth."""
        total = self.standing.bench.agreed.total
        return None if total is None else scoring.rounded(total)

    @property
    def sd(self) -> Decimal:
        """The standard error of the total: the reviewers' own spread over the root of their number.

        Of one review alone the spread is not known: it is the SD that forces a consensus.
        """
        spread = self.standing.bench.spread
        if spread.sd is None:
            return scoring.SD_DUE
        return scoring.rounded(spread.sd / Decimal(len(spread.totals)).sqrt(), "0.001")

    @property
    def level(self) -> str:
        return self.standing.candidate.level

    @property
    def country(self) -> str:
        return self.standing.candidate.country


@dataclass(frozen=True, slots=True)
class Pool:
    """What a person selects from in a call; `hidden` cases of it are decided by others.

    Cases that were merged are no contenders any more: their project holds for them.
    """

    call: Call
    contenders: tuple[Contender, ...]
    projects: tuple[Project, ...]
    envelopes: tuple[Envelope, ...]
    hidden: int

    @property
    def ready(self) -> tuple[Contender, ...]:
        return tuple(one for one in self.contenders if one.ready)


def pool(user: User, call: Call) -> Pool:
    """The cases before the panel that this person may see, in their order, and the budgets."""
    before = _told(user, call).filter(state__in=JUDGED)
    standings = ranking(
        before.filter(pk__in=judged_by_others(user).values("pk")).select_related(
            "call__mission", "organisation", "filing"
        )
    )
    decisions = {
        one.loi_id: one
        for one in proposals.visible_decisions(user)
        .filter(loi__call=call, state__in=["prepared", "approved"])
        .prefetch_related("grants__allocation")
    }
    allocations = list(call.allocations.select_related("platform"))
    codes = {one.pk: f"{one.platform.code}-{one.resource}" for one in allocations}
    merged = {pk for pk, one in decisions.items() if one.project_id}
    contenders = tuple(
        _contender(one, decisions.get(one.loi.pk), codes)
        for one in standings
        if one.loi.pk not in merged
    )
    held: dict[int, Decimal] = {}
    for one in contenders:
        for grant in one.decision.grants.all() if one.decision else ():
            held[grant.allocation_id] = held.get(grant.allocation_id, Decimal(0)) + grant.amount
    true, unseen = boards.sees_what_is_free(user, call), boards.unseen(user, call)
    several = len({one.platform_id for one in allocations}) > 1
    envelopes = []
    for one in allocations:
        balance = proposals.balance(one).without(unseen.get(one.pk, Decimal(0)))
        label = str(one.kind.label)
        others = balance.taken - held.get(one.pk, Decimal(0)) if true else balance.committed
        name = f"{one.platform.name}: {label}" if several else label
        envelopes.append(Envelope(one, codes[one.pk], name, balance, others))
    projects = proposals.projects_of(user, decisions.values())
    hidden = before.count() - len(standings)
    return Pool(call, contenders, tuple(projects.values()), tuple(envelopes), hidden)


def _told(user: User, call: Call) -> QuerySet[LetterOfIntent]:
    """Totals that may still turn are for those who judge; who only decides reads concluded ones."""
    if policy.call_relation(user, call) & {"chair", roles.AUDITOR}:
        return call.lois.all()
    return call.lois.exclude(state__in=["under_review", "consensus"])


def _contender(
    standing: Standing, decision: Decision | None, codes: Mapping[int, str]
) -> Contender:
    loi = standing.loi
    if decision and decision.positive:
        given = {grant.allocation_id: grant.amount for grant in decision.grants.all()}
    else:
        given = {one.pk: amount for one, amount in proposals.demands(loi).items()}
    uses = {codes[pk]: amount for pk, amount in given.items()}
    themes = tuple(loi.filing.content["identity"].get("keywords", ()))
    unknown = tuple(str(one.kind.label) for one in proposals.unstated(loi))
    return Contender(standing, decision, uses, unknown, themes)


def inputs(of: Pool, rules: Mapping, what_if: Mapping[str, Mapping]) -> dict:
    """What a scenario of this pool is made from, in canonical form (`selection.inputs`).

    `what_if` gives by budget code other figures than the call's: offered, held back, cap.
    """
    names = groups(of)
    return canonical.plain(
        {
            "cases": [
                {
                    "key": one.loi.key,
                    "reference": one.loi.reference,
                    "total": f"{one.total}",
                    "sd": plain(one.sd),
                    "uses": {code: plain(amount) for code, amount in one.uses.items()},
                    "groups": sorted(groups_of(one) & names.keys()),
                }
                for one in of.ready
            ],
            "budgets": [_figures(one, what_if.get(one.code, {})) for one in of.envelopes],
            "groups": names,
            "rules": {**NO_RULES, **rules},
        }
    )


def _figures(one: Envelope, instead: Mapping[str, Decimal | None]) -> dict:
    """A budget as a scenario has it, every amount in its one text: 180, never 180.000."""
    amounts = {
        "offered": one.allocation.capacity,
        "held_back": one.allocation.held_back,
        "others": one.others,
        "cap": one.allocation.module_cap,
        **instead,
    }
    texts = {name: None if amount is None else plain(amount) for name, amount in amounts.items()}
    # Slots are counted: their name is their unit.
    unit = str(one.allocation.kind.symbol)
    return {"code": one.code, "name": one.name, "unit": unit, **texts}


def groups_of(one: Contender) -> set[str]:
    """What a case counts for, by names that no other group has."""
    found = {f"theme:{theme}" for theme in one.themes}
    found.add(f"level:{one.level}")
    return found | ({f"country:{one.country}"} if one.country else set())


def groups(of: Pool) -> dict[str, str]:
    """Every group of the pool, with its name in a sentence."""
    themes = dict(of.call.keywords)
    found: dict[str, str] = {}
    for name in sorted(set().union(*map(groups_of, of.contenders))):
        kind, _, code = name.partition(":")
        match kind:
            case "theme":
                said = say("theme “%(name)s”", name=themes.get(code, code))
            case "level":
                said = say("%(name)s level", name=code)
            case _:
                said = say("country %(name)s", name=countries.name(code))
        found[name] = str(said)
    return found


def visible_scenarios(user: User, call: Call) -> QuerySet[Scenario]:
    """The scenarios of a call whose every case this person may see; the others not at all.

    Each says how much was taken by others when it was made. Who may not know what
    prepared decisions leave is shown what they made themselves, and no other.
    """
    seen = _told(user, call).filter(pk__in=judged_by_others(user).values("pk"))
    unseen = call.lois.exclude(pk__in=seen.values("pk"))
    found = Scenario.objects.filter(call=call).exclude(cases__in=unseen)
    if not boards.sees_what_is_free(user, call):
        found = found.filter(by=user)
    return found.select_related("call", "by")
