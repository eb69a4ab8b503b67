"""What the form of a letter asks and checks, in words, from the tables that ask and check it."""

from dataclasses import dataclass

from portal.text import Text, say
from proposals.compliance import LEVELS, RULES
from proposals.sections import BY_NAME, STEPS, Field, Rows, Section

TONES = {"block": "cinnabar", "warn": "amber", "refer": "lunar"}


@dataclass(frozen=True, slots=True)
class Rule:
    sentence: Text
    does: Text
    tone: str


@dataclass(frozen=True, slots=True)
class Clause:
    """One field or table of the form. `only` says where it is asked at all."""

    number: str
    item: Field | Rows
    needed: bool
    only: tuple[Text, ...]
    rules: tuple[Rule, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.item.fields if isinstance(self.item, Rows) else (self.item,)


@dataclass(frozen=True, slots=True)
class Part:
    section: Section
    clauses: tuple[Clause, ...]


def parts() -> list[Part]:
    return [
        Part(section, tuple(_clause(section, item) for item in section.items)) for section in STEPS
    ]


def _clause(section: Section, item: Field | Rows) -> Clause:
    return Clause(
        section.clause(item.name),
        item,
        item.least > 0 if isinstance(item, Rows) else item.required,
        tuple(_only(named, values) for named, values in item.when),
        tuple(
            Rule(rule.says, LEVELS[rule.level], TONES[rule.level])
            for rule in RULES
            if (rule.section, rule.item) == (section.name, item.name)
        ),
    )


def _only(named: str, values: tuple[str, ...]) -> Text:
    section, _dot, name = named.partition(".")
    if section == "terms":
        category = values[0]
        if not category:
            return say("only where the call tells no site")
        return say("only at a site of category %(category)s", category=category)
    field = next(field for field in BY_NAME[section].fields if field.name == name)
    labels = dict(field.options)
    return say(
        "only where “%(field)s” is: %(values)s",
        field=field.label,
        values="; ".join(str(labels[value]) for value in values),
    )
