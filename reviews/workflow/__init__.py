from reviews.workflow.assignments import ASSIGNMENT
from reviews.workflow.matchings import MATCHING
from reviews.workflow.meetings import MEETING
from reviews.workflow.panel import SEAT

__all__ = ["ASSIGNMENT", "MATCHING", "MEETING", "SEAT"]
