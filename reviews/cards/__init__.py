"""What judging puts before people: on their day, in the head of the page, on a call's board."""

from reviews.cards import conflicts, judging, meetings, obstacles, reviewers

__all__ = ["conflicts", "judging", "meetings", "obstacles", "reviewers"]
