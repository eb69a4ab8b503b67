"""Signing off with every warning acknowledged; filing once, however often it is sent."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from portal.models import Event
from proposals.models import Acknowledgement, Filing, Letter
from proposals.services import drafts, filings
from proposals.workflow.filing import warnings
from tests import make
from tests.asking import refused
from tests.make import CLOSES, DURING, SECOND

PASSWORD = "a-lunar-mile-away"
LOW = {"maturity": {"trl_now": "3"}}


def file(cast, loi, **more) -> Filing:
    return filings.file(loi, **{"version": loi.version, "by": cast.aor, "now": DURING, **more})


# Warnings


@pytest.fixture
def warned(cast):
    """A draft with two warnings."""
    light = make.element("0.01", "D", contingency_percent="8", contingency_reason="Measured " * 4)
    return make.draft(cast, resources={"elements": [light, make.element("9")]}, **LOW)


def test_each_warning_is_acknowledged_by_itself(cast, warned):
    found = warnings(warned)
    assert len(found) >= 2
    more = {"version": warned.version, "by": cast.pi, "now": DURING}
    verdict = refused(filings.sign_off, warned, acknowledged=[found[0].id], **more)
    assert verdict.rule == "unacknowledged"
    assert f"Not yet acknowledged: {len(found) - 1}" in str(verdict.reason)
    assert not Acknowledgement.objects.exists()
    filings.sign_off(warned, acknowledged=[p.id for p in found], **more)
    kept = Acknowledgement.objects.order_by("pk").values_list("warning", "by", "at")
    assert list(kept) == [(p.id, cast.pi.pk, DURING) for p in found]


def test_missing_ticks_are_listed_and_the_others_stay(cast, warned, visit):
    pi = visit(cast.pi, at=DURING)
    sign = reverse("sign_off_loi", args=[warned.key])
    first, *rest = warnings(warned)
    page = pi.get(sign).content.decode()
    assert all(str(p.sentence) in page and f'value="{p.id}"' in page for p in (first, *rest))
    answer = pi.post(sign, {"version": warned.version, "acknowledged": [first.id]})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert f'id="warning-{first.id}" checked' in page
    assert all(f'href="#warning-{p.id}"' in page for p in rest)
    ticks = {"version": warned.version, "acknowledged": [p.id for p in (first, *rest)]}
    assert pi.post(sign, ticks).status_code == 302
    assert make.again(warned).state == "awaiting_signature"


def test_what_was_acknowledged_is_asked_again_only_where_its_number_changed(cast, warned):
    ticks = [p.id for p in warnings(warned)]
    more = {"by": cast.pi, "now": DURING}
    filings.sign_off(warned, version=warned.version, acknowledged=ticks, **more)
    filings.return_to_draft(warned, reason="Once more.", **more)
    filings.sign_off(warned, version=warned.version, **more)
    filings.return_to_draft(warned, reason="And once more.", **more)
    loi = make.again(warned)
    values = {**loi.content["maturity"], "trl_now": "2"}
    loi = drafts.save_draft(loi, section="maturity", values=values, version=loi.version, **more)
    verdict = refused(filings.sign_off, loi, version=loi.version, **more)
    assert str(verdict.reason).startswith("Not yet acknowledged: 1")


def test_the_manifest_keeps_who_acknowledged_what_and_which_rules_passed(cast, warned):
    found = warnings(warned)
    filings.sign_off(
        warned,
        version=warned.version,
        acknowledged=[p.id for p in found],
        by=cast.pi,
        now=DURING,
    )
    rules = file(cast, make.again(warned)).manifest["rules"]
    assert [(a["rule"], a["clause"], a["sentence"], a["by"]) for a in rules["acknowledged"]] == [
        (p.rule, p.clause, str(p.sentence), cast.pi.name) for p in found
    ]
    assert {"call_is_open", "organisation_is_verified", "complete"} <= {
        rule["rule"] for rule in rules["passed"]
    }
    context = Letter.objects.get().context
    assert context["acknowledged"] == [f"{p.clause}: {p.sentence} ({cast.pi.name})" for p in found]


def test_the_manifest_is_of_version_and_revision_and_says_who_signed(cast):
    loi = make.awaiting(cast)
    manifest = file(cast, loi).manifest
    assert (manifest["version"], manifest["revision"]) == (1, loi.version)
    assert manifest["signed_off"] == {"by": cast.pi.name, "at": DURING.isoformat()}
    assert manifest["filed_by"] == cast.aor.name


# One filing, however often it is sent


def test_the_same_key_gives_the_same_receipt_even_late(cast):
    loi = make.awaiting(cast)
    first = file(cast, loi, idempotency_key="k1")
    events = Event.objects.count()
    assert file(cast, loi, idempotency_key="k1", now=CLOSES + SECOND) == first
    assert Event.objects.count() == events


def test_the_same_key_with_another_content_is_refused(cast):
    call = make.call(cast)
    loi, other = make.awaiting(cast, call), make.awaiting(cast, call)
    file(cast, loi, idempotency_key="k1")
    for case, version in ((other, other.version), (loi, loi.version + 1)):
        verdict = refused(file, cast, case, idempotency_key="k1", version=version)
        assert verdict.rule == "idempotency_key"
    assert make.again(other).state == "awaiting_signature"
    file(cast, other, idempotency_key="k2")


def test_a_key_is_its_persons_own(cast):
    call = make.call(cast)
    file(cast, make.awaiting(cast, call), idempotency_key="k1")
    rival = make.awaiting(cast, call, rival=True)
    file(cast, rival, idempotency_key="k1", by=cast.rival_aor)
    assert Filing.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_three_at_the_same_instant_file_once(cast, truths):
    """A double click and the other representative: one filing, all see the same."""
    second = cast.editor
    cast.institute.memberships.create(user=second, role="aor", joined_at=DURING)
    loi = make.awaiting(cast)
    results, start = [], threading.Barrier(3)

    def send(by, key):
        start.wait()
        try:
            results.append(file(cast, loi, by=by, idempotency_key=key).pk)
        finally:
            connection.close()

    tries = [(cast.aor, "k1"), (cast.aor, "k1"), (make.again(second), "k9")]
    threads = [threading.Thread(target=send, args=one) for one in tries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 3 and len(set(results)) == 1
    assert Filing.objects.count() == 1
    assert make.again(loi).reference == "TEST27-0001"


@pytest.fixture
def aor(cast, visit):
    cast.aor.set_password(PASSWORD)
    cast.aor.save()
    return visit(cast.aor, at=DURING)


def test_the_page_carries_its_key_and_a_header_does_as_well(cast, aor):
    call = make.call(cast)
    loi, other = make.awaiting(cast, call), make.awaiting(cast, call)
    url = reverse("file_loi", args=[loi.key])
    key = aor.get(url).context["idempotency_key"]
    fields = {"version": loi.version, "password": PASSWORD, "idempotency_key": key}
    wrong = aor.post(url, {**fields, "password": "not this one"})
    assert (wrong.status_code, wrong.context["idempotency_key"]) == (400, key)
    assert aor.post(url, fields).status_code == 302
    assert Filing.objects.get().idempotency_key == key
    answer = aor.post(
        reverse("file_loi", args=[other.key]),
        {"version": other.version},
        headers={"Idempotency-Key": key},
    )
    assert answer.status_code == 409
    assert "has filed something else already" in answer.content.decode()
    assert Filing.objects.count() == 1


# Who it is


def test_within_five_minutes_no_password_is_asked_again(cast, aor):
    call = make.call(cast)
    loi, other = make.awaiting(cast, call), make.awaiting(cast, call)
    fields = {"version": loi.version, "password": PASSWORD}
    assert aor.post(reverse("file_loi", args=[loi.key]), fields).status_code == 302
    second = reverse("file_loi", args=[other.key])
    page = aor.get(second).content.decode()
    assert "You proved that it is you on" in page
    assert 'type="password"' not in page
    assert aor.post(second, {"version": other.version}).status_code == 302
    assert make.again(other).state == "filed"


@pytest.mark.parametrize("ago_s, status", [(290, 302), (301, 400)])
def test_the_proof_counts_for_five_minutes(cast, aor, ago_s, status):
    call = make.call(cast)
    loi, other = make.awaiting(cast, call), make.awaiting(cast, call)
    fields = {"version": loi.version, "password": PASSWORD}
    aor.post(reverse("file_loi", args=[loi.key]), fields)
    session = aor.session
    session["account_authentication_methods"][-1]["at"] -= ago_s
    session.save()
    answer = aor.post(reverse("file_loi", args=[other.key]), {"version": other.version})
    assert answer.status_code == status


def test_one_person_with_both_keys_turns_both(cast, aor):
    cast.institute.memberships.create(user=cast.aor, role="pi", joined_at=DURING)
    loi = make.draft(cast)
    sign = reverse("sign_off_loi", args=[loi.key])
    assert aor.get(sign).status_code == 200
    assert aor.post(sign, {"version": loi.version}).status_code == 302
    page = aor.get(reverse("loi", args=[loi.key])).content.decode()
    assert "Signed off, NOT yet filed" in page
    assert "must file it before" in page
    fields = {"version": loi.version, "password": PASSWORD}
    assert aor.post(reverse("file_loi", args=[loi.key]), fields).status_code == 302
    assert make.again(loi).filing.filed_by == cast.aor


# What it costs, on the day when all file

PAGE_QUERIES, FILING_QUERIES = 20, 54


def test_a_page_and_a_filing_ask_few_questions(cast, visit, django_assert_num_queries):
    call = make.call(cast)
    make.filed(cast, call)
    cast.aor.set_password(PASSWORD)
    cast.aor.save()
    loi = make.awaiting(cast, call)
    address = reverse("file_loi", args=[loi.key])
    aor = visit(cast.aor, at=DURING)
    assert aor.post(reverse("account_reauthenticate"), {"password": PASSWORD}).status_code == 302
    with django_assert_num_queries(PAGE_QUERIES):
        assert aor.get(address).status_code == 200
    form = {"version": loi.version, "idempotency_key": "once"}
    with django_assert_num_queries(FILING_QUERIES):
        assert aor.post(address, form).status_code == 302
    assert make.again(loi).state == "filed"
