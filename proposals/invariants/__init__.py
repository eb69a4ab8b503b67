from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, F

from portal import canonical, events, keyring, signing
from portal.invariants import register
from portal.models import Event, Invitation, Message
from portal.tables import INVITATION
from proposals import ledger, queries, shares
from proposals.invariants import agreements as agreements
from proposals.invariants import conditions as conditions
from proposals.models import (
    Allocation,
    Amendment,
    Call,
    Clarification,
    Condition,
    Correction,
    Decision,
    Filing,
    Letter,
    LetterOfIntent,
    Naming,
    Project,
    Question,
    Redress,
    Share,
)
from proposals.models.decisions import TOLD
from proposals.models.lois import COMMITTED, GIVEN_BACK, REDRESS
from proposals.queries.letters import TOLD_OF_A_DECISION
from proposals.workflow import (
    AMENDMENT,
    CALL,
    CONDITION,
    CORRECTION,
    DECISION,
    LETTER,
    LOI,
    NAMING,
    PROJECT,
    QUESTION,
    SHARE,
)

TABLES = (
    (Project, PROJECT),
    (Call, CALL),
    (LetterOfIntent, LOI),
    (Decision, DECISION),
    (Condition, CONDITION),
    (Letter, LETTER),
    (Correction, CORRECTION),
    (Amendment, AMENDMENT),
    (Question, QUESTION),
    (Naming, NAMING),
    (Invitation, INVITATION),
    (Share, SHARE),
)


@register
def every_receipt_matches_its_filing(now: datetime) -> Iterator[str]:
    pems = {key.pk: key.pem for key in keyring.known()}
    for filing in Filing.objects.select_related("loi").iterator():
        if canonical.digest(filing.content) != filing.digest:
            yield f"{filing.loi.reference}: the content does not match its digest"
        if filing.manifest["content_sha256"] != filing.digest:
            yield f"{filing.loi.reference}: the manifest names another content"
        pem = pems.get(filing.signing_key)
        signed = canonical.dumps(filing.manifest)
        if pem is None:
            yield f"{filing.loi.reference}: the key {filing.signing_key} is not known"
        elif not signing.verify(signed, filing.signature, pem=pem):
            yield f"{filing.loi.reference}: the manifest's signature does not hold"


@register
def every_receipt_says_its_filing_and_is_anchored(now: datetime) -> Iterator[str]:
    receipts = {letter.filing_id: letter for letter in Letter.objects.filter(kind="receipt")}
    for filing in Filing.objects.select_related("loi"):
        name = f"{filing.loi.reference}, version {filing.number}"
        receipt = receipts.get(filing.pk)
        if receipt is None:
            yield f"{name} has no receipt"
            continue
        if receipt.context["manifest"]["sha256"] != canonical.digest(filing.manifest):
            yield f"{name}: the receipt {receipt.number} names another manifest"
        anchor = receipt.context.get("anchor")  # receipts of before the anchors have none
        if anchor and not events.anchored(int(anchor["seq"]), anchor["hash"]):
            yield f"{name}: the chain has lost the event that {receipt.number} is anchored to"


@register
def nothing_was_filed_late(now: datetime) -> Iterator[str]:
    """Neither after the closing as last amended, nor after the late ticket it was filed through."""
    for filing in Filing.objects.select_related("loi__call", "loi__ticket"):
        if filing.arrived_at >= filing.loi.closes_at:
            yield f"{filing.loi.reference} arrived at {filing.arrived_at}, after the closing"


@register
def references_have_no_gaps(now: datetime) -> Iterator[str]:
    for call in Call.objects.filter(history=False):
        references = sorted(call.lois.exclude(reference=None).values_list("reference", flat=True))
        if references != [f"{call.code}-{n:04d}" for n in range(1, call.last_reference + 1)]:
            yield f"{call.code}: the references are {references}"
        numbers = sorted(Letter.objects.filter(loi__call=call).values_list("number", flat=True))
        if numbers != [f"{call.code}-L{n:04d}" for n in range(1, call.last_letter + 1)]:
            yield f"{call.code}: the letters' numbers are {numbers}"


