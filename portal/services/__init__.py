"""Acts on the ground, one function a verb: sending what is owed, people, organisations, seats.

Lock order: the organisation, then its invitations; the head of the event chain comes last.
"""
