import pytest

from portal import workflow
from portal.models import Event, Message
from portal.text import say
from portal.verdict import YES, Refused, no
from portal.workflow import CLOCK, START, Act, Row, State, Table, faults
from proposals.models import Call
from proposals.services import calls
from proposals.workflow import CALL
from tests import make
from tests.make import CLOSED, DURING, PUBLISHED


def willing(obj, act) -> object:
    """It is always allowed."""
    return YES


def unwilling(obj, act) -> object:
    """It is never allowed."""
    return no("never", say("Never."))


def table(*rows: Row, states: str = "draft done", relations: str = "pi") -> Table:
    return Table(
        noun="thing",
        title="Thing",
        states=tuple(State(name, name, final=name == "done") for name in states.split()),
        rows=rows,
        relation=lambda user, obj: {"pi"},
        relations=frozenset(relations.split()),
    )


BEGIN = Row("begin", "begun", (START,), "draft", ("pi",))
END = Row("end", "ended", ("draft",), "done", ("pi",), (willing,))


@pytest.mark.parametrize("name", sorted(workflow.TABLES))
def test_every_table_of_the_portal_is_whole(name):
    assert list(faults(workflow.TABLES[name])) == []


def test_a_whole_table_has_no_faults():
    assert list(faults(table(BEGIN, END))) == []


@pytest.mark.parametrize(
    "rows, sentence",
    [
        ((BEGIN,), "nothing leads to the state 'done'"),
        ((BEGIN, END, END), "two rows have the same action"),
        ((BEGIN, END, Row("x", "xed", ("draft",), "lost", ("pi",))), "unknown state 'lost'"),
        ((BEGIN, END, Row("x", "xed", ("lost",), "done", ("pi",))), "unknown state 'lost'"),
        ((BEGIN, END, Row("x", "xed", ("draft",), "done", ("boss",))), "unknown relation 'boss'"),
        ((BEGIN, END, Row("x", "xed", ("draft",), "done", ())), "nobody may do it"),
        (
            (BEGIN, END, Row("x", "xed", ("draft",), "done", ("pi",), tells="nobody_knows")),
            "no notice 'nobody_knows'",
        ),
        (
            (BEGIN, END, Row("x", "xed", ("draft",), "done", ("pi",), (lambda obj, act: YES,))),
            "the guard <lambda> has no text",
        ),
    ],
)
def test_every_fault_of_a_table_is_found(rows, sentence):
    assert any(sentence in fault for fault in faults(table(*rows)))


def test_a_dead_end_that_is_not_marked_final_is_found():
    stuck = table(BEGIN, END, Row("stop", "stopped", ("draft",), "stuck", ("pi",)),
                  states="draft done stuck")  # fmt: skip
    assert list(faults(stuck)) == ["thing: the state 'stuck' is a dead end and not marked final"]


# Verdicts


def test_who_comes_before_when_and_when_before_the_guards(cast):
    draft = make.call(cast, state="draft")
    assert CALL.verdict(draft, "publish", Act(cast.pi, DURING)).rule == "call.publish.who"
    assert CALL.verdict(draft, "publish", Act(cast.approver, DURING)).rule == "call.publish.from"
    own = make.call(cast, state="proposed", code="OWN27", closes_at=make.CLOSES)
    late = Act(cast.approver, make.CLOSES)
    assert CALL.verdict(own, "publish", late).rule == "dates"


def test_a_refusal_about_the_person_says_whose_act_it_is(cast):
    verdict = CALL.verdict(make.call(cast, state="proposed"), "publish", Act(cast.pi, DURING))
    assert verdict.who
    assert str(verdict.reason) == "This act is not yours: it belongs to the approver."


def test_a_refusal_about_the_moment_says_where_the_thing_is(cast):
    verdict = CALL.verdict(make.call(cast), "publish", Act(cast.approver, DURING))
    assert not verdict.who
    assert "It is now “published”" in str(verdict.reason)