@register
def one_receipt_is_in_force(now: datetime) -> Iterator[str]:
    issued = Letter.objects.filter(kind=Letter.Kind.RECEIPT, state="issued")
    for letter in issued.exclude(filing=F("loi__filing")).select_related("loi"):
        yield f"{letter.number} is valid; {letter.loi.reference} was filed anew since"


@register
def a_countersignature_is_of_the_words_it_names(now: datetime) -> Iterator[str]:
    for share in Share.objects.select_related("loi", "organisation", "filing"):
        said = shares.digest(share.loi.key, share.signed_as, share.words)
        if said != share.digest:
            yield f"share {share.key} does not match its digest"
        if share.filing and share.words not in queries.filed_shares(share.filing):
            yield f"share {share.key} covers version {share.filing.number}, which does not state it"


@register
def no_draft_outlives_its_call(now: datetime) -> Iterator[str]:
    """But for those a late ticket admits; and the clock comes within ten minutes."""
    unclosed = LetterOfIntent.objects.filter(state__in=["draft", "awaiting_signature", "filed"])
    for loi in unclosed.exclude(call__state__in=["published", "suspended"]).select_related(
        "call", "ticket"
    ):
        if loi.closes_at < now - timedelta(minutes=10):
            yield f"{loi.key} is a {loi.state} of the {loi.call.state} call {loi.call.code}"
    for call in Call.objects.filter(state="published", closes_at__lt=now - timedelta(minutes=10)):
        yield f"{call.code} should have been closed at {call.closing_due_at}"


@register
def clarifications_stand_as_they_were_asked_and_answered(now: datetime) -> Iterator[str]:
    told = {
        (event.subject_key, event.verb, event.data["round"]): event.data.get("sha256")
        for event in Event.objects.filter(verb__startswith="loi.clarification_")
    }
    late = now - timedelta(minutes=10)
    for asked in Clarification.objects.select_related("loi__call", "answer"):
        loi, answer = asked.loi, getattr(asked, "answer", None)
        name = f"{loi.reference}, question {asked.round}"
        said = told.get((loi.key, "loi.clarification_asked", asked.round))
        if said != canonical.digest(asked.question):
            yield f"{name} is not what was asked"
        last = asked.round == loi.clarifications.count()
        if answer is None and last and loi.state == "clarification" and asked.lapses_at < late:
            yield f"{name} should have lapsed at {asked.lapses_at}"
        if answer is None:
            continue
        said = told.get((loi.key, "loi.clarification_answered", asked.round))
        if said != canonical.digest(answer.text):
            yield f"{name}: the answer is not what was answered"
        if answer.at >= asked.answer_by:
            yield f"{name} was answered late, at {answer.at}"


@register
def every_change_of_a_closing_has_its_amendment(now: datetime) -> Iterator[str]:
    """From what was published to what stands, step by step. Older publications kept no terms."""
    published = {
        event.subject_key: event.data
        for event in Event.objects.filter(verb="call.published", data__has_key="closes_at")
    }
    for call in Call.objects.filter(history=False).prefetch_related("amendments"):
        amendments = [found for found in call.amendments.all() if found.number]
        numbers = sorted(amendment.number for amendment in amendments)
        if numbers != list(range(1, call.version or 1)):
            yield f"{call.code}: version {call.version}, and the amendments are {numbers}"
        for field in ("opens_at", "closes_at") if call.key in published else ():
            standing = datetime.fromisoformat(published[call.key][field])
            for amendment in sorted(amendments, key=lambda found: found.number):
                for change in amendment.changes:
                    if change["field"] == field:
                        if datetime.fromisoformat(change["before"]) != standing:
                            yield f"{amendment} amends another {field} than stood"
                        standing = datetime.fromisoformat(change["after"])
            if standing != getattr(call, field):
                yield f"{call.code}: {field} is {getattr(call, field)}, published {standing}"


