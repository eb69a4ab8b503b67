"""One function a verb: atomic, `by` and `now` passed in, exactly one event a change of state.

Lock order: the call, then letters of intent by primary key, then the rest; the
head of the event chain comes last (`portal.events.record`).
"""
