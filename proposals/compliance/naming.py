"""Where applicants are hidden: do the texts that reviewers read name them?"""

import re
from collections.abc import Iterator
from dataclasses import replace

from portal.text import say
from proposals.compliance.case import Case, Found
from proposals.sections import LONG, SECTIONS, TEXT, Field

# A shorter name is a word like any other.
LEAST = 4


def names_in_text(case: Case) -> Iterator[Found]:
    if not case.terms.hides_applicants:
        return
    names = sorted({name for name in _names(case) if len(name) >= LEAST})
    if not names:
        return
    any_of = re.compile(rf"\b({'|'.join(map(re.escape, names))})\b", re.IGNORECASE)
    for typed in _read_blind(case):
        if hit := any_of.search(" ".join(str(typed.sentence).split())):
            reason = say(
                "Reviewers do not see who applies, and this names %(name)s: say it without.",
                name=hit[0],
            )
            yield replace(typed, sentence=reason)


def _names(case: Case) -> Iterator[str]:
    """The organisations and people of the letter, each as it is written."""
    yield from case.lead
    yield case.text("team", "pi_name")
    yield case.text("identity", "route_body")
    for _place, row in case.rows("team", "partners"):
        yield row.get("name", "").strip()
    for _place, row in case.rows("team", "people"):
        yield row.get("name", "").strip()
        yield row.get("organisation", "").strip()


def _read_blind(case: Case) -> Iterator[Found]:
    """What was typed and a blind reviewer reads, each text with its place."""
    for section in SECTIONS:
        shown = [item for item in section.items if not (item.identifying or item.private)]
        for item in shown:
            if isinstance(item, Field):
                if item.kind in {TEXT, LONG}:
                    text = case.text(section.name, item.name)
                    yield Found(text, field=item.name, section=section.name)
                continue
            words = [f.name for f in item.fields if f.kind in {TEXT, LONG} and not f.identifying]
            for place, row in case.rows(section.name, item.name):
                for name in words:
                    yield Found(row.get(name, ""), place, name, section.name, item.name)
