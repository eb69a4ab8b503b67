from reviews.workflow.assignments import ASSIGNMENT
from reviews.workflow.matchings import MATCHING
from reviews.workflow.panel import SEAT

__all__ = ["ASSIGNMENT", "MATCHING", "SEAT"]
