from reviews.workflow.assignments import ASSIGNMENT
from reviews.workflow.conflicts import CONFLICT
from reviews.workflow.matchings import MATCHING
from reviews.workflow.meetings import MEETING
from reviews.workflow.panel import SEAT
from reviews.workflow.scenarios import SCENARIO

__all__ = ["ASSIGNMENT", "CONFLICT", "MATCHING", "MEETING", "SCENARIO", "SEAT"]
