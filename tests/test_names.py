"""One verb runs through the table, the address, the view, the service, the notice and the event."""

import importlib
import inspect

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.template.loader import get_template
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from portal import notices, roles, settings, workflow
from portal.workflow import NOBODY, START
from proposals import letters
from proposals.models import Decision, Letter
from proposals.workflow import OUTCOME_ACTION

TABLES = sorted(workflow.TABLES.values(), key=lambda table: table.noun)
ROWS = [(table, row) for table in TABLES for row in table.rows]
BUTTONS = [(table, row) for table, row in ROWS if row.button]
EVERY_ROW = pytest.mark.parametrize(
    "table, row", ROWS, ids=[f"{table.noun}.{row.action}" for table, row in ROWS]
)
EVERY_BUTTON = pytest.mark.parametrize(
    "table, row", BUTTONS, ids=[f"{table.noun}.{row.action}" for table, row in BUTTONS]
)

# Buttons that stand on a page with another name.
ALIASES = {
    "accept_assignment": "declare",  # accepting is declaring that there is no conflict
}
# Where the verb of each noun is found as a function.
SERVICES = {
    "organisation": ("portal.services.organisations",),
    "invitation": ("portal.services.invitations",),
    "call": (
        "proposals.services.calls",
        "proposals.services.decisions",
        "proposals.services.suspensions",
    ),
    "loi": (
        "proposals.services.drafts",
        "proposals.services.filings",
        "proposals.services.clarifications",
        "proposals.services.copies",
        "proposals.services.evaluation",
        "proposals.services.agreements",
        "proposals.services.redress",
        "proposals.services.suspensions",
        "proposals.services.decisions",
        "proposals.services.calls",
        "proposals.services.promotions",
    ),
    "amendment": ("proposals.services.amendments",),
    "naming": ("proposals.services.namings",),
    "question": ("proposals.services.questions",),
    "share": ("proposals.services.shares",),
    "decision": (
        "proposals.services.decisions",
        "proposals.services.promotions",
        "proposals.services.reaccommodations",
        "proposals.services.redress",
    ),
    "project": (
        "proposals.services.projects",
        "proposals.services.decisions",
        "proposals.services.agreements",
        "proposals.services.suspensions",
    ),
    "condition": ("proposals.services.conditions",),
    "correction": ("proposals.services.corrections",),
    "letter": ("proposals.services.letters", "proposals.services.rendering"),
    "assignment": ("reviews.services",),
    "place": ("reviews.services.places",),
    "conflict": ("reviews.services.conflicts",),
    "matching": ("reviews.services.matchings",),
    "meeting": ("reviews.services.meetings",),
    "scenario": ("reviews.services.scenarios",),
}
# Rows that happen inside another act and have no service of their own.
INSIDE = {
    "naming.withdraw": "ask",
    "call.resume_evaluation": "resume",
    "call.resume_agreements": "resume",
    "loi.cancel_draft": "cancel",
    "loi.lapse": "close",
    "loi.begin_screening": "close",
    "loi.readmit": "reopen",
    "loi.resume": "reopen",
    "loi.select": "release",
    "loi.select_conditionally": "release",
    "loi.place_on_reserve": "release",
    "loi.not_select": "release",
    "loi.merge": "release",
    "project.approve": "approve_decisions",
    "project.unapprove": "reopen_decisions",
    "project.fall_apart": "part",
    "loi.promote": "release_one",
    "loi.promote_conditionally": "release_one",
    "loi.reaccommodate": "release_one",
    "loi.reaccommodate_conditionally": "release_one",
    "decision.promote": "prepare",
    "decision.supersede": "release_one",
    "decision.approve": "approve_decisions",
    "decision.unapprove": "reopen_decisions",
    "decision.void": "void_of",
    "assignment.exclude": "confirm",
    "letter.write": "owe",
    "letter.void": "void_of",
    "letter.supersede": "issue",
}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    return [
        pattern
        for entry in resolver.url_patterns
        for pattern in (patterns(entry) if isinstance(entry, URLResolver) else [entry])
    ]


def ours() -> list[URLPattern]:
    return [p for p in patterns(get_resolver()) if not p.lookup_str.startswith("allauth")]


def test_the_addresses_are_all_there():
    assert len(ours()) > 40


@pytest.mark.parametrize("pattern", ours(), ids=lambda pattern: pattern.name)
def test_every_address_has_a_name_and_a_view_of_ours(pattern):
    assert pattern.name
    app, _, rest = pattern.lookup_str.partition(".")
    assert app in {"portal", "proposals", "reviews"}
    assert rest.startswith("views")
    assert callable(pattern.callback)


def test_no_two_addresses_have_one_name():
    names = [pattern.name for pattern in ours()]
    assert sorted(names) == sorted(set(names))


