"""Trigger: tasks of whoever lets something wait for a subscription, and a schedule every five minutes.

Rule: a task sends what is due for one subscription, signed: a refusal moves that delivery, silence lets the
receiver rest, and five days of it, or a 410, pause the subscription.
Result: deliveries handed over, to be tried again, or given up; no receiver holds up another's.
"""
