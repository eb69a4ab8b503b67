"""What the apps put before a person, by registry: `portal` imports nothing above it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from portal.models import User
from portal.text import Text


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing this person owes: a sentence, by when, and the click that does it."""

    sentence: Text | str
    url: str
    act: Text | str
    due_at: datetime | None = None
    due_text: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A block under the list: a template with its context."""

    template: str
    context: dict


@dataclass(frozen=True, slots=True)
class NavItem:
    label: Text | str
    url: str
    prefix: str


Source = Callable[[User, datetime], Iterable[Todo | Panel]]
NavSource = Callable[[User], Iterable[NavItem]]
SOURCES: list[Source] = []
NAV_SOURCES: list[NavSource] = []


def register(source: Source) -> Source:
    SOURCES.append(source)
    return source


def register_nav(source: NavSource) -> NavSource:
    NAV_SOURCES.append(source)
    return source


def for_user(user: User, now: datetime) -> tuple[list[Todo], list[Panel]]:
    """What this person owes, the soonest first, and the panels under it."""
    found = [card for source in SOURCES for card in source(user, now)]
    todos = [card for card in found if isinstance(card, Todo)]
    todos.sort(key=lambda todo: (todo.due_at is None, todo.due_at or now))
    return todos, [card for card in found if isinstance(card, Panel)]
