from proposals.cards import everyone, lois, staff

__all__ = ["everyone", "lois", "staff"]
