"""What every letter has beside its own words: see templates/letters/2/base.html."""

from datetime import date, timedelta

from django.conf import settings

from portal import roles
from portal.models import User
from proposals import queries
from proposals.letters.words import both, country, day, instant
from proposals.models import Call, LetterOfIntent

OFFICE = both("Secretariat of the call", "征集秘书处")
AUTHORITY = both("Decision authority", "决定机构")


def frame(loi: LetterOfIntent, number: str, code: str, dated: date) -> dict:
    organisation, call, carrier = loi.organisation, loi.call, queries.carrier(loi)
    return {
        "language": "en",
        "fictional": call.fictional,
        "office": {
            "name": both(f"Secretariat of the call {call.code}", f"{call.code} 征集秘书处"),
            "lines": [settings.BASE_URL],
        },
        "reference": number,
        "date": day(dated),
        "addressee": {
            "name": loi.pi.name,
            "role": both("Principal investigator", "首席研究员"),
            "organisation": organisation.name,
            "organisation_native": organisation.local_name,
            "country": country(organisation.country),
        },
        "about": {
            "call": carrier.title,
            "call_reference": carrier.code,
            "case_reference": loi.reference,
            "title": loi.filing.content["identity"]["title"],
            "mission": carrier.mission.name,
        },
        "contact": contact(),
        "signatory": None,
        "verification": verification(code),
    }


def verification(code: str) -> dict:
    return {"code": code, "url": f"{settings.BASE_URL}/verify/{code}/"}


def contact() -> str:
    people = queries.holders(roles.SECRETARY)
    return people[0].email if people else settings.DEFAULT_FROM_EMAIL


def signatory(person: User, title: dict) -> dict:
    return {"name": person.name, "title": title}


def redress(dated: date, call: Call) -> dict:
    """30 days from the letter, ending with a whole day in the call's zone."""
    until = call.end_of(dated + timedelta(days=queries.REDRESS_DAYS))
    return {"until": instant(until, call.zone), "route": settings.BASE_URL}
