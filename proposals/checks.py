"""What stands between a draft and its filing, field by field, with the rule and the number."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import blake2s

from portal import countries, currencies
from portal.text import Text, plain, say
from proposals import content as document
from proposals.compliance import BLOCK, RULES
from proposals.compliance.case import Case
from proposals.sections import BY_NAME, CHOICES, FLAG, SECTIONS, STEPS, Field, Rows, Section
from proposals.shapes import SHAPES
from proposals.terms import Terms


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to say: where (row is None outside tables), which rule, and the sentence.

    `level`: "block" stops the filing, "warn" is acknowledged by who files, "refer"
    is looked at in the screening. `clause` is the number in the form, such as "D4".
    """

    section: str
    field: str
    rule: str
    sentence: Text
    row: int | None = None
    table: str = ""
    level: str = BLOCK

    @property
    def hard(self) -> bool:
        return self.level == BLOCK

    @property
    def clause(self) -> str:
        return BY_NAME[self.section].clause(self.table or self.field)

    @property
    def id(self) -> str:
        """Stays while rule, place and sentence stay; another where a number in it changes."""
        place = (self.section, self.table, self.row, self.field, self.rule)
        said = repr((place, _untranslated(self.sentence)))
        return blake2s(said.encode(), digest_size=8).hexdigest()


def _untranslated(value: object) -> object:
    """A sentence in no language: what it says, and with which values as they are shown."""
    if isinstance(value, Text):
        return value.msgid, [(name, _untranslated(one)) for name, one in value.params]
    return plain(value)


def check(
    content: dict, terms: Terms, *, files: Collection[str] = (), lead: Collection[str] = ()
) -> list[Problem]:
    """Everything to say of a draft, in the form's order.

    `files` are the kinds of the files attached: "letter", "figure", "endorsement", "inventory".
    `lead` are the names of the organisation whose letter it is.
    """
    found = [problem for section in SECTIONS for problem in _section(section, content, terms)]
    found += _across(Case(content, terms, files, lead))
    return sorted(found, key=_place)


def _across(case: Case) -> Iterator[Problem]:
    """What the rules of the table find, which look at more than one field."""
    for rule in RULES:
        for found in rule.look(case):
            table = (found.table or rule.item) if found.row is not None else ""
            yield Problem(
                found.section or rule.section,
                found.field or rule.item,
                rule.name,
                found.sentence,
                found.row,
                table,
                rule.level,
            )


def _place(problem: Problem) -> tuple[int, int]:
    """Where it stands in the form: its step, and its field or table there."""
    section = BY_NAME[problem.section]
    return STEPS.index(section), section.place(problem.table or problem.field)


def _section(section: Section, content: dict, terms: Terms) -> Iterator[Problem]:
    """Each field and each row by itself, those that do not apply left out."""
    given = content.get(section.name, {})
    for field in section.fields:
        if document.applies(field, content, terms):
            for rule, sentence in _field(field, given.get(field.name, ""), terms):
                yield Problem(section.name, field.name, rule, sentence)
    for rows in section.rows:
        if document.applies(rows, content, terms):
            yield from _table(section, rows, content, terms)


def _table(section: Section, rows: Rows, content: dict, terms: Terms) -> Iterator[Problem]:
    filled = document.table(content, section.name, rows.name)
    if not rows.least <= len(filled) <= rows.most:
        sentence = say(
            "%(label)s: %(count)s rows; from %(least)s to %(most)s are needed.",
            label=rows.label,
            count=len(filled),
            least=rows.least,
            most=rows.most,
        )
        yield Problem(section.name, rows.name, "rows", sentence)
    for place, row in filled:
        for field in rows.fields:
            for rule, sentence in _field(field, row.get(field.name, ""), terms):
                yield Problem(section.name, field.name, rule, sentence, place, rows.name)


