"""Trigger: HTTP, `/communities/{community}/subscriptions` and below, and `…/offered_facts`.

Rule: a manager has others told of facts, with no more of their fields than the manager may read, by HTTPS at
a public address, and answers for it.
Result: a subscription with a secret that is shown once, to be changed, tried, paused, resumed, and ended.
"""
