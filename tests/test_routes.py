"""Who is answered what at every address while a case is under review, and what no answer holds.

    +  200        >  sent elsewhere        .  not there: 404
    x  not theirs: 403        -  not like this: 400, 405 or 409

Acts are asked with nothing typed. A route without its line fails: whoever adds one says here who may open it.
"""

import inspect
import re
from html import unescape
from urllib.parse import parse_qsl

import pytest
from django.db import transaction

from reviews import services as judging
from tests import make, routes
from tests.make import REVIEWED, SCREENED

PEOPLE = (None, "outsider", "pi", "rival_pi", "reviewer_one", "reviewer_two", "conflicted")
STAFF = ("chair", "secretary", "approver", "auditor", "legal", "admin")
MARKS = {200: "+", 302: ">", 404: ".", 403: "x", 400: "-", 405: "-", 409: "-"}
SECRET = "Known to the panel alone"
PARAMETER = re.compile(r'GET\.get\("(\w+)"|"(\w+)" (?:not )?in request\.GET')

# Whose lines show: nobody, outsider, PI, rival, who has locked, who writes, who is shut out;
# chair, secretary, approver, auditor, legal, administrator.
ROUTES = """
day                          >++++++++++++
messages                     >++++++++++++
message                      >.++++++++...
help_workflow                +++++++++++++
help_roles                   +++++++++++++
people                       >.........+.+
roles_of                     >............
events                       >.........+..
profile                      >++++++++++++
affiliate                    >------------
organisations                >+>>+++++++++
register_organisation        >++++++++++++
likely_organisations         >++++++++++++
organisation                 >.+.....+++..
ask_for_seat                 >+>++++++++++
verify_organisation          >.x.....-xx..
send_back_organisation       >.x.....-xx..
register_again_organisation  >............
invite                       >............
give_seat                    >.-.....---..
take_seat                    >.-.....---..
leave_organisation           >.>.....>>>..
hand_over                    >.-.....---..
invitation_link              .............
front                        +++++++++++++
mission                      +++++++++++++
help_form                    +++++++++++++
verify                       +++++++++++++
verify_file                  -------------
verify_key                   +++++++++++++
key                          .............
verification                 .............
calls                        >++++++++++++
draft_call                   >.......+....
call                         +++++++++++++
revise_call                  >.......+....
propose_call                 >xxxxxxx-xxxx
send_back_call               >xxxxxxx--xxx
publish_call                 >xxxxxxxx-xxx
board                        >......++++.+
amend_call                   >.......+....
propose_amendment            >.......+....
ask                          >------------
questions                    >.......+.+..
lois                         >++++++++++++
begin_loi                    >++++++++++++
loi                          >.++++.++++..
edit_loi                     >.>>.........
presence                     >............
copied                       >............
revisions                    >.++.........
difference                   >.++.........
bring_back                   >............
headroom                     >............
attach                       >.>>>>.>>>>..
detach                       >.--xx.xxxx..
sign_off_loi                 >.>>>>.>>>>..
return_to_draft_loi          >.>>>>.>>>>..
file_loi                     >.>>>>.>>>>..
revise_loi                   >.>>>>.>>>>..
sign_off_copy_loi            >.>>>>.>>>>..
return_copy_loi              >.>>>>.>>>>..
refile_loi                   >.>>>>.>>>>..
discard_copy_loi             >.>>>>.>>>>..
filing                       >.++++.++++..
filed_manifest               >.++....+++..
manifest                     >.++....+++..
withdraw_loi                 >.>>>>.>>>>..
accept_loi                   >.>>>>.>>>>..
decline_loi                  >.>>>>.>>>>..
propose_extension_loi        >.>>>>.>>>>..
record_signing_loi           >.>>>>.>>>>..
terminate_loi                >.>>>>.>>>>..
request_review_loi           >.>>>>.>>>>..
uphold_loi                   >.>>>>.>>>>..
reopen_loi                   >.>>>>.>>>>..
screen_again_loi             >.>>>>.>>>>..
grant_extension_loi          >.xxxx.xx-x..
agreement_loi                >............
former_agreement             >............
conditions                   >.......++++.
attachment                   >.++--.----..
attachment_shown             >.++--.----..
ask_naming                   >.>>.........
naming                       .............
confirm_naming               .............
reject_naming                .............
signature                    >.++....+++..
proof                        >.++....+++..
filed_signature              >.++....+++..
filed_proof                  >.++....+++..
partners                     >.++.........
ask_share                    >.--.........
letter                       >............
letter_record                >.......+++..
correct_letter               >.......+++..
resend_message               >............
cases                        >.......+++..
screen                       >.......+++..
ask_clarification_loi        >.......+xx..
answer_clarification_loi     >.>>>>.>>>>..
declare_ineligible_loi       >.......x-x..
decisions                    >......++++..
letters_bundle               >............
ledger                       >......+++++.
ledger_table                 >......+++++.
reopen_decisions_call        >......-x-x..
approve_decisions_call       >......++++..
move_release_call            >......++++..
release_call                 >......x-xx..
inbox                        >++++++++++++
due_dates                    >++++++++++++
declare                      >...>>.......
review                       >...++.......
lock_assignment              >...>+.......
open_names_assignment        >...++.......
sheet_versions               >...++.+..+..
sheet_version                >............
bring_sheet_back             >............
recuse_assignment            >....-.......
give_back_assignment         >....-.......
place_link                   .............
place                        >......+.....
accept_place                 >......-.....
decline_place                >......-.....
describe_place               >......>.....
leave_place                  >......--.x..
remind_place                 >......x-.x..
withdraw_place               >......x-.x..
panel                        >.......+.+..
matching                     >.......+.+..
read_table                   >.......-.-..
assignments                  >.......+.+..
set_pair                     >.......-.-..
deadlines                    >......++.+..
extend_assignment            >......++.+..
reassign                     >.......+....
assign                       >.......+.+..
remove_assignment            >......--.x..
present                      >.......>.>..
begin_review_loi             >.......-.x..
ranking                      >......+..+..
scores                       >......+..+..
compare                      >......+..+..
judging                      >......+..+..
reopen_assignment            >......-..x..
step_out                     >......-..x..
conclude_reviews_loi         >......-..x..
ranking_table                >......+..+..
choose_first                 >......-..x..
selection                    >......++++..
propose_selection            >......+.....
discussion                   >...+..++.+..
read_discussion              >...>..>>.>..
choose_hearing               >...-..--.-..
meeting                      >...+++++.+..
consensus                    >...+..+..+..
answer_consensus             >...-..-..-..
conclude_loi                 >......-..x..
prepare_decision             >......+..+..
reaccommodate_decision       >......+..+..
merge                        >......+..+..
conflicts                    >......++++..
conflicts_table              >......++++..
help_conflicts               +++++++++++++
propose_decisions_call       >......-..x..
"""

