from proposals.workflow.calls import CALL
from proposals.workflow.decisions import DECISION, LETTER
from proposals.workflow.lois import LOI, OUTCOME_ACTION

__all__ = ["CALL", "DECISION", "LETTER", "LOI", "OUTCOME_ACTION"]
