"""Worlds at one phase of a call, and what each person is answered in them.

A world is told by its `Secrets`. Two that differ in what a reader may not know
must look the same to that reader.
"""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.core import mail
from django.db import transaction

from portal.services import delivery
from proposals.models import Call, LetterOfIntent
from proposals.services import decisions, evaluation, filings
from proposals.workflow.filing import warnings
from reviews import services as judging
from reviews.models import Assignment
from reviews.services.conflicts import declare
from tests import make, routes
from tests.cast import Cast
from tests.make import DECIDED, DURING, ENOUGH, RELEASED, REVIEWED, SCREENED

# Phase → when it is looked at.
PHASES = {
    "draft": DURING,
    "filed": DURING,
    "screening": SCREENED,
    "review": REVIEWED,
    "consensus": REVIEWED,
    "final": DECIDED,
    "approved": RELEASED,
    "released": RELEASED,
}
KEY = re.compile(r"⟨\w+ \d*⟩")
Told = dict[tuple, routes.Answer]


@dataclass(frozen=True)
class Secrets:
    """What somebody may not know. The first case is judged; the second is its rival's.

    `rival` is the title of the second case, or None where there is none; `swapped`
    says whose the first case is; `writer` has the first review of it to write.
    """

    rival: str | None = "Dust lofting camera for the terminator"
    mass_kg: str = "10"
    swapped: bool = False
    compliant: tuple[bool, bool] = (True, True)
    writer: str = "reviewer_one"
    marks: str = "4 4 4 4 4 4"
    locked: bool = True
    both_locked: bool = False
    said: str = "The panel finds the downlink well thought out, and says so."
    outcomes: tuple[str, str] = ("selected", "not_selected")
    prepared: bool = True


class World:
    """A call brought to its phase; who is named in `barred` has a hard conflict with the first case.

    The office's acts are done by the second of each office, so that the first may be barred.
    """

    def __init__(self, cast: Cast, call: Call, phase: str, secrets: Secrets, barred: str | None):
        self.cast, self.call, self.secrets, self.barred = cast, call, secrets, barred
        self.chair = call.panel.get(role="chair", user__name="Second chair").user
        steps = (self.drafted, self.filed, self.screened, self.reviewed, self.agreed, self.decided)
        for step in (*steps, self.approved, self.released)[: list(PHASES).index(phase) + 1]:
            step()

    def drafted(self) -> None:
        """The first organisation has filed; the other one writes, or does not."""
        first, own = self.secrets.swapped, "Neutron spectrometer for polar ice"
        self.first = self._case(make.filed, own, rival=first)
        self.second = self.secrets.rival and self._case(
            make.draft, self.secrets.rival, rival=not first, mass_cbe_kg=self.secrets.mass_kg
        )

    def _case(self, how: Callable, title: str, *, rival: bool, **content) -> LetterOfIntent:
        team = {"pi_name": f"Investigator of {'B' if rival else 'A'}"}
        return how(self.cast, self.call, rival=rival, title=title, team=team, **content)

    def filed(self) -> None:
        if self.second:
            loi = make.again(self.second)
            ticks = [warning.id for warning in warnings(loi)]
            filings.sign_off(loi, version=loi.version, acknowledged=ticks, by=loi.pi, now=DURING)
            representative = make.representative(self.cast, loi)
            filings.file(make.again(loi), version=loi.version, by=representative, now=DURING)

    def screened(self) -> None:
        make.close(self.call)
        by = {"by": self.cast.second_secretary, "now": SCREENED}
        if self.barred:
            person = self.cast.again(self.barred)
            declare(self._first, "family", words="My sister.", by=person, now=SCREENED)
        for loi, fits in zip((self.first, self.second), self.secrets.compliant, strict=True):
            found = {} if fits else {"rule": "Most for one module", "note": "It is over the cap."}
            evaluation.screen(make.again(loi), compliant=fits, **found, **by)

    @property
    def _first(self) -> LetterOfIntent:
        return make.again(self.first)

    def reviewed(self) -> None:
        """A review of the first case by `writer`, one by the second reviewer, an invitation; from
        the second case the first reviewer has stepped back."""
        cast, secrets = self.cast, self.secrets
        one, two, three = cast.reviewers
        writer = getattr(cast, secrets.writer)
        for loi, first in ((self.first, writer), (self.second, one)):
            self._invite(loi, first, two, three)
            evaluation.begin_review(
                make.again(loi), facts=ENOUGH, by=cast.second_secretary, now=SCREENED
            )
        judging.recuse(self.of(self.second, one), reason="We wrote a paper.", by=one, now=SCREENED)
        judging.accept(self.of(self.second, two), by=two, now=SCREENED)
        for reviewer, locks in ((writer, secrets.locked), (two, secrets.both_locked)):
            judging.accept(self.of(self.first, reviewer), by=reviewer, now=SCREENED)
            if locks:
                make.lock_review(self.of(self.first, reviewer), scores=secrets.marks)

    def _invite(self, loi: LetterOfIntent, *people) -> None:
        """The numbers drawn are the same in both worlds: that they are drawn is no difference."""
        by = self.cast.second_secretary
        found = [judging.assign(make.again(loi), one, by=by, now=SCREENED) for one in people]
        for step in (10, 0):
            for number, one in enumerate(found, 1):
                Assignment.objects.filter(pk=one.pk).update(number=number + step)

    def of(self, loi: LetterOfIntent, reviewer) -> Assignment:
        return Assignment.objects.get(loi=loi, reviewer=reviewer)

    def agreed(self) -> None:
        by = {"by": self.chair, "now": REVIEWED}
        make.lock_review(self.of(self.second, self.cast.reviewer_two))
        for loi in (self.first, self.second):
            evaluation.conclude_reviews(make.again(loi), facts=ENOUGH, **by)
        judging.add_comment(self._first, text=self.secrets.said, **by)
        scores = {"C1": Decimal(self.secrets.marks[0])}
        judging.write_consensus(self._first, text=self.secrets.said, scores=scores, over=0, **by)

    def decided(self) -> None:
        reasons = (self.secrets.said, make.REASON)
        for loi, outcome, said in zip(
            (self.first, self.second), self.secrets.outcomes, reasons, strict=True
        ):
            evaluation.conclude(make.again(loi), facts=ENOUGH, by=self.chair, now=REVIEWED)
            if self.secrets.prepared:
                conditions = make.CONDITIONS if outcome == "selected_conditional" else None
                judging.prepare_decision(
                    make.again(loi), outcome=outcome, reason=said,
                    conditions=conditions, by=self.chair, now=DECIDED,
                )  # fmt: skip

    def approved(self) -> None:
        """Approved, and every letter stored: the embargo."""
        if self.secrets.prepared:
            call = make.again(self.call)
            decisions.propose_decisions(call, by=self.chair, now=DECIDED)
            on = {"release_on": make.RELEASE_ON, "now": make.APPROVED}
            decisions.approve_decisions(call, by=self.cast.second_approver, **on)
            make.store_letters(call)

    def released(self) -> None:
        decisions.release(make.again(self.call), by=self.cast.second_secretary, now=RELEASED)

    def told(
        self,
        visit: Callable,
        people: Iterable[str | None],
        phase: str,
        among: Container[str] | None,
    ) -> Told:
        """What each is answered at every address, and every mail that came to them."""
        mail.outbox.clear()
        while delivery.deliver(make.latest()):
            pass
        keys, found, posted = routes.Keys(), {}, set()
        for name in people:
            reader = name and self.cast.again(name)
            for what, answer in _mails(reader, keys):
                found[name, "mail", *what] = answer
            browser, seen = visit(reader, at=PHASES[phase]), Counter()
            for where, address in routes.addresses(reader, among, lacking=not self.second):
                if where not in posted:
                    answer = routes.ask(browser, address, keys)
                    plain = keys.plain(address)
                    seen[plain] += 1
                    found[name, where, plain, seen[plain]] = answer
                    if answer.status == 405:
                        posted.add(where)
        return found


