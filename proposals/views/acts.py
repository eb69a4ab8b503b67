from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.workflow import Offer
from proposals.models import Call, Correction, Decision

# Acts whose button leads to a page that shows what will happen; that page posts them.
LOOKED_AT_FIRST = {"propose", "publish", "release"}
# Acts that need a day stand with their form on the page of the decisions.
WITH_A_DAY = {"approve_decisions", "move_release"}


def on_call(call: Call, offers: Iterable[Offer]) -> list[dict]:
    """The table's buttons as templates/proposals/acts.html draws them."""
    return [
        {
            **_button(offer, reverse(f"{offer.row.action}_call", args=[call.code])),
            "looked_at_first": offer.row.action in LOOKED_AT_FIRST,
        }
        for offer in offers
        if offer.row.action not in WITH_A_DAY
    ]


def on_decision(decision: Decision, offers: Iterable[Offer]) -> list[dict]:
    """The same of one decision."""
    return [
        _button(offer, reverse(f"{offer.row.action}_decision", args=[decision.key]))
        for offer in offers
    ]


def on_correction(correction: Correction, offers: Iterable[Offer]) -> list[dict]:
    return [
        _button(offer, reverse(f"{offer.row.action}_correction", args=[correction.key]))
        for offer in offers
    ]


def _button(offer: Offer, url: str) -> dict:
    return {
        "label": offer.row.button,
        "url": url,
        "tone": offer.row.tone,
        "blocked": "" if offer.verdict else offer.verdict.reason,
        "reason_label": _("Reason, kept and shown") if offer.row.reason else "",
    }
