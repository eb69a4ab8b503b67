from portal.workflow import Table
from proposals.models import Project
from proposals.models.agreements import Subject
from proposals.workflow.amendments import AMENDMENT
from proposals.workflow.calls import CALL
from proposals.workflow.conditions import CONDITION
from proposals.workflow.corrections import CORRECTION
from proposals.workflow.decisions import DECISION, LETTER
from proposals.workflow.lois import (
    LOI,
    OUTCOME_ACTION,
    PROMOTION_ACTION,
    REACCOMMODATION_ACTION,
)
from proposals.workflow.namings import NAMING
from proposals.workflow.projects import PROJECT
from proposals.workflow.questions import QUESTION
from proposals.workflow.shares import SHARE

__all__ = [
    "AMENDMENT",
    "CALL",
    "CONDITION",
    "CORRECTION",
    "DECISION",
    "LETTER",
    "LOI",
    "NAMING",
    "OUTCOME_ACTION",
    "PROJECT",
    "PROMOTION_ACTION",
    "QUESTION",
    "REACCOMMODATION_ACTION",
    "SHARE",
    "table_of",
]


def table_of(subject: Subject) -> Table:
    """By which a case or a project moves."""
    return PROJECT if isinstance(subject, Project) else LOI
