from proposals.cards import agreements, everyone, law, lois, organisations, staff

__all__ = ["agreements", "everyone", "law", "lois", "organisations", "staff"]