@register
def no_late_ticket_admits_more_than_it_says(now: datetime) -> Iterator[str]:
    for ticket in Amendment.objects.filter(kind="ticket").prefetch_related("admitted__filing"):
        filed = [loi for loi in ticket.admitted.all() if loi.filing]
        if len(filed) > ticket.letters:
            yield f"{ticket}: {len(filed)} letters through a ticket for {ticket.letters}"
        if any(loi.organisation_id != ticket.organisation_id for loi in ticket.admitted.all()):
            yield f"{ticket} admits a letter of another organisation"
        for loi in filed:
            if loi.filing.manifest["call"].get("late_ticket") != ticket.number:
                yield f"{loi.reference}: its manifest does not name late ticket {ticket.number}"


@register
def published_answers_have_numbers_without_gaps(now: datetime) -> Iterator[str]:
    for call in Call.objects.filter(questions__number__isnull=False).distinct():
        found = call.questions.exclude(number=None).order_by("number")
        numbers = list(found.values_list("number", flat=True))
        if numbers != list(range(1, len(numbers) + 1)):
            yield f"{call.code}: the questions' numbers are {numbers}"


@register
def the_ledger_adds_up_line_by_line(now: datetime) -> Iterator[str]:
    """Every line says the balance after it, the last one is what the allocation says."""
    for allocation in Allocation.objects.select_related("call").prefetch_related("entries"):
        name = f"{allocation.call.code} {allocation.resource}"
        lines = sorted(allocation.entries.all(), key=lambda line: line.number)
        if [line.number for line in lines] != list(range(1, allocation.entered + 1)):
            yield f"{name}: the lines are {[line.number for line in lines]}"
        balances = ledger.statement(allocation.balance, [line.entry for line in lines])
        for line, after in zip(lines, balances[1:], strict=True):
            if (line.held_after, line.committed_after) != (after.proposed, after.committed):
                yield f"{name}, line {line.number}: {after.taken} stand, it says otherwise"
            if after.free < 0:
                yield f"{name}, line {line.number}: {after.taken} of {after.available}"
        if balances[-1] != allocation.balance:
            yield f"{name}: {allocation.balance.taken} stand, the lines add to {balances[-1].taken}"


@register
def grants_stand_in_the_ledger(now: datetime) -> Iterator[str]:
    decisions = Decision.objects.select_related("loi__call", "onto")
    for decision in decisions.prefetch_related("grants__allocation", "entries"):
        for grant in decision.grants.all():
            signs = {"hold": 1, "commit": 0, "return": -1}
            mine = [e for e in decision.entries.all() if e.allocation_id == grant.allocation_id]
            standing = sum(signs[entry.kind] * entry.amount for entry in mine)
            ended = decision.loi.state in (*GIVEN_BACK, "call_cancelled")
            back = decision.state in {"void", "superseded"} or ended
            expected = 0 if back else grant.amount
            if standing != expected:
                yield f"decision {decision.key}: {standing} stand for a grant of {expected}"
            if grant.amount > grant.allocation.limit.most:
                yield f"decision {decision.key}: {grant.amount} is over the cap of one module"
            if grant.allocation.call_id != decision.carrier.pk:
                yield f"decision {decision.key} draws on {grant.allocation.call_id}, carried by {decision.carrier}"


@register
def every_state_has_its_event(now: datetime) -> Iterator[str]:
    for model, table in TABLES:
        last = {
            event.subject_key: event.data
            for event in Event.objects.filter(
                subject_type=model._meta.model_name, data__has_key="to"
            )
            .order_by("seq")
            .iterator()
        }
        for key, state in model.objects.exclude(**_history(model)).values_list("key", "state"):
            told = last.get(key, {}).get("to")
            if told != state:
                yield f"{table.noun} {key} is {state}; its last event says {told}"


