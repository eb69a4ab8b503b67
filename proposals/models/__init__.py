from proposals.models.agreements import Agreement, Extension
from proposals.models.amendments import Amendment
from proposals.models.attachments import Attachment, FiledFile
from proposals.models.calls import Allocation, Call, Criterion, Milestone
from proposals.models.clarifications import Answer, Clarification
from proposals.models.conditions import Condition, Evidence
from proposals.models.decisions import Decision, Grant
from proposals.models.ledger import LedgerEntry
from proposals.models.letters import Correction, Letter
from proposals.models.lois import (
    Acknowledgement,
    Assessment,
    Copy,
    Demand,
    Filing,
    LetterOfIntent,
    Presence,
    Revision,
    Screening,
)
from proposals.models.missions import FlownPayload, Mission, Platform
from proposals.models.namings import Naming
from proposals.models.projects import Project
from proposals.models.questions import Question
from proposals.models.redress import Redress, Ruling
from proposals.models.shares import Share

__all__ = [
    "Acknowledgement",
    "Agreement",
    "Allocation",
    "Amendment",
    "Answer",
    "Assessment",
    "Attachment",
    "Call",
    "Clarification",
    "Condition",
    "Copy",
    "Correction",
    "Criterion",
    "Decision",
    "Demand",
    "Evidence",
    "Extension",
    "FiledFile",
    "Filing",
    "FlownPayload",
    "Grant",
    "LedgerEntry",
    "Letter",
    "LetterOfIntent",
    "Milestone",
    "Mission",
    "Naming",
    "Platform",
    "Presence",
    "Project",
    "Question",
    "Redress",
    "Revision",
    "Ruling",
    "Screening",
    "Share",
]
