from proposals.cards import lois

__all__ = ["lois"]
