"""The rules that look at more than one field, in one table: what each says, and what it does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.text import Text, say
from proposals.compliance import naming, programme, resources
from proposals.compliance.case import Case, Found
from proposals.resources import DATA, MASS, POWER, SLOTS
from proposals.sections import BY_NAME

BLOCK, WARN, REFER = "block", "warn", "refer"
LEVELS = {
    BLOCK: say("stops the filing"),
    WARN: say("is acknowledged before filing"),
    REFER: say("may be filed; the screening looks at it"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`item` is the field or table of the form it is about; `says` is its text in the handbook."""

    name: str
    section: str
    item: str
    level: str
    says: Text
    look: Callable[[Case], Iterator[Found]]

    @property
    def clause(self) -> str:
        return BY_NAME[self.section].clause(self.item)


# fmt: off
RULES = (
    Rule("names_in_text", "team", "pi_name", WARN, say("Where the call hides its applicants, no text that reviewers read names the organisations and people of the letter."), naming.names_in_text),
    Rule("shares_above_mass", "team", "partners", BLOCK, say("The partners' shares of the mass add to no more than the MEV of the module."), resources.shares_above_mass),
    Rule("shares_above_power", "team", "partners", BLOCK, say("The partners' shares of the power add to no more than its peak."), resources.shares_above_power),
    Rule("us_affiliation", "team", "us_affiliation", REFER, say("An affiliation with NASA or a US federal agency, or doubt of one, is a flag for the applicant's own legal check."), programme.us_affiliation),
    Rule("mass_over_cap", "resources", "elements", BLOCK, say("The mass, MEV, is within the cap of one module and within what the call offers."), resources.above_offer(MASS)),
    Rule("slots_over_cap", "resources", "elements", BLOCK, say("A slot is offered for the module."), resources.above_offer(SLOTS)),
    Rule("mass_is_zero", "resources", "elements", BLOCK, say("Every element has a mass, but at mission level."), resources.zero_mass),
    Rule("contingency_needs_reason", "resources", "elements", BLOCK, say("A contingency below that of its class has a reason of at least 20 characters."), resources.unreasoned_contingency),
    Rule("contingency_below_class", "resources", "elements", WARN, say("A contingency below that of its class may be restored by the screening."), resources.reasoned_contingency),
    Rule("outside_envelope", "resources", "stowed_length_mm", BLOCK, say("The stowed box fits the platform's envelope in some order of its axes, where the call tells the envelope."), resources.outside_envelope),
    Rule("envelope_unknown", "resources", "stowed_length_mm", REFER, say("Where the call tells no envelope, the screening looks whether the box fits."), resources.unknown_envelope),
    Rule("density", "resources", "stowed_length_mm", WARN, say("CBE over the stowed box is between 20 and 8,000 kg/m³."), resources.odd_density),
    Rule("modes_missing", "resources", "modes", BLOCK, say("The modes “operate” and “peak” each have a row."), resources.missing_modes),
    Rule("duty_over_100", "resources", "modes", BLOCK, say("The duties of the modes add to 100 %% at most."), resources.too_much_duty),
    Rule("peak_is_not_highest", "resources", "modes", BLOCK, say("No mode draws more than the peak."), resources.low_peak),
    Rule("power_over_cap", "resources", "modes", BLOCK, say("The peak power is within what the call offers on the platform."), resources.above_offer(POWER)),
    Rule("night_power", "resources", "power_night_w", WARN, say("The power to survive the night is 20 W at most."), resources.hungry_night),
    Rule("data_over_rate", "resources", "data_mbit_day", WARN, say("The data volume of a day passes at the data rate: 86.4 Mbit for each kbit/s."), resources.more_data_than_rate),
    Rule("data_over_cap", "resources", "data_mbit_day", BLOCK, say("The data volume is within what the call offers on the platform."), resources.above_offer(DATA)),
    Rule("temperatures_reversed", "resources", "operating_low_c", BLOCK, say("The lowest temperature is below the highest, operating and in survival."), resources.reversed_temperatures),
    Rule("operating_beyond_survival", "resources", "operating_low_c", BLOCK, say("The operating temperatures are inside those of survival."), resources.operating_beyond_survival),
    Rule("temperatures_uncovered", "resources", "operating_low_c", WARN, say("The operating temperatures cover those of the platform, where the call tells them."), resources.uncovered_temperatures),
    Rule("trl_low", "maturity", "trl_now", WARN, say("The TRL is 4 or more now."), programme.low_trl),
    Rule("trl_falls", "maturity", "trl_delivery", BLOCK, say("The TRL at delivery is not below that of now."), programme.falling_trl),
    Rule("trl_low_at_delivery", "maturity", "trl_delivery", BLOCK, say("The TRL at delivery is 8 or 9."), programme.low_trl_at_delivery),
    Rule("milestone_twice", "maturity", "milestones", BLOCK, say("Each milestone stands once."), programme.milestone_twice),
    Rule("milestones_out_of_order", "maturity", "milestones", BLOCK, say("The dates follow the order of the development, the flight model last."), programme.milestones_out_of_order),
    Rule("need_by", "maturity", "flight_model_on", BLOCK, say("The flight model is delivered on or before the day the host needs it."), programme.late_flight_model),
    Rule("site_not_told", "compliance", "protection_open", REFER, say("Where the call tells no site, its COSPAR category is to be confirmed."), programme.site_not_told),
    Rule("inventory_missing", "compliance", "organics_g", BLOCK, say("Above 1,000 g of organic matter its inventory is attached, at a site of category IIb."), programme.inventory_missing),
    Rule("living_material", "compliance", "living", REFER, say("Living material is looked at."), programme.living_material),
    Rule("radioactive_source", "compliance", "sources", REFER, say("A radioactive source is looked at."), programme.radioactive_sources),
    Rule("none_and_more", "compliance", "hazard_kinds", BLOCK, say("“None of these” is ticked alone."), programme.none_and_more),
    Rule("controlled_parts", "compliance", "export_status", REFER, say("Controlled parts, or parts of unknown status, are looked at; their plan is required."), programme.controlled_parts),
    Rule("no_funding", "funding", "funding_status", WARN, say("There is funding, or it is applied for."), programme.no_funding),
    Rule("cost_reversed", "funding", "cost_low", BLOCK, say("The cost estimate runs from the lower to the higher."), programme.reversed_cost),
    Rule("cost_currency", "funding", "cost_currency", BLOCK, say("A cost estimate has its currency."), programme.cost_without_currency),
    Rule("required", "files", "letter", BLOCK, say("The signed letter is attached."), programme.letter_missing),
)
# fmt: on
