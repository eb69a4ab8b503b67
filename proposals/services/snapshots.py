from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation

from portal import canonical, keyring, signing
from portal.models import User
from portal.text import say
from portal.verdict import Refused, no
from proposals import content as document
from proposals import queries, shares
from proposals.checks import Problem, check
from proposals.compliance import REFER, RULES
from proposals.models import Demand, Filing, LetterOfIntent
from proposals.sections import TEAM
from proposals.services import attachments
from proposals.workflow import LOI


def freeze(
    loi: LetterOfIntent, action: str, *, reference: str, key: str, by: User, now: datetime
) -> Filing:
    """The text, its files, its demands and its signed manifest, as they are filed by `action`."""
    terms = loi.call.terms()
    content = document.typed(loi.content, terms)
    sheet = document.sheet(loi.content)
    demand = sheet.demand()
    digest = canonical.digest(content)
    number = loi.filings.count() + 1
    manifest = canonical.plain(
        {
            "reference": reference,
            "version": number,
            "revision": loi.version,
            "call": {
                "code": loi.call.code,
                "version": loi.call.version,
                **({"late_ticket": loi.ticket.number} if loi.ticket else {}),
                "closes_at": loi.closes_at,
                "zone": loi.call.zone,
            },
            "organisation": loi.organisation.name,
            "arrived_at": now,
            "signed_off": {"by": loi.signed_off_by.name, "at": loi.signed_off_at},
            "filed_by": by.name,
            "content_sha256": digest,
            "files": [
                {
                    "kind": attached.kind,
                    "name": attached.name,
                    "size": attached.stored.size,
                    "sha256": attached.stored.sha256,
                }
                for attached in attachments.of(loi)
            ],
            "totals": {"mass_cbe_kg": sheet.cbe_kg, "mass_mev_kg": sheet.mev_kg, **demand},
            "rules": rules(loi, action),
            "shares": _countersigned(loi),
        }
    )
    try:
        with transaction.atomic():
            filing = Filing.objects.create(
                loi=loi,
                number=number,
                content=content,
                digest=digest,
                manifest=manifest,
                signature=signing.sign(canonical.dumps(manifest)),
                signing_key=keyring.in_use(now).pk,
                filed_by=by,
                arrived_at=now,
                idempotency_key=key,
            )
    except IntegrityError as taken:  # the same key, at the same instant, on another letter
        raise Refused(used(key)) from taken
    attachments.file(loi, filing)
    platform = document.text(loi.content, "identity", "platform")
    for allocation in loi.call.allocations.filter(platform__code=platform):
        amount = demand.get(allocation.resource)  # none where the text does not state it
        if sheet.draws:
            Demand.objects.create(filing=filing, allocation=allocation, amount=amount)
    return filing


def rules(loi: LetterOfIntent, action: str) -> dict[str, list[dict]]:
    """What was judged: the guards that let it pass, what was acknowledged, what is referred."""
    problems = check(loi.content, loi.call.terms(), files=loi.file_kinds, lead=loi.lead_names)
    present = {problem.id for problem in problems}
    broken = {(problem.section, problem.rule) for problem in problems}
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "passed": [
                *(
                    {"rule": guard.__name__, "clause": "", "sentence": guard.__doc__}
                    for guard in LOI.row(action).only_if
                ),
                *(
                    {"rule": rule.name, "clause": rule.clause, "sentence": str(rule.says)}
                    for rule in RULES
                    if (rule.section, rule.name) not in broken
                ),
            ],
            "acknowledged": [
                {
                    "rule": one.rule,
                    "clause": one.clause,
                    "sentence": one.sentence,
                    "by": one.by.name,
                    "at": one.at,
                }
                for one in loi.acknowledgements.select_related("by").order_by("pk")
                if one.warning in present
            ],
            "referred": [
                *(_referred(problem) for problem in problems if problem.level == REFER),
                *_wanting(loi),
            ],
        }


def _countersigned(loi: LetterOfIntent) -> list[dict]:
    """The shares of this text that its partners have countersigned, whose names and when."""
    return [
        {
            "partner": one.name,
            "organisation": one.share.signed_as,
            "sha256": one.share.digest,
            "by": one.share.answered_by.name,
            "at": one.share.answered_at,
        }
        for one in shares.countersigned(queries.consortium(loi, loi.content))
    ]


def _wanting(loi: LetterOfIntent) -> list[dict]:
    """A partner's silence costs the lead no filing: the screening looks at it."""
    wanting = shares.wanting(queries.consortium(loi, loi.content))
    if not wanting:
        return []
    names = ", ".join(one.name for one in wanting)
    sentence = say("Not countersigned when it was filed: the share of %(names)s.", names=names)
    return [
        {
            "rule": "shares_countersigned",
            "clause": TEAM.clause("partners"),
            "sentence": str(sentence),
        }
    ]


def _referred(problem: Problem) -> dict:
    return {
        "rule": problem.rule,
        "clause": problem.clause,
        "sentence": str(problem.sentence),
    }


def used(key: str):
    return no(
        "idempotency_key",
        say(
            "The key “%(key)s” has filed something else already. Load the page again to file this.",
            key=key,
        ),
    )
