"""A random walk of legal and illegal acts over one call: whatever is tried, what stands fits together."""

import random
from datetime import timedelta

import pytest

from portal.invariants import violations
from portal.models import Event
from portal.services import organisations
from portal.verdict import Refused
from proposals import shares
from proposals.models import LetterOfIntent, Share
from proposals.services import (
    amendments,
    attachments,
    calls,
    copies,
    drafts,
    filings,
    namings,
)
from proposals.services import shares as sharing
from proposals.workflow.filing import warnings
from tests import make

STEPS = 120
ROW = {"name": "Institute B", "country": "KE", "role": "Builds the detector head."}
NAMED = {"name": "Dr Lin", "organisation": "Institute A", "role": "Science", "email": "lin@b.org"}
WHO = ("pi", "aor", "editor", "reader", "rival_pi", "rival_aor", "secretary", "approver")


class Walk:
    """Every step is an act by somebody on something, most often one that is refused."""

    def __init__(self, cast, seed: int):
        self.cast, self.chance = cast, random.Random(seed)
        self.call = make.call(cast)
        team = {"partners": [ROW], "people": [NAMED]}
        self.lois = [make.draft(cast, self.call, team=team), make.draft(cast, self.call)]
        self.now, self.done = make.CLOSES - timedelta(minutes=STEPS // 6), []

    def step(self) -> None:
        self.now += timedelta(seconds=self.chance.choice((0, 1, 59, 60)))
        act = self.chance.choice(self.ACTS)
        loi = make.again(self.chance.choice(self.lois))
        given = {"by": self.cast.again(self.chance.choice(WHO)), "now": self.now}
        before = Event.objects.count()
        try:
            act(self, loi, given)
        except Refused:
            assert Event.objects.count() == before, f"{act.__name__} was refused and left an event"
        else:
            self.done.append(act.__name__)

    def version(self, loi: LetterOfIntent) -> int:
        return self.chance.choice((loi.version, loi.version, loi.version, loi.version - 1))

    def writes(self, loi, given):
        title = f"Title {self.chance.random()}"
        values = {**loi.content["identity"], "title": title}
        drafts.save_draft(
            loi, section="identity", values=values, version=self.version(loi), **given
        )

    def brings_back(self, loi, given):
        number = self.chance.randint(2, loi.version)
        drafts.bring_back(loi, number, version=self.version(loi), **given)

    def detaches(self, loi, given):
        for one in loi.attachments.all():
            attachments.detach(loi, one.key, version=self.version(loi), **given)

    def attaches(self, loi, given):
        if loi.writable:
            make.attach(loi, now=self.now)

    def signs(self, loi, given):
        ticks = [one.id for one in warnings(loi)]
        sign = filings.sign_off_copy if loi.working_copy else filings.sign_off
        given["by"] = self.chance.choice((self.cast.pi, given["by"]))
        sign(loi, version=self.version(loi), acknowledged=ticks, **given)

    def files(self, loi, given):
        turn = filings.refile if loi.working_copy else filings.file
        given["by"] = self.chance.choice((self.cast.aor, given["by"]))
        key = self.chance.choice(("", "one", "two", str(self.now)))
        turn(loi, version=self.version(loi), idempotency_key=key, **given)

    def returns(self, loi, given):
        act = filings.return_copy if loi.working_copy else filings.return_to_draft
        act(loi, reason=self.chance.choice(("", "Too heavy.")), **given)

    def revises(self, loi, given):
        copies.revise(loi, **given)

    def discards(self, loi, given):
        copies.discard_copy(loi, **given)

    def withdraws(self, loi, given):
        if self.chance.random() < 0.2:
            filings.withdraw(loi, reason="No money.", **given)

    def asks(self, loi, given):
        words = dict(shares.partners(loi.content)).get(0)
        if words:
            given["by"] = self.chance.choice((self.cast.pi, given["by"]))
            sharing.ask(loi, words=words, organisation=self.cast.rival, **given)

    def answers(self, loi, given):
        for share in Share.objects.filter(loi=loi).order_by("-pk")[:1]:
            given["by"] = self.chance.choice((self.cast.rival_aor, given["by"]))
            if self.chance.random() < 0.7:
                sharing.countersign(share, digest=share.digest, **given)
            else:
                sharing.decline(share, reason="No test place.", **given)

    def is_named(self, loi, given):
        for naming in loi.namings.order_by("-pk")[:1]:
            if self.chance.random() < 0.7:
                namings.confirm(naming, now=self.now)
            else:
                namings.reject(naming, reason="Not me.", now=self.now)

    def sends_back(self, loi, given):
        if self.chance.random() < 0.3:
            organisations.send_back(self.cast.institute, reason="Which one?", **given)

    def verifies(self, loi, given):
        given["by"] = self.chance.choice((self.cast.secretary, given["by"]))
        organisations.verify(self.cast.institute, **given)

    def closes(self, loi, given):
        calls.close(self.call, now=self.now)

    def extends(self, loi, given):
        to = (self.now + timedelta(minutes=9)).isoformat()
        amendment = amendments.propose(
            self.call, kind="closing", after={"closes_at": to}, reason="The network.", **given
        )
        amendments.publish(amendment, by=self.cast.approver, now=self.now)

    def admits(self, loi, given):
        until, given["by"] = self.now + timedelta(minutes=5), self.cast.secretary
        ticket = {"kind": "ticket", "organisation": self.cast.institute, "letters": 1}
        amendment = amendments.propose(
            self.call, until=until, reason="The network.", **ticket, **given
        )
        amendments.publish(amendment, by=self.cast.approver, now=self.now)

    def ends_tickets(self, loi, given):
        calls.end_tickets(self.call, now=self.now)

    ACTS = (
        *(writes, brings_back, detaches, attaches, attaches, signs, signs, signs, signs),
        *(files, files, files, files, returns, revises, revises, discards, withdraws),
        *(asks, answers, is_named, sends_back, verifies, closes, extends, admits, ends_tickets),
    )


@pytest.mark.parametrize("seed", [3, 2027])
def test_whatever_is_tried_fits_together(cast, truths, seed):
    walk = Walk(cast, seed)
    for _step in range(STEPS):
        walk.step()
    make.settle(walk.now)
    assert list(violations(walk.now)) == [], (seed, walk.done)
    assert "files" in walk.done and len(set(walk.done)) > 8, walk.done
    filed = LetterOfIntent.objects.exclude(reference=None).values_list("reference", flat=True)
    assert sorted(filed) == [f"{walk.call.code}-{n:04d}" for n in range(1, len(filed) + 1)]
