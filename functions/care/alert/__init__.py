"""Trigger: staff, family or the person answer an alert over HTTP, or look at alerts.

Rule: acknowledge, snooze, confirm and resolve as the state and the caller's part in it allow, everything else
being 409 with what is allowed; of two at once, one wins.
Result: the alert's next version with its line in the timeline; resolved, the person is watched over again,
later, or not any more, as the outcome says.
"""