def _mails(reader, keys: routes.Keys) -> Iterable[tuple[tuple, routes.Answer]]:
    """The mails to one person: whom else they went to, their headers and their words."""
    mine = [one for one in mail.outbox if reader and reader.email in one.recipients()]
    for number, one in enumerate(mine):
        head = {**one.message(), "To": ", ".join(one.recipients())}
        told = [(k, keys.plain(str(v))) for k, v in head.items() if k not in {"Message-ID", "Date"}]
        yield (number,), routes.Answer(0, tuple(told), keys.plain(one.body), 0)


def told(
    cast: Cast,
    visit: Callable,
    phase: str,
    people: Iterable[str | None],
    secrets: Secrets,
    *,
    barred: str | None = None,
    among: Container[str] | None = None,
) -> Told:
    """What a world answers, which is gone afterwards."""
    with transaction.atomic():
        world = World(cast, Call.objects.get(), phase, secrets, barred)
        found = world.told(visit, people, phase, among)
        transaction.set_rollback(True)
    return found


def differences(one: Told, other: Told, *, but: Container[str] = ()) -> list[str]:
    """Where two worlds answer differently; where one lacks a case, from a case that is not there."""
    found = []
    for what in sorted(one.keys() | other.keys(), key=str):
        if what[1] in but or routes.NOBODYS in str(what[2]):
            continue
        mine, yours = one.get(what), other.get(what)
        if mine is None or yours is None:
            mine, yours = _faceless(one, what), _faceless(other, what)
        if mine != yours:
            found.append(_said(what, mine, yours))
    return found


def _faceless(told: Told, what: tuple) -> routes.Answer | None:
    """The answer, else that at the same address with a key that opens nothing; no key is told."""
    lacking = tuple(KEY.sub(routes.NOBODYS, one) if isinstance(one, str) else one for one in what)
    answer = told.get(what) or told.get(lacking)
    if answer is None:
        return None
    headers = tuple((name, KEY.sub(routes.NOBODYS, value)) for name, value in answer.headers)
    return replace(answer, headers=headers, body=KEY.sub(routes.NOBODYS, answer.body))


def _said(what: tuple, one: routes.Answer | None, other: routes.Answer | None) -> str:
    if one is None or other is None:
        return f"{what}: {'missing' if one is None else 'there'} in the first world alone"
    if (one.status, one.queries, one.headers) != (other.status, other.queries, other.headers):
        return (
            f"{what}: {one.status}, {one.queries} queries, {set(one.headers) - set(other.headers)}"
            f" / {other.status}, {other.queries}, {set(other.headers) - set(one.headers)}"
        )
    pairs = zip(one.body, other.body, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one.body), len(other.body)))
    return f"{what}: …{one.body[at - 60 : at + 60]!r} / …{other.body[at - 60 : at + 60]!r}"