def _history(model) -> dict:
    return {"history": True} if model is Call else {"pk": None}


@register
def every_state_was_reached_by_the_table(now: datetime) -> Iterator[str]:
    for model, table in TABLES:
        # A row to nowhere leaves the state as it is.
        rows = (*table.rows, *table.former)
        legal = {(start, row.to or start) for row in rows for start in row.from_}
        for event in Event.objects.filter(subject_type=model._meta.model_name, data__has_key="to"):
            step = (event.data["from"], event.data["to"])
            if step not in legal:
                yield f"event {event.seq}: {table.noun} went from {step[0]!r} to {step[1]!r}"


BECOMES = {
    Decision.Outcome.SELECTED: {"selected", *COMMITTED[2:], *GIVEN_BACK, "call_cancelled"},
    Decision.Outcome.CONDITIONAL: {
        "selected_conditional",
        *COMMITTED[2:],
        *GIVEN_BACK,
        "call_cancelled",
    },
    Decision.Outcome.RESERVE: {"reserve", "call_cancelled"},
    Decision.Outcome.NOT_SELECTED: {"not_selected", *REDRESS, "call_cancelled"},
    Decision.Outcome.MERGED: {"merged", "call_cancelled"},
}


@register
def a_review_is_asked_for_in_time_and_answered_by_another(now: datetime) -> Iterator[str]:
    for asked in Redress.objects.select_related("loi__call", "ruling__by"):
        loi = asked.loi
        if loi.state != "call_cancelled" and asked.answered == (
            loi.state == "review_requested" and asked == loi.redresses.last()
        ):
            yield f"{loi.reference} is {loi.state}, its review answered: {asked.answered}"
        if asked.answered and asked.ruling.by_id == asked.by_id:
            yield f"{loi.reference}: who asked for the review answered it"


@register
def a_released_decision_has_one_letter_and_one_message_each(now: datetime) -> Iterator[str]:
    released = Decision.objects.filter(state="released").select_related("loi")
    for decision in released:
        letters = list(decision.letters.filter(state="issued").select_related("file"))
        revoked = not letters and decision.letters.filter(state="revoked").exists()
        if len(letters) != 1 and not revoked:
            yield f"{decision.loi.reference}: {len(letters)} letters in force"
        for letter in letters:
            if letter.context["outcome"] != decision.outcome:
                yield f"{letter.number} does not say what was decided"
        if decision.loi.state not in BECOMES[decision.outcome]:
            yield f"{decision.loi.reference} is {decision.loi.state}, decided {decision.outcome}"
        # A case that a review reopened, or that is promoted or moved, is told of each decision.
        told = Message.objects.filter(
            notice__in=TOLD_OF_A_DECISION,
            subject_key=decision.loi.key,
            written_at__gte=decision.released_at,
        )
        doubled = told.values("recipient").annotate(n=Count("id")).filter(n__gt=1)
        if doubled or not told:
            yield f"{decision.loi.reference}: {told.count()} messages of its decision"


@register
def a_case_has_one_letter_of_its_outcome_in_force(now: datetime) -> Iterator[str]:
    outcome = Letter.objects.filter(kind__in=Letter.OUTCOME, state="issued")
    for loi in outcome.values("loi__reference").annotate(n=Count("id")).filter(n__gt=1):
        yield f"{loi['loi__reference']}: {loi['n']} letters of its outcome in force"


@register
def nothing_of_a_decision_shows_before_its_release(now: datetime) -> Iterator[str]:
    outcomes = Decision.Outcome.values
    for loi in LetterOfIntent.objects.filter(state__in=outcomes):
        if not loi.decisions.filter(state="released").exists():
            yield f"{loi.reference} is {loi.state} without a released decision"
    for letter in Letter.objects.filter(kind="decision", state="issued").exclude(
        decision__state__in=TOLD
    ):
        yield f"{letter.number} is issued, its decision is not"