# Routes of amendments, invitations, matchings and so on: no such row stands in this world.
ABSENT = {
    "accept_invitation",
    "amendment",
    "answer_condition",
    "answer_privately_question",
    "answer_question",
    "apply_matching",
    "apply_scenario",
    "approve_correction",
    "approve_one_decision",
    "begin_meeting",
    "cancel_scenario",
    "close_meeting",
    "confirm_conflict",
    "correct_question",
    "correction",
    "countersign_share",
    "decline_invitation",
    "decline_question",
    "date_anew_decision",
    "decline_share",
    "discard_matching",
    "dismiss_conflict",
    "dissolve_project",
    "edit_comment",
    "accept_project",
    "agreement_project",
    "decline_project",
    "grant_extension_project",
    "propose_extension_project",
    "record_signing_project",
    "terminate_project",
    "end_affiliation",
    "evidence",
    "extend_condition",
    "invitation",
    "lift_pair",
    "mark_met_condition",
    "meeting_case",
    "minutes",
    "minutes_table",
    "order_agenda",
    "project",
    "publish_amendment",
    "question",
    "release_one_decision",
    "resend_invitation",
    "scenario",
    "send_back_condition",
    "settle",
    "share",
    "strike_affiliation",
    "take_back_amendment",
    "take_back_decision",
    "take_back_correction",
    "take_back_invitation",
    "take_back_share",
    "take_up",
    "withdraw_comment",
}


