from proposals.cards import everyone, law, lois, organisations, staff

__all__ = ["everyone", "law", "lois", "organisations", "staff"]
