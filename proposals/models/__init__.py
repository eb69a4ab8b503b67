from proposals.models.attachments import Attachment, FiledFile
from proposals.models.calls import Allocation, Call, Criterion, Milestone
from proposals.models.decisions import Decision, Grant, LedgerEntry
from proposals.models.letters import Letter
from proposals.models.lois import (
    Assessment,
    Demand,
    Filing,
    LetterOfIntent,
    Revision,
    Screening,
)
from proposals.models.missions import FlownPayload, Mission, Platform

__all__ = [
    "Allocation",
    "Assessment",
    "Attachment",
    "Call",
    "Criterion",
    "Decision",
    "Demand",
    "FiledFile",
    "Filing",
    "FlownPayload",
    "Grant",
    "LedgerEntry",
    "Letter",
    "LetterOfIntent",
    "Milestone",
    "Mission",
    "Platform",
    "Revision",
    "Screening",
]
