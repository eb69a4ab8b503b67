from datetime import datetime, timedelta

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.deadline import Deadline, said
from portal.text import plain
from portal.verdict import Refused
from proposals import content as document
from proposals import headroom as room
from proposals import progress, queries
from proposals.checks import Problem, check
from proposals.course import Step
from proposals.forms.sections import anchor
from proposals.models import LetterOfIntent
from proposals.sections import BY_NAME, FILES, Section
from proposals.services import drafts
from proposals.terms import Terms
from proposals.workflow import LOI

# How long ago somebody looked who is still taken to be there: three looks of the page.
HERE = timedelta(seconds=60)


def load(request: HttpRequest, key: str, *, as_partner: bool = False) -> LetterOfIntent:
    door = queries.readable_lois if as_partner else queries.visible_lois
    found = queries.named(request.user, door(request.user))
    found = found.select_related("pi", "saved_by", "signed_off_by", "copied")
    return get_object_or_404(found, key=key)


def may_write(request: HttpRequest, loi: LetterOfIntent) -> bool:
    return loi.writable and bool(LOI.relation(request.user, loi) & drafts.WRITERS)


def status_of(refusal: Refused) -> int:
    return 403 if refusal.verdict.who else 409


def problems_of(loi: LetterOfIntent, terms: Terms) -> list[Problem]:
    return check(loi.content, terms, files=loi.file_kinds, lead=loi.lead_names)


def frame(
    request: HttpRequest,
    loi: LetterOfIntent,
    here: str,
    terms: Terms,
    problems: list[Problem],
    content: dict,
) -> dict:
    """What stands left and right of the fields in every step."""
    parts = progress.parts(loi.content, terms, problems)
    return {
        "loi": loi,
        "call": loi.call,
        "steps": [_step(loi, part, here) for part in parts],
        "progress": _progress(loi, parts),
        "deadline": Deadline(loi.closes_at, loi.call.zone, request.arrived_at),
        "saved": saved(request, loi),
        "here": here,
        "others": others(request, loi, here, loi.version),
        **room_of(content, terms),
    }


def _step(loi: LetterOfIntent, part: progress.Part, here: str) -> Step:
    name = part.section.name
    status = "problem" if part.wrong else "todo" if part.missing else "done"
    notes = []
    if part.missing:
        notes.append(ngettext("%(n)s missing", "%(n)s missing", part.missing) % {"n": part.missing})
    if part.wrong:
        notes.append(_("%(n)s to correct") % {"n": part.wrong})
    label = f"{part.section.letter} · {part.section.label}"
    current = "current" if name == here else status
    address_of = address(loi, part.section)
    return Step(label, current, " · ".join(notes), address_of, sign=part.section.letter)


def _progress(loi: LetterOfIntent, parts: list[progress.Part]) -> dict:
    """How far the whole is, and where the first is that is missing or wrong."""
    first = next((part for part in parts if part.first), None)
    return {
        "asked": sum(part.asked for part in parts),
        "missing": sum(part.missing for part in parts),
        "wrong": sum(part.wrong for part in parts),
        "first": f"{address(loi, first.section)}#{anchor(first.first)}" if first else "",
    }


def address(loi: LetterOfIntent, section: Section) -> str:
    if section is FILES:
        return reverse("attach", kwargs={"key": loi.key})
    return reverse("edit_loi", kwargs={"key": loi.key, "section": section.name})


def saved(request: HttpRequest, loi: LetterOfIntent) -> str:
    """When the draft was saved last, as the clock of the call's zone shows it."""
    zone = loi.call.zoneinfo
    at, now = loi.saved_at.astimezone(zone), request.arrived_at.astimezone(zone)
    text = said(loi.saved_at.replace(second=0, microsecond=0), loi.call.zone)
    if at.date() == now.date():
        text = text.partition(", ")[2]
    return _("Revision %(version)s, saved at %(at)s by %(who)s") % {
        "version": loi.version,
        "at": text,
        "who": loi.saved_by.name,
    }


def others(request: HttpRequest, loi: LetterOfIntent, here: str, version: int) -> list[str]:
    """Who else has the letter open, and what was saved that this page does not show yet."""
    told = []
    if loi.version > version and loi.saved_by != request.user:
        told.append(
            _(
                "%(who)s saved revision %(version)s %(ago)s ago. Your next save is put together with it."
            )
            % {"who": loi.saved_by.name, "version": loi.version, "ago": _ago(request, loi.saved_at)}
        )
    since = request.arrived_at - HERE
    present = loi.presences.filter(at__gt=since).exclude(user=request.user)
    for presence in present.select_related("user").order_by("user__name"):
        section = BY_NAME.get(presence.section)
        if presence.section == here:
            told.append(_("%(who)s is on this step.") % {"who": presence.user.name})
        elif section:
            told.append(
                _("%(who)s is on “%(step)s”.") % {"who": presence.user.name, "step": section.label}
            )
    return told


def _ago(request: HttpRequest, at: datetime) -> str:
    seconds = max(0, int((request.arrived_at - at).total_seconds()))
    if seconds < 90:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    minutes = seconds // 60
    if minutes < 90:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def room_of(content: dict, terms: Terms) -> dict:
    sheet = document.sheet(content)
    platform = document.text(content, "identity", "platform")
    return {
        "sheet": sheet,
        "totals": {
            "cbe": plain(sheet.cbe_kg),
            "mev": plain(sheet.mev_kg),
            "average": "" if sheet.power_average_w is None else plain(sheet.power_average_w),
            "duty": plain(sheet.duty_percent),
        },
        "headroom": room.lines(sheet, terms.limits_of(platform)),
    }
