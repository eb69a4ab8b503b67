"""What the rules find in maturity and schedule (E), safety (F), funding (G), files (H)."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from portal.text import say
from proposals import content as document
from proposals.compliance.case import Case, Found
from proposals.sections import BY_NAME

INVENTORY_G = Decimal(1000)


def us_affiliation(case: Case) -> Iterator[Found]:
    given = case.text("team", "us_affiliation")
    if given in {"yes", "unsure"}:
        yield Found(
            say(
                "Affiliation with NASA or a US federal agency: “%(given)s”. The applicant makes its own legal check; it is no reason to refuse.",
                given=_label("team", "us_affiliation", given),
            )
        )


def falling_trl(case: Case) -> Iterator[Found]:
    now, later = case.number("maturity", "trl_now"), case.number("maturity", "trl_delivery")
    if now is not None and later is not None and later < now:
        yield Found(
            say("TRL %(later)s at delivery is below TRL %(now)s today.", later=later, now=now)
        )


def low_trl_at_delivery(case: Case) -> Iterator[Found]:
    later = case.number("maturity", "trl_delivery")
    if later is not None and later < 8:
        yield Found(say("TRL %(later)s at delivery: a flight model has at least 8.", later=later))


def low_trl(case: Case) -> Iterator[Found]:
    now = case.number("maturity", "trl_now")
    if now is not None and now < 4:
        yield Found(say("TRL %(now)s now is below 4: reviewers will ask how it grows.", now=now))


def late_flight_model(case: Case) -> Iterator[Found]:
    delivery, need_by = case.day("maturity", "flight_model_on"), case.terms.need_by
    if delivery and need_by and delivery > need_by:
        yield Found(
            say(
                "%(delivery)s is after %(need_by)s, when the host needs the flight model.",
                delivery=delivery,
                need_by=need_by,
            )
        )


def milestones_out_of_order(case: Case) -> Iterator[Found]:
    """Each on or before what follows it in the development, the flight model last."""
    labels = dict(_options("maturity", "milestones", "milestone"))
    order = list(labels)
    dated = [
        (order.index(row["milestone"]), day, place)
        for place, row in case.rows("maturity", "milestones")
        if row.get("milestone") in labels and (day := document.day(row.get("on", "")))
    ]
    if delivery := case.day("maturity", "flight_model_on"):
        dated.append((len(order), delivery, None))
    dated.sort(key=lambda one: one[0])
    for (stage, day, place), (_, following, _) in pairwise(dated):
        if day > following:
            yield Found(
                say(
                    "%(milestone)s on %(day)s is after what follows it, on %(following)s.",
                    milestone=labels[order[stage]],
                    day=day,
                    following=following,
                ),
                place,
                "on",
            )


def milestone_twice(case: Case) -> Iterator[Found]:
    seen: set[str] = set()
    labels = dict(_options("maturity", "milestones", "milestone"))
    for place, row in case.rows("maturity", "milestones"):
        code = row.get("milestone", "")
        if code in seen and code in labels:
            yield Found(
                say("%(milestone)s stands here twice.", milestone=labels[code]), place, "milestone"
            )
        seen.add(code)


def site_not_told(case: Case) -> Iterator[Found]:
    if not case.terms.protection:
        yield Found(
            say(
                "The COSPAR category of the site is to be confirmed: organics may have to be listed."
            )
        )


def inventory_missing(case: Case) -> Iterator[Found]:
    organics = case.number("compliance", "organics_g")
    if organics is not None and organics > INVENTORY_G and "inventory" not in case.files:
        yield Found(
            say(
                "%(organics)s g of organic matter is above %(most)s g: attach its inventory.",
                organics=organics,
                most=INVENTORY_G,
            )
        )


def living_material(case: Case) -> Iterator[Found]:
    if case.text("compliance", "living") == "yes":
        yield Found(say("Living material is carried: its containment is looked at."))


def radioactive_sources(case: Case) -> Iterator[Found]:
    for place, row in case.rows("compliance", "sources"):
        activity = document.number(row.get("activity_bq", ""))
        if row.get("isotope", "").strip() and activity is not None:
            yield Found(
                say(
                    "%(isotope)s, %(activity)s Bq is carried: the licence of the launch site is looked at.",
                    isotope=row["isotope"].strip(),
                    activity=f"{activity:,f}",
                ),
                place,
                "isotope",
            )


def none_and_more(case: Case) -> Iterator[Found]:
    ticked = case.ticked("compliance", "hazard_kinds")
    if "none" in ticked and len(ticked) > 1:
        yield Found(
            say(
                "Hazards: “none of these” is ticked together with %(others)s others.",
                others=len(ticked) - 1,
            )
        )


def controlled_parts(case: Case) -> Iterator[Found]:
    given = case.text("compliance", "export_status")
    if given in {"ear", "itar", "other", "unknown"}:
        yield Found(
            say(
                "Export control: “%(given)s”. The plan is looked at before the panel.",
                given=_label("compliance", "export_status", given),
            )
        )


def reversed_cost(case: Case) -> Iterator[Found]:
    low, high = case.number("funding", "cost_low"), case.number("funding", "cost_high")
    if low is not None and high is not None and low > high:
        yield Found(
            say("The cost estimate runs from %(low)s down to %(high)s.", low=low, high=high)
        )


def cost_without_currency(case: Case) -> Iterator[Found]:
    given = case.text("funding", "cost_low") or case.text("funding", "cost_high")
    if given and not case.text("funding", "cost_currency"):
        yield Found(say("The cost estimate of %(given)s has no currency.", given=given))


def no_funding(case: Case) -> Iterator[Found]:
    if case.text("funding", "funding_status") == "none":
        yield Found(say("There is no funding yet: reviewers will ask when there is."))


def letter_missing(case: Case) -> Iterator[Found]:
    if "letter" not in case.files:
        yield Found(say("Attach the signed letter as a PDF."))


def _options(section: str, table: str, name: str) -> tuple:
    rows = next(rows for rows in BY_NAME[section].rows if rows.name == table)
    return next(field.options for field in rows.fields if field.name == name)


def _label(section: str, name: str, code: str) -> object:
    field = next(field for field in BY_NAME[section].fields if field.name == name)
    return dict(field.options).get(code, code)
