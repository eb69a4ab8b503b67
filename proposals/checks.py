"""What stands between a draft and its filing, field by field, with the rule and the number."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import blake2s

from portal.text import Text, plain, say
from proposals import content as document
from proposals import sheet as resource_sheet
from proposals.sections import (
    CHOICES,
    FLAG,
    MISSION,
    SECTIONS,
    STEPS,
    SYSTEM,
    UNIT,
    Field,
    Rows,
    Section,
    clause,
)
from proposals.terms import Terms

BLOCK, WARN, REFER = "block", "warn", "refer"


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
        return clause(self.section, self.table or self.field)

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


def check(content: dict, terms: Terms, *, files: Collection[str] = ()) -> list[Problem]:
    """Everything to say of a draft, in the form's order.

    `files` are the kinds of the files attached: "letter", "figure", "endorsement", "inventory".
    """
    found = [problem for section in SECTIONS for problem in _section(section, content, terms)]
    found += _across(content, terms)
    if "letter" not in files:
        found.append(
            Problem("files", "letter", "required", say("Attach the signed letter as a PDF."))
        )
    order = {section.name: place for place, section in enumerate(STEPS)}
    return sorted(found, key=lambda problem: order[problem.section])


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
        if field.least and len(ticked) < field.least:
            yield (
                "required",
                say("%(label)s: tick at least %(least)s.", label=label, least=field.least),
            )
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
            if not (len(raw) == 2 and raw.isalpha() and raw.isupper()):
                yield (
                    "choice",
                    say(
                        "%(label)s: “%(value)s” is not an ISO country code.",
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
            if len(raw) < (field.least or 0):
                yield (
                    "least",
                    say(
                        "%(label)s: %(count)s characters, at least %(least)s are needed.",
                        label=label,
                        count=len(raw),
                        least=field.least,
                    ),
                )
            if field.most and len(raw) > field.most:
                yield (
                    "most",
                    say(
                        "%(label)s: %(count)s characters, at most %(most)s fit.",
                        label=label,
                        count=len(raw),
                        most=field.most,
                    ),
                )


def _number(field: Field, raw: str) -> Iterator[tuple[str, Text]]:
    label, unit = field.label, f" {field.unit}" if field.unit else ""
    value = document.number(raw)
    if value is None:
        yield "number", say("%(label)s: “%(value)s” is not a number.", label=label, value=raw[:40])
        return
    if not field.least <= value <= field.most:
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


def _across(content: dict, terms: Terms) -> Iterator[Problem]:
    """The rules that look at more than one field."""
    text = document.text
    level, platform = document.level(content), text(content, "identity", "platform")
    if level in {SYSTEM, UNIT} and not platform:
        yield Problem(
            "identity",
            "platform",
            "required",
            say("Choose the host platform: at this level the payload rides on it."),
        )
    if level == MISSION and not text(content, "science", "interaction"):
        yield Problem(
            "science",
            "interaction",
            "required",
            say("At mission level, say what your craft and the mission do together."),
        )
    if text(content, "compliance", "export_status") not in {"", "none"} and not text(
        content, "compliance", "export_plan"
    ):
        yield Problem("compliance", "export_plan", "required", say("Controlled parts need a plan."))
    if text(content, "compliance", "funding_status") in {"secured", "committed"} and not text(
        content, "compliance", "funding_source"
    ):
        yield Problem(
            "compliance", "funding_source", "required", say("Name the source of the funding.")
        )
    now, later = (
        document.number(text(content, "maturity", name)) for name in ("trl_now", "trl_delivery")
    )
    if now is not None and later is not None and later < now:
        yield Problem(
            "maturity",
            "trl_delivery",
            "order",
            say("TRL %(later)s at delivery is below TRL %(now)s today.", later=later, now=now),
        )
    if later is not None and later < 8:
        yield Problem(
            "maturity",
            "trl_delivery",
            "least",
            say("TRL %(later)s at delivery: a flight model has at least 8.", later=later),
        )
    if now is not None and now < 4:
        yield Problem(
            "maturity",
            "trl_now",
            "low",
            say("TRL %(now)s now is below 4: reviewers will ask how it grows.", now=now),
            level=WARN,
        )
    delivery = document.day(text(content, "maturity", "flight_model_on"))
    if delivery and terms.need_by and delivery > terms.need_by:
        yield Problem(
            "maturity",
            "flight_model_on",
            "need_by",
            say(
                "%(delivery)s is after %(need_by)s, when the host needs the flight model.",
                delivery=delivery,
                need_by=terms.need_by,
            ),
        )
    for remark in resource_sheet.remarks(document.sheet(content), terms.limits_of(platform)):
        table = "elements" if remark.row is not None else ""
        yield Problem(
            "resources",
            remark.field or "elements",
            remark.rule,
            remark.sentence,
            remark.row,
            table,
            BLOCK if remark.hard else WARN,
        )
