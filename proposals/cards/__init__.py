from proposals.cards import everyone, law, lois, staff

__all__ = ["everyone", "law", "lois", "staff"]
