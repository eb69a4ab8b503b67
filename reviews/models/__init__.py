from reviews.models.assignments import Assignment, Finding, Revision, Score
from reviews.models.conflicts import Conflict
from reviews.models.consensus import Consensus, ConsensusAnswer, ConsensusScore
from reviews.models.matchings import Matching, Pair
from reviews.models.panel import PanelMember
from reviews.models.visits import Visit

__all__ = [
    "Assignment",
    "Conflict",
    "Consensus",
    "ConsensusAnswer",
    "ConsensusScore",
    "Finding",
    "Matching",
    "Pair",
    "PanelMember",
    "Revision",
    "Score",
    "Visit",
]
