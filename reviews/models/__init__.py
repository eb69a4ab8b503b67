from reviews.models.assignments import Assignment, Finding, Revision, Score
from reviews.models.conflicts import Conflict, Ruling
from reviews.models.consensus import Consensus, ConsensusAnswer, ConsensusScore
from reviews.models.discussion import Comment, CommentVersion, Hearing, ReadUpTo
from reviews.models.matchings import Matching, Pair
from reviews.models.meetings import Attendance, Item, Meeting, TieChoice
from reviews.models.panel import PanelMember
from reviews.models.scenarios import Scenario
from reviews.models.visits import Visit

__all__ = [
    "Assignment",
    "Attendance",
    "Comment",
    "CommentVersion",
    "Conflict",
    "Consensus",
    "ConsensusAnswer",
    "ConsensusScore",
    "Finding",
    "Hearing",
    "Item",
    "Matching",
    "Meeting",
    "Pair",
    "PanelMember",
    "ReadUpTo",
    "Revision",
    "Ruling",
    "Scenario",
    "Score",
    "TieChoice",
    "Visit",
]