@pytest.fixture(scope="module")
def world(stage, django_db_blocker):
    """A case with a locked review, one being written and an invitation; another beside it."""
    with django_db_blocker.unblock():
        call = make.call(stage, hides_reviewers=True)
        make.panel(stage, call)
        loi = make.filed(stage, call)
        make.filed(stage, call, rival=True, title="Dust lofting camera for the terminator")
        loi = make.screened(stage, loi)
        one, two, _ = (
            judging.assign(loi, person, by=stage.secretary, now=SCREENED)
            for person in stage.reviewers
        )
        judging.accept(one, by=stage.reviewer_one, now=SCREENED)
        judging.accept(two, by=stage.reviewer_two, now=SCREENED)
        judging.begin_review(loi, by=stage.secretary, now=SCREENED)
        one = make.lock_review(one)
        one.findings.update(text=SECRET)
        return make.again(loi)


@pytest.fixture
def cast(stage, world, db):
    return stage


def answered(cast, visit, people) -> dict[tuple, routes.Answer]:
    """(name of the route, address, person) → what they are answered."""
    found, keys = {}, routes.Keys()
    for name in people:
        reader = name and cast.again(name)
        browser = visit(reader, at=REVIEWED)
        for where, address in routes.addresses(reader):
            answer = routes.ask(browser, address, keys)
            if answer.status == 405:  # an act: begun with nothing typed, and undone
                with transaction.atomic():
                    answer = routes.ask(browser, address, keys, method="post")
                    transaction.set_rollback(True)
            found[where, address, name] = answer
    return found


def test_every_route_has_its_line():
    """Those that open a row of which this world has none are asked elsewhere."""
    known = {one.split()[0] for one in ROUTES.strip().splitlines()}
    assert {pattern.name for pattern, _path in routes.patterns()} - known == ABSENT


def test_every_parameter_of_a_query_is_asked():
    """What a module's views read of a query stands in the `ASKED` of one of its routes."""
    asked, modules = {}, {}
    for pattern, _path in routes.patterns():
        module = inspect.getmodule(pattern.callback)
        modules[module.__name__] = module
        for query in routes.ASKED.get(pattern.name, ()):
            asked.setdefault(module.__name__, set()).update(dict(parse_qsl(query, True)))
    for name, module in modules.items():
        read = {one or other for one, other in PARAMETER.findall(inspect.getsource(module))}
        assert read <= asked.get(name, set()), name


@pytest.mark.parametrize(
    "people",
    [("reviewer_two",), pytest.param((*PEOPLE, *STAFF), marks=pytest.mark.soak)],
    ids=["some", "all"],
)
def test_every_route_answers_whom_its_line_says_and_tells_nobody_more(cast, visit, people):
    answers = answered(cast, visit, people)
    different = []
    for one in ROUTES.strip().splitlines():
        where, marks = one.split()
        expected = dict(zip((*PEOPLE, *STAFF), marks, strict=True))
        for name in people:
            got = {
                MARKS[a.status] for (r, _, who), a in answers.items() if (r, who) == (where, name)
            }
            # Of several addresses, the most open answer.
            mark = next((mark for mark in "+>-x." if mark in got), " ")
            if mark != expected[name]:
                different.append(f"{where}: {name} {mark}, not {expected[name]}")
    assert different == []
    leaks = [
        (where, who, word)
        for (where, _address, who), answer in answers.items()
        for word in hidden(cast, who)
        if word in unescape(answer.body)
    ]
    assert leaks == []


def hidden(cast, who: str | None) -> list[str]:
    """What this person may read nowhere: others' names, addresses and words on the case."""
    others = [
        person for person in cast.reviewers if who is None or person.name != getattr(cast, who).name
    ]
    identities = [word for person in others for word in (person.name, person.email)]
    match who:
        case "reviewer_one":  # has locked: reads what the others wrote, and not who they are
            return identities
        case "chair" | "secretary" | "approver" | "auditor" | "admin":
            return []
    return [*identities, SECRET]
