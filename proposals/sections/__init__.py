"""The form of a letter of intent: its sections, fields and tables, with their limits."""

from proposals.sections.closing import DECLARATIONS, FILES
from proposals.sections.compliance import COMPLIANCE
from proposals.sections.identity import IDENTITY, MISSION, SYSTEM, TEAM, UNIT
from proposals.sections.kinds import (
    CHOICE,
    CHOICES,
    COUNTRY,
    CURRENCY,
    DATE,
    DECIMAL,
    FILE,
    FLAG,
    INTEGER,
    LONG,
    TEXT,
    Field,
    Options,
    Rows,
    Section,
    When,
)
from proposals.sections.programme import FUNDS, MATURITY
from proposals.sections.resources import RESOURCES
from proposals.sections.science import SCIENCE

__all__ = [
    "BY_NAME",
    "CHOICE",
    "CHOICES",
    "COMPLIANCE",
    "COUNTRY",
    "CURRENCY",
    "DATE",
    "DECIMAL",
    "DECLARATIONS",
    "FILE",
    "FILES",
    "FLAG",
    "FUNDS",
    "IDENTITY",
    "INTEGER",
    "LONG",
    "MATURITY",
    "MISSION",
    "RESOURCES",
    "SCIENCE",
    "SECTIONS",
    "STEPS",
    "SYSTEM",
    "TEAM",
    "TEXT",
    "UNIT",
    "Field",
    "Options",
    "Rows",
    "Section",
    "When",
]

# What is typed, and the steps of the form: the files are not typed.
SECTIONS = (IDENTITY, TEAM, SCIENCE, RESOURCES, MATURITY, COMPLIANCE, FUNDS, DECLARATIONS)
STEPS = (*SECTIONS[:-1], FILES, DECLARATIONS)
BY_NAME = {section.name: section for section in STEPS}
