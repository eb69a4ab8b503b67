from reviews.workflow.assignments import ASSIGNMENT
from reviews.workflow.matchings import MATCHING

__all__ = ["ASSIGNMENT", "MATCHING"]