@EVERY_BUTTON
def test_every_button_has_its_address(table, row):
    name = f"{row.action}_{table.noun}"
    name = ALIASES.get(name, name)
    (parameter,) = {p.name: list(p.pattern.converters) for p in ours()}.get(name) or [None]
    assert parameter, f"no address is called {name}"
    path = reverse(name, kwargs={parameter: "abc"})
    if name not in ALIASES.values():
        assert path.rstrip("/").endswith(row.action.replace("_", "-"))


def test_aliases_are_needed():
    for name in ALIASES:
        with pytest.raises(NoReverseMatch):
            reverse(name, args=["abc"])


@EVERY_ROW
def test_every_row_has_its_service(table, row):
    wanted = INSIDE.get(f"{table.noun}.{row.action}", row.action)
    found = [
        getattr(module, wanted)
        for module in map(importlib.import_module, SERVICES[table.noun])
        if hasattr(module, wanted)
    ]
    assert found, f"no service does {wanted}"
    # A letter is moved by the worker and by acts on what it is about.
    if table.noun != "letter":
        kinds = {p.kind for n, p in inspect.signature(found[0]).parameters.items() if n == "now"}
        assert kinds == {inspect.Parameter.KEYWORD_ONLY}


@EVERY_ROW
def test_every_row_is_told_in_the_past(table, row):
    assert row.past and row.past != row.action
    names = [f"{t.noun}.{r.past}" for t, r in ROWS]
    assert names.count(f"{table.noun}.{row.past}") == 1


@EVERY_ROW
def test_every_guard_says_its_rule(table, row):
    for guard in row.only_if:
        assert guard.__doc__, f"{guard.__name__} has no text for the handbook"
        assert guard.__doc__.strip().endswith(".")


@EVERY_ROW
def test_whoever_may_is_a_known_word(table, row):
    assert row.who
    for word in row.who:
        assert word in workflow.RELATIONS
        assert str(workflow.RELATIONS[word])


@EVERY_ROW
def test_every_telling_has_its_notice_and_its_text(table, row):
    if row.tells == NOBODY:
        return
    notice = notices.NOTICES[row.tells]
    assert callable(notice.audience)
    first, _, rest = source(row.tells).strip().partition("\n")
    assert first.strip() and rest.strip()


@pytest.mark.parametrize("name", sorted(notices.NOTICES))
def test_every_notice_has_its_text(name):
    assert source(name).strip()


def source(name: str) -> str:
    return get_template(f"mail/{name}.txt").template.source


@pytest.mark.parametrize(
    "table, state",
    [(table, state) for table in TABLES for state in table.states],
    ids=lambda value: value.noun if hasattr(value, "noun") else value.name,
)
def test_every_state_has_its_label(table, state):
    assert str(state.label).strip()
    assert str(state.applicant_label or state.label).strip()
    reached = {row.to for row in (*table.rows, *table.former)}
    left = {name for row in table.rows for name in row.from_ if name != START}
    assert state.name in reached
    if not state.final:
        assert state.name in left


def test_before_the_release_applicants_read_no_outcome():
    call = workflow.TABLES["call"]
    for name in ("decisions_proposed", "decisions_approved"):
        assert str(call.state(name).applicant_label) == "closed, under evaluation"


def test_every_outcome_has_its_row_and_its_state():
    loi = workflow.TABLES["loi"]
    assert set(OUTCOME_ACTION) == set(Decision.Outcome.values)
    for outcome, action in OUTCOME_ACTION.items():
        assert loi.row(action).to == outcome
        assert loi.row(action).from_ == ("final_review",)


@pytest.mark.parametrize("kind", Letter.Kind)
def test_every_kind_of_letter_has_its_words_and_its_page(kind):
    assert callable(letters.SORTS[kind].build)
    assert get_template(f"letters/{letters.TEMPLATE}/{kind}.html")


def test_every_bell_has_its_task():
    for bell in settings.CELERY["beat_schedule"].values():
        module, _, name = bell["task"].rpartition(".")
        assert getattr(importlib.import_module(module), name).name == bell["task"]


def test_seats_roles_and_places_are_said():
    for name, label in (*roles.SEATS, *roles.CHOICES, *roles.PANEL):
        assert str(label) and name in {role.name for role in roles.ROLES}


def test_djangos_own_checks_find_nothing():
    call_command("check", fail_level="WARNING")


def test_no_migration_is_owed():
    """By the files alone: what stands in a database is `migrate`'s to say."""
    loader = MigrationLoader(None)
    assert not loader.detect_conflicts()
    known, wanted = loader.project_state(), ProjectState.from_apps(apps)
    assert not MigrationAutodetector(known, wanted).changes(graph=loader.graph)
