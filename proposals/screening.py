"""What a screening looks at, and how long a case has waited for it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import workdays
from portal.text import Text, say
from proposals import enclosures, namings, queries, reading, shares
from proposals.checks import check
from proposals.compliance import REFER
from proposals.models import Call, Filing, LetterOfIntent
from proposals.terms import Terms

TARGET_DAYS = 10


def target(call: Call) -> datetime:
    """Until when every case should have been screened: ten working days after the closing."""
    return workdays.after(call.closes_at, TARGET_DAYS, call.zone)


def since(loi: LetterOfIntent) -> datetime:
    """From when a case waits for its screening: the closing, or the end of the latest question."""
    ends = [
        answer.at if (answer := getattr(asked, "answer", None)) else asked.due_at
        for asked in loi.clarifications.all()
    ]
    return max([loi.call.closes_at, *ends])


def waited(loi: LetterOfIntent, now: datetime) -> int:
    """Whole working days that a case has waited."""
    return workdays.passed(since(loi), now, loi.call.zone)


@dataclass(frozen=True, slots=True)
class Remark:
    """A rule that let the letter be filed and is not settled by that: `by` stands by it."""

    clause: str
    sentence: str
    referred: bool
    by: str = ""


def remarks(filing: Filing, terms: Terms) -> list[Remark]:
    """What was referred to the screening first, then what was acknowledged, as it was signed."""
    rules = filing.manifest["rules"]
    if "referred" in rules:
        return [
            *(Remark(one["clause"], one["sentence"], True) for one in rules["referred"]),
            *(
                Remark(one["clause"], one["sentence"], False, one.get("by", ""))
                for one in rules["acknowledged"]
            ),
        ]
    # Manifests of before name their warnings by code alone: what they say is found again.
    problems = check(reading.thaw(filing.content), terms, files=filing.file_kinds)
    found = [
        Remark(problem.clause, str(problem.sentence), problem.level == REFER)
        for problem in problems
        if not problem.hard
    ]
    return sorted(found, key=lambda remark: not remark.referred)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at: where on the page, and what the portal found of it so far."""

    label: Text
    anchor: str
    found: str
    tone: str = ""


def points(
    loi: LetterOfIntent,
    remarks: list[Remark],
    consortium: list[shares.Standing],
    named: list[namings.Line],
    files: list[enclosures.Enclosure],
) -> list[Point]:
    """The list a screening goes through. The portal counts; whether it is eligible a person says."""
    referred = sum(1 for remark in remarks if remark.referred)
    rest = len(remarks) - referred
    over = [
        allocation.kind.amount(amount)
        for allocation, amount in queries.demands(loi).items()
        if amount > allocation.limit.most
    ]
    verified = loi.organisation.verified_at
    return [
        Point(
            say("Rules referred to you"),
            "remarks",
            ngettext("%(n)s to judge", "%(n)s to judge", referred) % {"n": referred}
            if referred
            else _("none"),
            "amber" if referred else "jade",
        ),
        Point(
            say("Warnings the partner stands by"),
            "remarks",
            ngettext("%(n)s to read", "%(n)s to read", rest) % {"n": rest} if rest else _("none"),
            "amber" if rest else "jade",
        ),
        Point(
            say("Figures, against one module"),
            "figures",
            _("over: %(amounts)s") % {"amounts": ", ".join(over)} if over else _("within"),
            "cinnabar" if over else "jade",
        ),
        Point(
            say("The organisation"),
            "organisation",
            _("verified on %(day)s") % {"day": formats.date_format(verified, "j M Y")}
            if verified
            else _("not verified"),
            "jade" if verified else "cinnabar",
        ),
        *_partners(consortium),
        *_people(named),
        *_files(files),
        Point(say("In the scope of the call"), "part-science", _("read the science")),
        Point(say("The signed letter names this letter"), "files", _("read the letter")),
    ]


def _partners(consortium: list[shares.Standing]) -> list[Point]:
    """How many partners have countersigned their share; nothing of a letter without partners."""
    if not consortium:
        return []
    wanting = shares.wanting(consortium)
    found = _("%(n)s of %(all)s countersigned") % {
        "n": len(consortium) - len(wanting),
        "all": len(consortium),
    }
    declined = any(one.state == "declined" for one in wanting)
    tone = "cinnabar" if declined else "amber" if wanting else "jade"
    return [Point(say("The partners' shares"), "partners", found, tone)]


def _people(named: list[namings.Line]) -> list[Point]:
    """How many of those named agree; nothing where nobody is named."""
    if not named:
        return []
    said = [line.state.name if line.state else "" for line in named]
    agree, reject = said.count("confirmed"), said.count("rejected")
    found = _("%(agree)s of %(all)s agree") % {"agree": agree, "all": len(named)}
    if reject:
        found = _("%(found)s, %(reject)s reject") % {"found": found, "reject": reject}
    tone = "cinnabar" if reject else "jade" if agree == len(named) else "amber"
    return [Point(say("The people named"), "named", found, tone)]


def _files(files: list[enclosures.Enclosure]) -> list[Point]:
    """How many files, and what the scan found where it is not what one would wish."""
    if not files:
        return []
    number = ngettext("%(n)s file", "%(n)s files", len(files)) % {"n": len(files)}
    unclean = [file for file in files if file.tone != "jade"]
    words = sorted({file.scanned for file in unclean})
    tones = {file.tone for file in unclean}
    tone = next((one for one in ("cinnabar", "amber") if one in tones), "" if tones else "jade")
    return [Point(say("Files"), "files", ", ".join([number, *words]), tone)]