def test_the_clock_is_nobody_else(cast):
    call = make.call(cast)
    assert CALL.verdict(call, "close", Act(CLOCK, CLOSED))
    assert CALL.verdict(call, "close", Act(cast.admin, CLOSED)).who
    assert CALL.verdict(call, "publish", Act(CLOCK, DURING)).who


# Moving


def test_a_move_writes_its_event_and_its_notice(cast):
    call = make.call(cast, state="proposed")
    event = calls.publish(call, by=cast.approver, now=PUBLISHED)
    assert (event.verb, event.actor, event.at) == ("call.published", cast.approver.key, PUBLISHED)
    assert (event.data["from"], event.data["to"]) == ("proposed", "published")
    told = Message.objects.filter(notice="call_published")
    assert {message.recipient for message in told} == {
        cast.secretary, cast.second_secretary, cast.approver, cast.second_approver,
    }  # fmt: skip


def test_one_act_is_one_event(cast):
    call = make.call(cast, state="draft")
    before = Event.objects.count()
    calls.propose(call, by=cast.secretary, now=PUBLISHED)
    assert Event.objects.count() == before + 1


def test_a_refused_move_writes_nothing(cast):
    call = make.call(cast, state="proposed")
    before = Event.objects.count(), Message.objects.count()
    with pytest.raises(Refused):
        calls.publish(call, by=cast.secretary, now=PUBLISHED)
    assert (Event.objects.count(), Message.objects.count()) == before
    assert make.again(call).state == "proposed"


def test_a_reason_that_is_owed_is_kept(cast):
    call = make.call(cast, state="proposed")
    with pytest.raises(Refused) as refused:
        calls.send_back(call, by=cast.approver, now=PUBLISHED, reason="  ")
    assert (refused.value.verdict.rule, refused.value.verdict.field) == (
        "call.send_back.reason",
        "reason",
    )
    event = calls.send_back(call, by=cast.approver, now=PUBLISHED, reason=" Too heavy. ")
    assert event.data["reason"] == "Too heavy."


def test_of_two_at_once_the_second_finds_it_moved(cast):
    """Both loaded the call while it was proposed; the database has the last word."""
    call = make.call(cast, state="proposed")
    first, second = make.again(call), make.again(call)
    CALL.move(first, "publish", by=cast.approver, now=PUBLISHED)
    before = Event.objects.count()
    with pytest.raises(Refused) as refused:
        CALL.move(second, "publish", by=cast.second_approver, now=PUBLISHED)
    assert refused.value.verdict.rule == "call.publish.from"
    assert "Somebody else was faster" in str(refused.value.verdict.reason)
    assert Event.objects.count() == before


# Buttons


def test_a_person_is_offered_the_acts_that_are_theirs_from_here(cast):
    call = make.call(cast, state="proposed")
    offered = {
        name: [offer.row.action for offer in CALL.available(call, person, PUBLISHED)]
        for name, person in cast.everyone().items()
    }
    assert offered["approver"] == ["send_back", "publish"]
    assert offered["secretary"] == ["send_back"]
    assert [name for name, acts in offered.items() if acts] == [
        "secretary", "second_secretary", "approver", "second_approver",
    ]  # fmt: skip


def test_a_button_that_would_be_refused_says_why(cast):
    call = make.call(cast, state="proposed")
    Call.objects.filter(pk=call.pk).update(drafted_by=cast.approver)
    (offer,) = [
        offer
        for offer in CALL.available(make.again(call), cast.approver, PUBLISHED)
        if offer.row.action == "publish"
    ]
    assert not offer.verdict
    assert "a second person publishes it" in str(offer.verdict.reason)


def test_the_handbook_says_every_row_in_words(db, visit):
    page = visit(at=DURING).get("/help/workflow/").content.decode()
    for described in workflow.described():
        for row in described["rows"]:
            for rule in row["rules"]:
                assert rule.splitlines()[0].split("“")[0][:60].replace("'", "&#x27;") in page