def _field(field: Field, value: object, terms: Terms) -> Iterator[tuple[str, Text]]:
    label = field.label
    if field.kind == CHOICES:
        ticked = value if isinstance(value, list) else []
        allowed = {code for code, _ in terms.options(field)}
        if not allowed.issuperset(ticked):
            yield "choice", say("%(label)s: one of the ticked is not on the list.", label=label)
        # A call of few keywords asks for one of them.
        least = field.least if len(allowed) >= (field.least or 0) else 1
        if least and len(ticked) < least:
            rule = "least" if ticked else "required"
            yield rule, say("%(label)s: tick at least %(least)s.", label=label, least=least)
        if field.most and len(ticked) > field.most:
            yield (
                "most",
                say(
                    "%(label)s: %(count)s ticked, at most %(most)s may be.",
                    label=label,
                    count=len(ticked),
                    most=field.most,
                ),
            )
        return
    raw = value.strip() if isinstance(value, str) else ""
    if field.kind == FLAG:
        if raw != "on":
            yield "required", say("Not yet declared: %(label)s", label=label)
        return
    if not raw:
        if field.required:
            yield "required", say("%(label)s is missing.", label=label)
        return
    match field.kind:
        case "choice":
            if raw not in {code for code, _ in terms.options(field)}:
                yield (
                    "choice",
                    say("%(label)s: “%(value)s” is not on the list.", label=label, value=raw[:40]),
                )
        case "country":
            if not countries.known(raw):
                yield (
                    "choice",
                    say(
                        "%(label)s: “%(value)s” is not an ISO country code.",
                        label=label,
                        value=raw[:40],
                    ),
                )
        case "currency":
            if raw not in currencies.codes():
                yield (
                    "choice",
                    say(
                        "%(label)s: “%(value)s” is not an ISO 4217 currency in use.",
                        label=label,
                        value=raw[:40],
                    ),
                )
        case "date":
            if document.day(raw) is None:
                yield (
                    "date",
                    say(
                        "%(label)s: write the date as year-month-day, such as 2028-05-31.",
                        label=label,
                    ),
                )
        case "integer" | "decimal":
            yield from _number(field, raw)
        case _:
            yield from _text(field, raw)


def _text(field: Field, raw: str) -> Iterator[tuple[str, Text]]:
    label, count = field.label, len(raw)
    if count < (field.least or 0):
        yield (
            "least",
            say(
                "%(label)s: %(count)s characters, at least %(least)s are needed.",
                label=label,
                count=count,
                least=field.least,
            ),
        )
    if field.most and count > field.most:
        yield (
            "most",
            say(
                "%(label)s: %(count)s characters, at most %(most)s fit.",
                label=label,
                count=count,
                most=field.most,
            ),
        )
    if field.shape and not SHAPES[field.shape].fits(raw):
        yield (
            "shape",
            say(
                "%(label)s: “%(value)s” is not %(wanted)s.",
                label=label,
                value=raw[:40],
                wanted=SHAPES[field.shape].wanted,
            ),
        )


def _number(field: Field, raw: str) -> Iterator[tuple[str, Text]]:
    label, unit = field.label, f" {field.unit}" if field.unit else ""
    value = document.number(raw)
    if value is None:
        yield "number", say("%(label)s: “%(value)s” is not a number.", label=label, value=raw[:40])
        return
    if field.above and value == field.least:
        yield (
            "range",
            say(
                "%(label)s: more than %(least)s%(unit)s.", label=label, least=field.least, unit=unit
            ),
        )
    elif not field.least <= value <= field.most:
        yield (
            "range",
            say(
                "%(label)s: %(value)s%(unit)s is outside %(least)s to %(most)s%(unit)s.",
                label=label,
                value=value,
                least=field.least,
                most=field.most,
                unit=unit,
            ),
        )
    elif value != round(value, field.places):
        yield (
            "places",
            say(
                "%(label)s: at most %(places)s decimals are kept.", label=label, places=field.places
            ),
        )
