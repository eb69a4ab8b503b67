"""What judging puts before people: on their day, in the head of the page, on a call's board."""

from reviews.cards import judging, meetings, obstacles, reviewers

__all__ = ["judging", "meetings", "obstacles", "reviewers"]
